import { chunks } from "../../store/staging.ts";
import type { Action } from "../action.ts";
import { carryOut, type WriteRun } from "./carry-out.ts";
import type { Context } from "../context.ts";
import { OutageWatch } from "./outage.ts";
import { prepare, type PrepareRequest } from "./prepare.ts";
import type { WriteResult } from "./write-action.ts";
import type { WriteStep } from "./write-step.ts";

export type ApplyRequest = PrepareRequest &
  Omit<WriteRun, "watch"> & {
    readonly actions: readonly Action[];
  };

export type ApplyCounts = {
  created: number;
  updated: number;
  removed: number;
  adopted: number;
  refused: number;
  postponed: number;
};

export type Applied = {
  readonly counts: ApplyCounts;
  /** Why writes were put off, a sentence each; the first few. */
  readonly putOff: readonly string[];
};

const putOffShown = 5;

/** Intents and outcomes are committed for so many writes at a time. */
export const batchSize = 50;

/**
 * Does the actions of a plan, one conditional write at a time, in batches. What another object takes the place of goes
 * only when that one stands.
 */
export async function applyActions(
  context: Context,
  request: ApplyRequest,
  signal: AbortSignal,
): Promise<Applied> {
  const counts: ApplyCounts = { created: 0, updated: 0, removed: 0, adopted: 0, refused: 0, postponed: 0 };
  const { targetId, actions } = request;
  const missing = new Set<string>();
  const run = { ...request, watch: new OutageWatch() };
  const putOff: string[] = [];
  let done = 0;
  const [first, then] = [actions.filter((action) => !isAfter(action)), actions.filter(isAfter)];
  for (const batch of [...chunks(first, batchSize), ...chunks(then, batchSize)]) {
    const prepared = await prepare(context, request, batch, signal);
    const steps = prepared.map((step, at) => unlessMissing(step, batch[at], missing));
    await carryOut(context, run, steps, signal, (step, result) => {
      count(counts, step, result);
      if (result.kind === "refused" || result.kind === "postponed") missing.add(step.key);
      if (result.kind === "postponed" && putOff.length < putOffShown)
        putOff.push(whyPutOff(targetId, step, result.reason));
      done += 1;
      context.progress({ task: `writing to ${targetId}`, done, total: actions.length });
    });
  }
  return { counts, putOff };
}

function isAfter(action: Action): boolean {
  return action.kind === "delete" && action.after !== undefined;
}

/** Put off where the object that is to take its place could not be written. */
function unlessMissing(step: WriteStep, action: Action | undefined, missing: ReadonlySet<string>): WriteStep {
  if (action?.kind !== "delete" || action.after === undefined || !missing.has(action.after)) return step;
  const reason = "the series that brings this occurrence is not written yet";
  return { ...step, job: { kind: "postpone", reason }, owner: null };
}

function whyPutOff(targetId: string, { entry, slot }: WriteStep, reason: string): string {
  const title = JSON.stringify(entry.summary || "(no title)");
  return `target ${targetId}: could not ${entry.kind} ${title} of ${entry.sourceId ?? "no source"} (${slot.name}): ${reason}. The next run tries again.`;
}

function count(counts: ApplyCounts, { entry }: WriteStep, result: WriteResult): void {
  if (result.kind === "refused") counts.refused += 1;
  else if (result.kind === "postponed") counts.postponed += 1;
  else if (entry.kind === "adopt" || result.note === "already as it should be") counts.adopted += 1;
  else if (entry.kind === "create") counts.created += 1;
  else if (entry.kind === "update") counts.updated += 1;
  else counts.removed += 1;
}
