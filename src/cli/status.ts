import { oneLine } from "../calendar/people-text.ts";
import type { AuditState } from "../health/freshness.ts";
import { checkHealth, type HealthReport } from "../health/check-health.ts";
import { healthSettings } from "../health/settings.ts";
import { listAlerts, type StoredAlert } from "../store/alerts.ts";
import { accountKey } from "../store/accounts.ts";
import { listHolds } from "../store/holds.ts";
import {
  type AccountStatus,
  accountStatus,
  type LeftOut,
  leftOut,
  type TargetStatus,
  targetStatus,
} from "../store/status.ts";
import type { Command } from "./command.ts";
import { counted } from "./counted.ts";
import { type EventName, nameOfNative } from "./event-name.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { printHold } from "./hold.ts";
import type { Output } from "./output.ts";

const leftOutShown = 50;
/** How long a restored server is told of. */
const restoredShownMs = 7 * 86_400_000;

/**
 * `kalends status`: how fresh every account is and whether that is enough, what stands in the targets, which alerts are
 * on, and what is left out and why.
 */
export const statusCommand: Command = async ({ config, context, output, daemon }) => {
  const now = context.clock.now();
  const accounts = await accountStatus(context.db);
  const targets = await targetStatus(context.db);
  const holds = await listHolds(context.db);
  const events = (await leftOut(context.db, leftOutShown)).map(named);
  const health = await checkHealth(context, healthSettings(config));
  const alerts = (await listAlerts(context.db)).filter(({ firing }) => firing);
  const configured = new Set(context.accounts.map(accountKey));

  if (daemon !== null) output.print(daemon ? "daemon: running" : "daemon: not running on this data folder");
  printReadiness(output, health, holds.filter(({ approved }) => !approved).length);
  for (const account of accounts)
    printAccount(output, account, configured.has(`${account.source}/${account.account}`), now);
  const configuredTargets = new Set(context.targets.map((target) => target.id));
  for (const target of targets) printTarget(output, target, configuredTargets.has(target.target), now);
  for (const alert of alerts) printAlert(output, alert);
  for (const hold of holds) printHold(output, hold);
  for (const event of events)
    output.print(`left out: ${event.source}, ${event.where}, ${shown(event)}: ${event.reason}`);
  if (accounts.length === 0)
    output.print("Nothing has been read yet. Start with `kalends sync` or `kalends run`.");

  const inUse = targets.filter((target) => configuredTargets.has(target.target));
  const read = accounts.filter((account) => configured.has(`${account.source}/${account.account}`));
  const code = codeOf(read, inUse, holds.length, health);
  output.result({
    daemon,
    ready: health.readiness.ready,
    reasons: health.readiness.reasons,
    accounts: accounts.map((account) => ({ ...account, ...freshnessOf(account, health) })),
    targets: targets.map((target) => ({ ...target, ...lagOf(target, health) })),
    alerts: alerts.map(({ kind, subject, message, since }) => ({
      kind,
      subject,
      message,
      since: new Date(since).toISOString(),
    })),
    holds,
    leftOut: events,
    exitCode: code,
  });
  return code;
};

/** What the checks made of an account; `state` is null where it is not in use. */
function freshnessOf({ source, account }: AccountStatus, { accounts }: HealthReport) {
  const own = accounts.find((candidate) => candidate.source === source && candidate.account === account);
  return { state: own?.state ?? null, limitMs: own?.limitMs ?? null, audit: own?.audit ?? null };
}

function lagOf({ target }: TargetStatus, { targets }: HealthReport) {
  const own = targets.find((candidate) => candidate.target === target);
  return {
    state: own?.state ?? null,
    limitMs: own?.limitMs ?? null,
    lagMs: own?.lagMs ?? null,
    waitingSince: own?.waitingSince ?? null,
    audit: own?.audit ?? null,
  };
}

function printReadiness(
  output: Output,
  { readiness: { ready, reasons } }: HealthReport,
  waiting: number,
): void {
  if (ready && waiting === 0) output.print("ready: everything is as current as it should be");
  if (ready && waiting > 0)
    output.print(
      `ready: everything is as current as it should be, but for ${counted(waiting, "plan")} that ${waiting === 1 ? "waits" : "wait"} for you (see below)`,
    );
  for (const { message } of reasons) output.print(`not ready: ${message}`);
}

function printAlert(output: Output, { kind, since, message }: StoredAlert): void {
  output.print(`alert (${kind}) since ${new Date(since).toISOString()}: ${message}`);
}

type NamedEvent = Omit<LeftOut, "native"> & EventName;

