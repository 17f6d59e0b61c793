import { oneLine } from "../calendar/people-text.ts";
import { RemoteError } from "../http/remote-error.ts";
import { type Action, inOrder, subjectOf } from "../reconcile/action.ts";
import type { ConfiguredTarget, Context } from "../reconcile/context.ts";
import { pullAccount } from "../reconcile/pull/pull.ts";
import { type GuardedPlan, previewTarget } from "../reconcile/plan-target.ts";
import { registerConfiguration } from "../reconcile/sync.ts";
import { listHolds } from "../store/holds.ts";
import { targetsLeft } from "../store/targets-left.ts";
import { busyText } from "./busy-text.ts";
import type { Command } from "./command.ts";
import { counted } from "./counted.ts";
import { requireSource, requireTarget } from "./command.ts";
import { exitCodeOf } from "./command-error.ts";
import { exitCode } from "./exit-code.ts";
import { givenAgain } from "./given-again.ts";
import type { Output } from "./output.ts";
import { outage } from "./outage-text.ts";

/**
 * `kalends plan [--target ID] [--source ID] [--offline]`: what the next reconciliation would do.
 * Reads the sources (into the store) unless `--offline`; writes nothing to the target.
 */
export const planCommand: Command = async ({ config, dryRun, output, signal }, _args, options) => {
  const accounts = await registerConfiguration(dryRun);
  const source = typeof options["source"] === "string" ? requireSource(config, options["source"]) : null;
  const errors: string[] = [];
  for (const { configured, account } of accounts) {
    if (options["offline"] === true || (source !== null && configured.sourceId !== source)) continue;
    errors.push(...(await pullAccount(dryRun, configured, account, signal)).errors);
  }
  const chosen =
    typeof options["target"] === "string" ? [requireTarget(dryRun, options["target"])] : dryRun.targets;
  const accountsNow = accounts.map(({ account, configured }) => ({
    id: account.id,
    targetId: configured.targetId,
  }));
  // What a source leaves behind in its former target is known once all targets have taken over what is theirs.
  if ((await targetsLeft(dryRun.db, accountsNow)).size > 0)
    for (const target of dryRun.targets) await preview(dryRun, target, signal);
  const plans: Array<{ target: string; held: string | null; plan: GuardedPlan }> = [];
  const outages: Array<{ error: RemoteError; message: string }> = [];
  for (const target of chosen) {
    const seen = await preview(dryRun, target, signal);
    if (seen === null) {
      output.print(busyText(target.id));
      output.result({ busy: target.id });
      return exitCode.busy;
    }
    if (seen instanceof RemoteError) {
      const again = givenAgain("plan", options);
      const message = `${target.id}: nothing was planned, or written: ${outage(seen)} Give ${again} again then.`;
      outages.push({ error: seen, message });
    } else plans.push({ target: target.id, ...seen });
  }
  for (const error of errors) output.print(`not read: ${error}`);
  if (errors.length > 0)
    output.print(
      `What follows is planned from what is stored; give ${givenAgain("plan", options)} again then.`,
    );
  for (const { message } of outages) output.print(message);
  const nothing = errors.length === 0 ? "nothing to do" : "nothing to do from what is stored";
  const stored = new Set((await listHolds(dryRun.db)).map(nameOfHold));
  for (const { target, held, plan } of plans) {
    print(output, target, { held, plan, nothing });
    for (const { sourceId, reason } of plan.holds) {
      const name = nameOfHold({ targetId: target, sourceId });
      output.print(`${target}: held: ${reason}`);
      const show = `\`kalends hold show ${name}\` lists the events, and how to decide`;
      output.print(stored.has(name) ? `  ${show}.` : `  The next run holds it; then ${show}.`);
    }
  }
  output.result({
    errors: [...errors, ...outages.map(({ message }) => message)],
    targets: plans.map(({ target, held, plan }) => ({
      target,
      held,
      actions: inOrder(plan.actions).map((action) => ({
        ...describe(action),
        held: !plan.allowed.includes(action),
      })),
      awaited: Object.fromEntries(awaited(plan)),
      holds: plan.holds,
    })),
  });
  if (outages.some(({ error }) => exitCodeOf(error) === exitCode.failed)) return exitCode.failed;
  if (plans.some(({ held, plan }) => held !== null || plan.holds.length > 0)) return exitCode.held;
  return errors.length + outages.length > 0 ? exitCode.incomplete : exitCode.ok;
};

/** The plan of a target; null while another process works on it; the error where it cannot be reached. */
async function preview(
  dryRun: Context,
  target: ConfiguredTarget,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof previewTarget>> | RemoteError> {
  try {
    return await previewTarget(dryRun, target, signal);
  } catch (error) {
    if (!(error instanceof RemoteError) || signal.aborted) throw error;
    return error;
  }
}

function print(
  output: Output,
  target: string,
  {
    held,
    plan,
    nothing,
  }: { readonly held: string | null; readonly plan: GuardedPlan; readonly nothing: string },
): void {
  if (held !== null) output.print(`${target}: held. ${held}`);
  if (plan.actions.length === 0) output.print(`${target}: ${nothing}`);
  for (const [awaitedIn, events] of awaited(plan))
    output.print(
      `${target}: ${counted(events, "event")} of a source that writes to ${awaitedIn} now, kept until it stands there`,
    );
  for (const action of inOrder(plan.actions)) {
    const { kind, summary, reason, start } = describe(action);
    const mark = plan.allowed.includes(action) ? "" : " [held]";
    output.print(`${target}: ${kind.padEnd(6)} ${start}  ${oneLine(summary)}  (${reason})${mark}`);
  }
}

/** How many events stay until they stand in another target, by that. */
function awaited({ rests }: GuardedPlan): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { awaitedIn } of rests)
    if (awaitedIn !== undefined) counts.set(awaitedIn, (counts.get(awaitedIn) ?? 0) + 1);
  return counts;
}

function nameOfHold({
  targetId,
  sourceId,
}: {
  readonly targetId: string;
  readonly sourceId: string;
}): string {
  return `${targetId} ${sourceId}`;
}

function describe(action: Action): {
  kind: Action["kind"];
  summary: string;
  reason: string;
  start: string;
  source: string | null;
} {
  const { summary, startsAt, sourceId } = subjectOf(action);
  return { kind: action.kind, summary, reason: action.reason, start: startsAt ?? "", source: sourceId };
}
