import { accountInUse, accountsInUse } from "../reconcile/account-in-use.ts";
import { type AccountAudit, auditAccount } from "../reconcile/audit/audit-account.ts";
import { auditTarget, type TargetAudit } from "../reconcile/audit/audit-target.ts";
import type { Difference } from "../reconcile/audit/difference.ts";
import { registerConfiguration } from "../reconcile/sync.ts";
import { accountKey } from "../store/accounts.ts";
import { type Command, requireSource, requireTarget, type Session } from "./command.ts";
import { counted } from "./counted.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";

/**
 * `kalends audit [--repair] [--deep] [--source ID] [--target ID]`: lists both ends in full, compares them with what is
 * stored, and says what differs and what is done about it. A source alone, or a target alone, is one end.
 */
export const auditCommand: Command = async (session, _args, options) => {
  const { config, context, output } = session;
  const source = typeof options["source"] === "string" ? requireSource(config, options["source"]) : null;
  const target = typeof options["target"] === "string" ? requireTarget(context, options["target"]).id : null;
  const repair = options["repair"] === true;
  await registerConfiguration(context);
  const accounts = target !== null && source === null ? [] : await auditAccounts(session, source, repair);
  const targets: TargetAudit[] = [];
  const busy: string[] = [];
  for (const configured of context.targets) {
    const isChosen = target === null ? source === null : configured.id === target;
    if (!isChosen) continue;
    const audited = await auditTarget(context, configured, session.signal, {
      repair,
      deep: options["deep"] === true,
    });
    if (audited === null) busy.push(configured.id);
    else targets.push(audited);
  }
  for (const audited of accounts) printAccount(output, audited);
  for (const audited of targets) printTarget(output, audited);
  for (const id of busy) output.print(`→ ${id}: another process is at work on it, try again in a moment`);
  const code = codeOf(accounts, targets, busy.length);
  output.result({ accounts, targets, busy, exitCode: code });
  return code;
};

async function auditAccounts(
  { context, signal }: Session,
  source: string | null,
  repair: boolean,
): Promise<AccountAudit[]> {
  const audits: AccountAudit[] = [];
  for (const { configured } of await accountsInUse(context)) {
    if (source !== null && configured.sourceId !== source) continue;
    // As it is now: the audit of another account may have taken a while.
    const entry = await accountInUse(context, accountKey(configured));
    if (entry !== undefined) audits.push(await auditAccount(context, entry, signal, { repair }));
  }
  return audits;
}

function codeOf(accounts: readonly AccountAudit[], targets: readonly TargetAudit[], busy: number): ExitCode {
  const all = [...accounts, ...targets];
  if (all.some(({ isComplete }) => !isComplete)) return exitCode.failed;
  if (targets.some(({ waitsForPerson }) => waitsForPerson)) return exitCode.held;
  if (all.some(({ isBalanced }) => !isBalanced)) return exitCode.incomplete;
  return busy > 0 ? exitCode.busy : exitCode.ok;
}

function printAccount(output: Output, audited: AccountAudit): void {
  output.print(`${audited.source}/${audited.account}: ${verdict(audited)}`);
  for (const { name, listed, staged, aged, owed } of audited.calendars) {
    const books =
      listed === null
        ? "could not be listed"
        : [`${listed} listed`, `${staged ?? 0} staged`, `${aged ?? 0} outside the window`].join(", ");
    output.print(`  ${name}: ${books}${owed === 0 ? "" : `, ${owed} still to be read`}`);
  }
  printRest(output, audited);
}

function printTarget(output: Output, audited: TargetAudit): void {
  output.print(`→ ${audited.target}: ${verdict(audited)}`);
  if (audited.books !== null) {
    const { events, objects } = audited.books;
    const { staged, aged, ...classes } = events;
    output.print(
      `  ${counted(staged, "event")}: ${sumOf(classes)}${aged === 0 ? "" : ` (${aged} before the window)`}`,
    );
    const { listed, recorded, unclaimed, ...kinds } = objects;
    const waiting = unclaimed === 0 ? "" : `, ${unclaimed} of them not claimed by a source yet`;
    output.print(`  ${counted(listed, "object")}: ${sumOf(kinds)} (${recorded} on record${waiting})`);
  }
  printRest(output, audited);
  if (audited.waitsForPerson)
    output.print(
      "  Something here waits for you: `kalends hold list` names the plans that are held, the differences say the rest.",
    );
}

/** The parts of a sum that are not 0. */
function sumOf(parts: Readonly<Record<string, number>>): string {
  const named = Object.entries(parts).flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]));
  return named.length === 0 ? "none" : named.join(" + ");
}

function verdict({ isComplete, isBalanced, differences }: AccountAudit | TargetAudit): string {
  const found = differences.length === 0 ? "" : `, ${counted(differences.length, "difference")}`;
  if (!isComplete) return `could not be read in full${found}`;
  return `${isBalanced ? "balanced" : "does not balance"}${found}`;
}

function printRest(
  output: Output,
  {
    differences,
    errors,
  }: { readonly differences: readonly Difference[]; readonly errors: readonly string[] },
): void {
  for (const { kind, place, event, next } of differences) {
    const title = event.title === null ? event.id : `${JSON.stringify(event.title)} (${event.id})`;
    const start = event.start === null ? "" : ` of ${event.start}`;
    output.print(`  ${kind} in ${place}: ${title}${start}. ${next}`);
  }
  for (const error of errors) output.print(`  ${error}`);
}
