import { describe, expect, it } from "vitest";
import { conditionsOf } from "../../../src/health/conditions.ts";
import { accountFreshness, targetFreshness } from "../../../src/health/freshness.ts";
import type { Expiry } from "../../../src/health/settings.ts";
import type { StoredHold } from "../../../src/store/holds.ts";
import type { AccountStatus, TargetStatus } from "../../../src/store/status.ts";
import { account, ago, dayMs, hourMs, now, target } from "./statuses.ts";

const limits = { pullMs: hourMs, auditMs: 36 * hourMs };

type Found = {
  readonly accounts?: readonly AccountStatus[];
  readonly targets?: readonly TargetStatus[];
  readonly holds?: readonly StoredHold[];
  readonly expiries?: readonly Expiry[];
};

function conditions({ accounts = [], targets = [], holds = [], expiries = [] }: Found) {
  return conditionsOf(
    accounts.map((status) => ({ status, freshness: accountFreshness(status, limits, now) })),
    targets.map((status) => ({ status, freshness: targetFreshness(status, [], limits, now) })),
    holds,
    expiries,
    now,
  );
}

const hold: StoredHold = {
  targetId: "all",
  sourceId: "family",
  reason: "This plan would remove 12 of 40 events.",
  actions: ["delete x"],
  since: ago(dayMs),
  approved: false,
  mark: "a1b2c3",
};

describe("what needs attention", () => {
  it("is nothing where all is well, and where a hold was approved", () => {
    const approved = [{ ...hold, approved: true }];
    expect(conditions({ accounts: [account()], targets: [target()], holds: approved })).toEqual([]);
  });

  it.each<[string, string, Found]>([
    [
      "stale",
      "family/me@icloud.example",
      { accounts: [account({ completeAt: ago(2 * hourMs), error: "401: sign in." })] },
    ],
    ["stale", "family/me@icloud.example", { accounts: [account({ completeAt: null })] }],
    ["quarantined", "family/me@icloud.example", { accounts: [account({ quarantined: 2 })] }],
    ["owed", "family/me@icloud.example", { accounts: [account({ owedSince: ago(dayMs) })] }],
    ["unbalanced", "family/me@icloud.example", { accounts: [account({ balancedAt: null })] }],
    [
      "audit-overdue",
      "all",
      { targets: [target({ auditedAt: ago(2 * dayMs), balancedAt: ago(2 * dayMs) })] },
    ],
    ["held", "all", { targets: [target({ held: "It holds objects of others." })] }],
    ["failing", "all", { targets: [target({ error: "The server answered 503." })] }],
    ["stale", "all", { targets: [target({ waitingSince: ago(2 * hourMs) })] }],
    ["refused", "all", { targets: [target({ refused: 1 })] }],
    ["held", "all/family", { holds: [hold] }],
  ])("is %s for %s", (kind, subject, found) => {
    const [condition, ...others] = conditions(found);
    expect(others).toEqual([]);
    expect(condition).toMatchObject({ kind, subject });
    expect(condition?.message).toMatch(/^.{20,}\.$/s);
    expect(condition?.message).not.toMatch(/\.\.|null|undefined|NaN/);
  });

  it("says where only a person can put right what an audit found", () => {
    const unbalanced = { balancedAt: ago(2 * dayMs) };
    const [healing] = conditions({ targets: [target(unbalanced)] });
    expect(healing?.message).not.toContain("only you");
    const [waiting] = conditions({ targets: [target({ ...unbalanced, auditWaits: true })] });
    expect(waiting).toMatchObject({ kind: "unbalanced", subject: "all" });
    expect(waiting?.message).toContain("found differences, and some only you can put right. ");
    expect(waiting?.message).toMatch(
      /^The newest audit of "all" found .* The last one that balanced was at 2/,
    );
  });

  it("says what went wrong with a stale account, and what a held plan would do", () => {
    const [stale] = conditions({
      accounts: [account({ completeAt: ago(2 * hourMs), error: "401: sign in" })],
    });
    expect(stale?.message).toContain("The last attempt: 401: sign in. It is tried again by itself.");
    const [retried] = conditions({
      accounts: [account({ completeAt: ago(2 * hourMs), error: "503. It is tried again by itself." })],
    });
    expect(retried?.message).toMatch(/The last attempt: 503\. It is tried again by itself\.$/);
    const [held] = conditions({ holds: [hold] });
    expect(held?.message).toContain("This plan would remove 12 of 40 events. ");
  });

  it.each([
    [31, []],
    [30, ["30"]],
    [8, ["30"]],
    [7, ["7"]],
    [1, ["1"]],
    [0.5, ["1"]],
    [0, ["0"]],
    [-3, ["0"]],
  ])("%d days before a credential ends is the stage %j", (days, stages) => {
    const expiries = [{ sourceId: "office", what: "certificate", endsAt: now + days * dayMs } as const];
    expect(conditions({ expiries }).map(({ stage }) => stage)).toEqual(stages);
  });

  it("names the last day of a client secret whose date the owner noted", () => {
    const endsAt = Date.parse("2026-12-01T00:00:00Z") + dayMs;
    const [condition] = conditions({ expiries: [{ sourceId: "office", what: "client secret", endsAt }] });
    expect(condition?.message).toContain('The client secret of "office" ends on 2026-12-01.');
  });
});
