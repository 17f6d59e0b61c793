import { type Action, inOrder, subjectOf } from "../reconcile/action.ts";
import { forget, planPurge } from "../reconcile/decide/purge.ts";
import { reconcileTarget } from "../reconcile/reconcile.ts";
import { oneLine } from "../calendar/people-text.ts";
import { listAccounts } from "../store/accounts.ts";
import { type Command, UsageError } from "./command.ts";
import { counted } from "./counted.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";

/** `kalends purge --source ID [--yes]`: removes from the targets what was written from one source. */
export const purgeCommand: Command = async ({ config, context, output, signal }, _args, options) => {
  const source = options["source"];
  if (typeof source !== "string")
    throw new UsageError("Name the source whose events are to be removed: --source ID.");
  if (config.sources.some((candidate) => candidate.id === source && candidate.enabled)) {
    throw new UsageError(
      `The source ${source} is in use: its events would come back with the next run. ` +
        "Take it out of the configuration, or give it `enabled: false`, and purge then.",
    );
  }
  const plan = await planPurge(context, source);
  if (plan.keys.length === 0 && !(await isKnown(context.db, source)))
    throw new UsageError(
      `Nothing is on record of a source ${JSON.stringify(source)}: it was never read, or is purged. What a purge that was cut off has left in a target goes with the next run.`,
    );
  const actions = plan.targets.flatMap(({ targetId, actions: own }) =>
    inOrder(own).map((action) => ({ targetId, action })),
  );
  for (const { targetId, action } of actions) {
    const { summary, startsAt } = subjectOf(action);
    output.print(
      `${targetId}: ${action.kind.padEnd(6)} ${startsAt ?? ""}  ${oneLine(summary)}  (${action.reason})`,
    );
  }
  const shown = actions.map(({ targetId, action }) => ({
    target: targetId,
    kind: action.kind,
    summary: subjectOf(action).summary,
    start: subjectOf(action).startsAt ?? "",
    reason: action.reason,
  }));
  if (options["yes"] !== true) {
    const next =
      plan.keys.length === 0 ? "" : " Nothing was done yet: run it again with --yes to carry this out.";
    output.print(
      `${preview(
        source,
        actions.map(({ action }) => action),
      )}${next}`,
    );
    output.result({ source, actions: shown, done: false });
    return exitCode.ok;
  }
  await forget(context, plan);
  let code: ExitCode = exitCode.ok;
  for (const { targetId } of plan.targets) {
    const target = context.targets.find((candidate) => candidate.id === targetId);
    if (target === undefined) {
      output.print(
        `${targetId}: not in the configuration any more, so it cannot be reached; put it back to purge it`,
      );
      code = exitCode.incomplete;
      continue;
    }
    const result = await reconcileTarget(context, target, signal, { unguarded: source });
    const isDone = result.outcome === "complete" || result.outcome === "idle";
    output.print(
      isDone
        ? `${targetId}: ${result.outcome}, ${result.counts.removed} removed, ${result.counts.updated} now from another source`
        : `${targetId}: ${result.outcome}, perhaps in part. Give \`kalends purge --source ${source} --yes\` again for the rest.`,
    );
    for (const error of result.errors) output.print(`  ${error}`);
    if (!isDone) code = exitCode.incomplete;
  }
  output.result({ source, actions: shown, done: true, exitCode: code });
  return code;
};

/** What a purge would do, in numbers. */
function preview(source: string, actions: readonly Action[]): string {
  const removed = actions.filter(({ kind }) => kind === "delete").length;
  const taken = actions.length - removed;
  const others = taken === 0 ? "" : `, and ${taken} would be taken over by another source`;
  return `${counted(removed, "object")} of ${source} would be removed${others}.`;
}

async function isKnown(db: Parameters<typeof listAccounts>[0], source: string): Promise<boolean> {
  return (await listAccounts(db)).some((account) => account.source_id === source);
}
