import { RemoteError } from "../http/remote-error.ts";
import type { ConfiguredTarget } from "../reconcile/context.ts";
import { adopt, type AdoptionPlan, planAdoption } from "../reconcile/decide/adopt.ts";
import { pullAccount } from "../reconcile/pull/pull.ts";
import { previewTarget } from "../reconcile/plan-target.ts";
import { type ReconcileResult, reconcileTarget } from "../reconcile/reconcile.ts";
import { registerConfiguration } from "../reconcile/sync.ts";
import { ensureTarget } from "../store/targets.ts";
import { busyText } from "./busy-text.ts";
import { type Command, requireTarget, type Session, UsageError } from "./command.ts";
import { exitCodeOf } from "./command-error.ts";
import { counted } from "./counted.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { givenAgain } from "./given-again.ts";
import { outage } from "./outage-text.ts";

/** `kalends adopt TARGET [--yes]`: takes over objects that another program wrote for the same meetings. */
export const adoptCommand: Command = async (session, args, options) => {
  const { context, output, signal } = session;
  const [targetId] = args;
  if (targetId === undefined) throw new UsageError("Name the target whose objects are to be taken over.");
  const target = requireTarget(context, targetId);
  const accounts = (await registerConfiguration(context)).filter(
    ({ configured }) => configured.targetId === targetId,
  );
  for (const { configured, account } of accounts) {
    const { errors } = await pullAccount(context, configured, account, signal);
    for (const error of errors) output.print(`not read: ${error}`);
  }
  const plan = await look(session, target).catch((error: unknown) => {
    if (!(error instanceof RemoteError) || signal.aborted) throw error;
    return error;
  });
  if (plan === null) {
    output.print(busyText(targetId));
    output.result({ busy: targetId });
    return exitCode.busy;
  }
  if (plan instanceof RemoteError) {
    const message = `${targetId}: nothing was taken over: ${outage(plan)} Give ${givenAgain(`adopt ${targetId}`, options)} again then.`;
    output.print(message);
    output.result({ target: targetId, done: false, error: message, exitCode: exitCodeOf(plan) });
    return exitCodeOf(plan);
  }
  for (const match of plan.matches) {
    output.print(`take over: ${match.start}  ${match.summary}  (${match.sourceId}, same ${match.by})`);
  }
  for (const name of plan.unmatched) output.print(`leave alone: ${name}`);
  if (options["yes"] !== true) {
    output.print(
      `${counted(plan.matches.length, "object")} would be taken over, ${plan.unmatched.length} left alone.`,
    );
    output.print(
      "Nothing was done yet: run it again with --yes to carry this out. Each object taken over is written once.",
    );
    output.result({ target: targetId, ...plan, done: false });
    return exitCode.ok;
  }
  await adopt(context, targetId, plan);
  const result = await reconcileTarget(context, target, signal);
  const code = codeOf(result.outcome);
  output.print(
    code === exitCode.ok
      ? `${targetId}: ${result.outcome}, ${result.counts.updated} taken over, ${result.counts.created} added`
      : `${targetId}: ${result.outcome}. ${counted(plan.matches.length, "object")} on record as taken over: what is not ` +
          "written yet is written by the next run (`kalends sync` does it now), without `kalends adopt` again.",
  );
  for (const error of result.errors) output.print(`  ${error}`);
  output.result({ target: targetId, ...plan, done: true, result, exitCode: code });
  return code;
};

/** Null while another process works on the target. */
async function look(
  { context, dryRun, signal }: Session,
  target: ConfiguredTarget,
): Promise<AdoptionPlan | null> {
  if ((await previewTarget(dryRun, target, signal)) === null) return null;
  const { href } = await ensureTarget(context.db, target.id);
  const collection = await dryRun.sink.openTarget({ ...target, writable: false }, href, signal);
  return planAdoption(context, target.id, collection, signal);
}

function codeOf(outcome: ReconcileResult["outcome"]): ExitCode {
  switch (outcome) {
    case "complete":
    case "idle":
      return exitCode.ok;
    case "incomplete":
      return exitCode.incomplete;
    case "held":
      return exitCode.held;
    case "busy":
      return exitCode.busy;
    case "failed":
      return exitCode.failed;
    default:
      return outcome satisfies never;
  }
}
