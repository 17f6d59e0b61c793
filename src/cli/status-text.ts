import { oneLine } from "../calendar/people-text.ts";
import type { StoredAlert } from "../store/alerts.ts";
import type { AccountStatus, TargetStatus } from "../store/status.ts";
import { counted } from "./counted.ts";
import { printHold } from "./hold.ts";
import { openWork } from "./open-work.ts";
import type { Output } from "./output.ts";
import type { NamedEvent, Reported, StatusReport } from "./status-report.ts";

/** How long a restored server is told of. */
const restoredShownMs = 7 * 86_400_000;

/** Prints a report for a person: what is not as it should be first. */
export function printStatus(output: Output, report: StatusReport): void {
  const { now, daemon, accounts, targets, alerts, holds, leftOut, health } = report;
  const waitingSince = new Map(health.targets.map((judged) => [judged.target, judged.waitingSince]));
  if (daemon !== null) output.print(daemon ? "daemon: running" : "daemon: not running on this data folder");
  printReadiness(output, report);
  for (const account of accounts) printAccount(output, account, now);
  for (const target of targets) {
    const isNew =
      target.status.reconciledAt === null && (waitingSince.get(target.status.target) ?? null) !== null;
    printTarget(output, target, isNew, now);
  }
  for (const alert of alerts) printAlert(output, alert);
  for (const hold of holds) printHold(output, hold);
  for (const event of leftOut)
    output.print(`left out: ${event.source}, ${event.where}, ${shown(event)}: ${event.reason}`);
  if (accounts.length === 0)
    output.print("Nothing has been read yet. Start with `kalends sync` or `kalends run`.");
}

function printReadiness(output: Output, { health: { readiness }, targets, holds }: StatusReport): void {
  const { ready, reasons } = readiness;
  const waiting = targets.filter(({ isConfigured, status }) => isConfigured && status.waitsForPerson);
  const ids = new Set(waiting.map(({ status }) => status.target));
  const plans = holds.filter(({ approved, targetId }) => !approved && ids.has(targetId)).length;
  const what =
    plans === 0 ? "something that waits" : `${counted(plans, "plan")} that ${plans === 1 ? "waits" : "wait"}`;
  const but = waiting.length === 0 ? "" : `, but for ${what} for you (see below)`;
  if (ready) output.print(`ready: everything is as current as it should be${but}`);
  for (const { message } of reasons) output.print(`not ready: ${message}`);
}

function printAlert(output: Output, { kind, since, message }: StoredAlert): void {
  output.print(`alert (${kind}) since ${new Date(since).toISOString()}: ${message}`);
}

/** The title and date that the owner finds it by, and the id that support asks for. */
function shown({ event, title, date }: NamedEvent): string {
  const id = oneLine(event);
  if (title === null && date === null) return id;
  return `${JSON.stringify(title ?? "(no title)")}${date === null ? "" : ` of ${date}`} (${id})`;
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

function printAccount(
  output: Output,
  { status: account, isConfigured }: Reported<AccountStatus>,
  now: number,
): void {
  const fresh =
    account.completeAt === null ? "never read completely" : `complete as of ${ago(account.completeAt, now)}`;
  const parts = [
    `${counted(account.staged, "event")} in ${counted(account.calendars, "calendar")}`,
    ...openWork(account),
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

/** @param isNew it was never written to, though something waits */
function printTarget(
  output: Output,
  { status: target, isConfigured }: Reported<TargetStatus>,
  isNew: boolean,
  now: number,
): void {
  const parts = [
    counted(target.standing, "event"),
    ...(target.waiting > 0 ? [`${target.waiting} waiting to be written`] : []),
    ...(target.onHold > 0 ? [`${target.onHold} held`] : []),
    ...(target.kept > 0 ? [`${target.kept} kept as they are by your decision`] : []),
    ...(target.unclaimed > 0 ? [`${target.unclaimed} found that no source claims`] : []),
    ...(target.foreign > 0 ? [`${target.foreign} not ours`] : []),
  ];
  output.print(`→ ${target.target}: ${parts.join(", ")}${target.href === null ? "" : ` (${target.href})`}`);
  if (!isConfigured) {
    output.print("  not in the configuration any more: nothing is written to it, what stands there stays");
    return;
  }
  if (isNew) output.print("  never written to; `kalends sync` or `kalends run` does so");
  printAudit(output, target, now);
  if (target.auditWaits)
    output.print("  Only you can put right some of what it found: `kalends audit` says what and how.");
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
