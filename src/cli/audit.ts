import { accountInUse, accountsInUse } from "../reconcile/account-in-use.ts";
import { type AccountAudit, auditAccount } from "../reconcile/audit/audit-account.ts";
import { auditTarget, type TargetAudit } from "../reconcile/audit/audit-target.ts";
import { registerConfiguration } from "../reconcile/sync.ts";
import { accountKey } from "../store/accounts.ts";
import { printAccountAudit, printTargetAudit } from "./audit-text.ts";
import { busyText } from "./busy-text.ts";
import { type Command, requireSource, requireTarget, type Session } from "./command.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { givenAgain } from "./given-again.ts";

/**
 * `kalends audit [--repair] [--deep] [--source ID] [--target ID]`: lists both ends in full, compares them with what is
 * stored, and says what differs and what is done about it. A source alone, or a target alone, is one end. Respects no
 * back-off.
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
      ignoreBackOff: true,
    });
    if (audited === null) busy.push(configured.id);
    else targets.push(audited);
  }
  for (const audited of accounts) printAccountAudit(output, audited);
  for (const audited of targets) {
    printTargetAudit(output, audited);
    if (!audited.isComplete) output.print(`  ${whatNow(givenAgain("audit", options), repair)}`);
  }
  for (const id of busy) output.print(`→ ${busyText(id)}`);
  const code = codeOf(accounts, targets, busy.length, repair);
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
    if (entry !== undefined)
      audits.push(await auditAccount(context, entry, signal, { repair, ignoreBackOff: true }));
  }
  return audits;
}

function codeOf(
  accounts: readonly AccountAudit[],
  targets: readonly TargetAudit[],
  busy: number,
  repair: boolean,
): ExitCode {
  const all = [...accounts, ...targets];
  if (all.some(({ isComplete, heals }) => !isComplete && !heals)) return exitCode.failed;
  if (targets.some(({ waitsForPerson }) => waitsForPerson)) return exitCode.held;
  if (all.some(isLeft) || (repair && targets.some(isWaiting))) return exitCode.incomplete;
  return busy > 0 ? exitCode.busy : exitCode.ok;
}

/** What holds where a target could not be audited, and what to do when what was said of it is over. */
function whatNow(again: string, repair: boolean): string {
  const written = repair ? "What was put right there stays so." : "Nothing was written there.";
  return `${written} Give ${again} again after that.`;
}

function isLeft({ isComplete, isBalanced, differences }: AccountAudit | TargetAudit): boolean {
  return !isComplete || !isBalanced || differences.some(({ state }) => state === "left");
}

/** Something is still to be written, though a repair has just tried to. */
function isWaiting({ books }: TargetAudit): boolean {
  return books !== null && books.events.waiting + books.standing.waiting > 0;
}
