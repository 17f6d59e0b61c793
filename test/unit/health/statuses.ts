import type { AccountStatus, TargetStatus } from "../../../src/store/status.ts";

/** The time of these tests. */
export const now = Date.parse("2026-11-22T12:00:00Z");

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** An instant so many milliseconds before the time of the tests. */
export function ago(ms: number): string {
  return new Date(now - ms).toISOString();
}

/** An account that was read two minutes ago and audited this morning. */
export function account(changes: Partial<AccountStatus> = {}): AccountStatus {
  return {
    source: "family",
    account: "me@icloud.example",
    completeAt: ago(2 * minuteMs),
    attemptedAt: ago(2 * minuteMs),
    retryAt: null,
    error: null,
    calendars: 1,
    vanished: [],
    staged: 8,
    skipped: 0,
    quarantined: 0,
    owed: 0,
    doubted: 0,
    addedAt: ago(30 * dayMs),
    auditedAt: ago(9 * hourMs),
    balancedAt: ago(9 * hourMs),
    waitingSince: null,
    owedSince: null,
    ...changes,
  };
}

/** A target in which nothing waits. */
export function target(changes: Partial<TargetStatus> = {}): TargetStatus {
  return {
    target: "all",
    href: "/dav/all/",
    reconciledAt: ago(hourMs),
    retryAt: null,
    error: null,
    held: null,
    standing: 8,
    unclaimed: 0,
    kept: 0,
    restoredAt: null,
    foreign: 0,
    waiting: 0,
    onHold: 0,
    auditWaits: false,
    waitsForPerson: false,
    addedAt: ago(30 * dayMs),
    auditedAt: ago(9 * hourMs),
    balancedAt: ago(9 * hourMs),
    waitingSince: null,
    refused: 0,
    ...changes,
  };
}
