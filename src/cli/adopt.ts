import { adopt, planAdoption } from "../reconcile/decide/adopt.ts";
import { pullAccount } from "../reconcile/pull/pull.ts";
import { previewTarget } from "../reconcile/plan-target.ts";
import { reconcileTarget } from "../reconcile/reconcile.ts";
import { registerConfiguration } from "../reconcile/sync.ts";
import { ensureTarget } from "../store/targets.ts";
import { type Command, requireTarget, UsageError } from "./command.ts";
import { exitCode } from "./exit-code.ts";

/** `kalends adopt TARGET [--yes]`: takes over objects that another program wrote for the same meetings. */
export const adoptCommand: Command = async ({ context, dryRun, output, signal }, args, options) => {
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
  if ((await previewTarget(dryRun, target, signal)) === null) {
    output.print(`${targetId}: another process is at work on it, try again in a moment`);
    output.result({ busy: targetId });
    return exitCode.busy;
  }
  const { href } = await ensureTarget(context.db, targetId);
  const collection = await dryRun.sink.openTarget({ ...target, writable: false }, href, signal);
  const plan = await planAdoption(context, targetId, collection, signal);
  for (const match of plan.matches) {
    output.print(`take over: ${match.start}  ${match.summary}  (${match.sourceId}, same ${match.by})`);
  }
  for (const name of plan.unmatched) output.print(`leave alone: ${name}`);
  if (options["yes"] !== true) {
    output.print(`${plan.matches.length} objects would be taken over, ${plan.unmatched.length} left alone.`);
    output.print(
      "Nothing was done yet: run it again with --yes to carry this out. Each object taken over is written once.",
    );
    output.result({ target: targetId, ...plan, done: false });
    return exitCode.ok;
  }
  await adopt(context, targetId, plan);
  const result = await reconcileTarget(context, target, signal);
  output.print(
    `${targetId}: ${result.outcome}, ${result.counts.updated} taken over, ${result.counts.created} added`,
  );
  for (const error of result.errors) output.print(`  ${error}`);
  output.result({ target: targetId, ...plan, done: true, result });
  return result.outcome === "complete" || result.outcome === "idle" ? exitCode.ok : exitCode.incomplete;
};
