import { checkHealth, type HealthReport } from "../health/check-health.ts";
import { healthSettings } from "../health/settings.ts";
import { accountKey } from "../store/accounts.ts";
import { listAlerts, type StoredAlert } from "../store/alerts.ts";
import { listHolds, type StoredHold } from "../store/holds.ts";
import {
  type AccountStatus,
  accountStatus,
  type LeftOut,
  leftOut,
  type TargetStatus,
  targetStatus,
} from "../store/status.ts";
import type { Session } from "./command.ts";
import { type EventName, nameOfNative } from "./event-name.ts";

/** An event that is left out, by the name that its owner knows it by. */
export type NamedEvent = Omit<LeftOut, "native"> & EventName;

/** Something that is stored, and whether the configuration still names it. */
export type Reported<T> = { readonly status: T; readonly isConfigured: boolean };

/** All that `status` tells. */
export type StatusReport = {
  /** Epoch milliseconds of the report. */
  readonly now: number;
  readonly daemon: boolean | null;
  readonly health: HealthReport;
  readonly accounts: ReadonlyArray<Reported<AccountStatus>>;
  readonly targets: ReadonlyArray<Reported<TargetStatus>>;
  /** Those that are on. */
  readonly alerts: readonly StoredAlert[];
  readonly holds: readonly StoredHold[];
  readonly leftOut: readonly NamedEvent[];
};

const leftOutShown = 50;

/** Reads everything that `status` tells. Asks no server and changes nothing. */
export async function statusReport({ config, context, daemon }: Session): Promise<StatusReport> {
  const accounts = new Set(context.accounts.map(accountKey));
  const targets = new Set(context.targets.map(({ id }) => id));
  return {
    now: context.clock.now(),
    daemon,
    accounts: (await accountStatus(context.db)).map((status) => ({
      status,
      isConfigured: accounts.has(accountKey({ sourceId: status.source, name: status.account })),
    })),
    targets: (await targetStatus(context.db)).map((status) => ({
      status,
      isConfigured: targets.has(status.target),
    })),
    holds: await listHolds(context.db),
    leftOut: (await leftOut(context.db, leftOutShown)).map(named),
    health: await checkHealth(context, healthSettings(config)),
    alerts: (await listAlerts(context.db)).filter(({ firing }) => firing),
  };
}

function named({ native, ...event }: LeftOut): NamedEvent {
  return { ...event, ...(native === null ? { title: null, date: null } : nameOfNative(native)) };
}

/** The report as one JSON value, as docs/cli.md shows it, but for the exit code. */
export function statusJson(report: StatusReport): Readonly<Record<string, unknown>> {
  const { daemon, health, accounts, targets, alerts, holds, leftOut: events } = report;
  return {
    daemon,
    ready: health.readiness.ready,
    reasons: health.readiness.reasons,
    accounts: accounts.map(({ status }) => ({ ...status, ...freshnessOf(status, health) })),
    targets: targets.map(({ status }) => ({ ...status, ...lagOf(status, health) })),
    alerts: alerts.map(({ kind, subject, message, since }) => ({
      kind,
      subject,
      message,
      since: new Date(since).toISOString(),
    })),
    holds,
    leftOut: events,
  };
}

/** What the checks made of an account; `state` is null where it is not in use. */
function freshnessOf({ source, account }: AccountStatus, health: HealthReport) {
  const own = health.accounts.find(
    (candidate) => candidate.source === source && candidate.account === account,
  );
  return { state: own?.state ?? null, limitMs: own?.limitMs ?? null, audit: own?.audit ?? null };
}

function lagOf({ target }: TargetStatus, health: HealthReport) {
  const own = health.targets.find((candidate) => candidate.target === target);
  return {
    state: own?.state ?? null,
    limitMs: own?.limitMs ?? null,
    lagMs: own?.lagMs ?? null,
    waitingSince: own?.waitingSince ?? null,
    audit: own?.audit ?? null,
  };
}
