import { oneLine } from "../calendar/people-text.ts";
import { type Action, subjectOf } from "../reconcile/action.ts";
import { pullAccount } from "../reconcile/pull/pull.ts";
import { type GuardedPlan, previewTarget } from "../reconcile/plan-target.ts";
import { registerConfiguration } from "../reconcile/sync.ts";
import type { Command } from "./command.ts";
import { requireSource, requireTarget } from "./command.ts";
import { exitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";

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
  const plans: Array<{ target: string; held: string | null; plan: GuardedPlan }> = [];
  for (const target of chosen) {
    const preview = await previewTarget(dryRun, target, signal);
    if (preview === null) {
      output.print(`${target.id}: another process is at work on it, try again in a moment`);
      output.result({ busy: target.id });
      return exitCode.busy;
    }
    plans.push({ target: target.id, ...preview });
  }
  for (const { target, held, plan } of plans) print(output, target, held, plan);
  for (const error of errors) output.print(`not read: ${error}`);
  output.result({
    errors,
    targets: plans.map(({ target, held, plan }) => ({
      target,
      held,
      actions: plan.actions.map((action) => ({ ...describe(action), held: !plan.allowed.includes(action) })),
      holds: plan.holds,
    })),
  });
  if (plans.some(({ held, plan }) => held !== null || plan.holds.length > 0)) return exitCode.held;
  return errors.length > 0 ? exitCode.incomplete : exitCode.ok;
};

function print(output: Output, target: string, held: string | null, plan: GuardedPlan): void {
  if (held !== null) output.print(`${target}: held. ${held}`);
  if (plan.actions.length === 0) output.print(`${target}: nothing to do`);
  for (const action of plan.actions) {
    const { kind, summary, reason, start } = describe(action);
    const mark = plan.allowed.includes(action) ? "" : " [held]";
    output.print(`${target}: ${kind.padEnd(6)} ${start}  ${oneLine(summary)}  (${reason})${mark}`);
  }
  for (const hold of plan.holds) output.print(`${target}: held: ${hold.reason}`);
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