function named({ native, ...event }: LeftOut): NamedEvent {
  return { ...event, ...(native === null ? { title: null, date: null } : nameOfNative(native)) };
}

/** The title and date that the owner finds it by, and the id that support asks for. */
function shown({ event, title, date }: NamedEvent): string {
  const id = oneLine(event);
  if (title === null && date === null) return id;
  return `${JSON.stringify(title ?? "(no title)")}${date === null ? "" : ` of ${date}`} (${id})`;
}

function codeOf(
  accounts: readonly AccountStatus[],
  targets: readonly TargetStatus[],
  holds: number,
  health: HealthReport,
): ExitCode {
  if (holds > 0 || targets.some((target) => target.held !== null)) return exitCode.held;
  const unwell =
    !health.readiness.ready ||
    [...health.accounts, ...health.targets].some(({ audit }) => isBehind(audit)) ||
    accounts.some((account) => account.error !== null || account.owed > 0) ||
    targets.some((target) => target.error !== null);
  return unwell ? exitCode.incomplete : exitCode.ok;
}

function isBehind(audit: AuditState): boolean {
  return audit === "overdue" || audit === "unbalanced";
}

function printAudit(
  output: Output,
  { auditedAt, balancedAt }: { readonly auditedAt: string | null; readonly balancedAt: string | null },
  now: number,
): void {
  if (auditedAt === null) return;
  const last = balancedAt === null ? "none has balanced yet" : `balanced ${ago(balancedAt, now)}`;
  output.print(
    balancedAt === auditedAt
      ? `  audit: ${last}`
      : `  audit: ${ago(auditedAt, now)} with differences, ${last}`,
  );
}

function printAccount(output: Output, account: AccountStatus, isConfigured: boolean, now: number): void {
  const fresh =
    account.completeAt === null ? "never read completely" : `complete as of ${ago(account.completeAt, now)}`;
  const parts = [
    `${counted(account.staged, "event")} in ${counted(account.calendars, "calendar")}`,
    ...(account.owed > 0 ? [`${account.owed} still to be read`] : []),
    ...(account.skipped > 0 ? [`${account.skipped} skipped`] : []),
    ...(account.quarantined > 0 ? [`${account.quarantined} quarantined`] : []),
  ];
  output.print(`${account.source}/${account.account}: ${fresh}, ${parts.join(", ")}`);
  printAudit(output, account, now);
  if (!isConfigured)
    output.print(
      "  switched off, or not in the configuration any more: its events stay; `kalends purge --source` removes them",
    );
  for (const name of account.vanished)
    output.print(`  calendar ${JSON.stringify(name)} is gone or not selected any more; its events stay`);
  if (account.error !== null) output.print(`  ${account.error}`);
  if (account.retryAt !== null && Date.parse(account.retryAt) > now)
    output.print(`  next attempt ${account.retryAt}`);
}

function printTarget(output: Output, target: TargetStatus, isConfigured: boolean, now: number): void {
  const parts = [
    counted(target.standing, "event"),
    ...(target.waiting > 0 ? [`${target.waiting} waiting to be written`] : []),
    ...(target.kept > 0 ? [`${target.kept} kept as they are by your decision`] : []),
    ...(target.unclaimed > 0 ? [`${target.unclaimed} found that no source claims`] : []),
    ...(target.foreign > 0 ? [`${target.foreign} not ours`] : []),
  ];
  output.print(`→ ${target.target}: ${parts.join(", ")}${target.href === null ? "" : ` (${target.href})`}`);
  if (!isConfigured) {
    output.print("  not in the configuration any more: nothing is written to it, what stands there stays");
    return;
  }
  printAudit(output, target, now);
  if (target.waitingSince !== null) output.print(`  the oldest change waits since ${target.waitingSince}`);
  if (target.restoredAt !== null && now - Date.parse(target.restoredAt) < restoredShownMs)
    output.print(
      `  its server seems to have been restored from a backup (noticed ${ago(target.restoredAt, now)}); what differed was put right`,
    );
  if (target.held !== null) output.print(`  held: ${target.held}`);
  if (target.error !== null) output.print(`  ${target.error}`);
}

function ago(iso: string, now: number): string {
  const seconds = Math.round((now - Date.parse(iso)) / 1000);
  if (seconds < -60) return `${iso}, which lies ahead: the clock was set back`;
  if (seconds < 90) return `${seconds} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  return seconds < 129_600
    ? `${Math.round(seconds / 3600)} h ago`
    : `${Math.round(seconds / 86_400)} days ago`;
}
