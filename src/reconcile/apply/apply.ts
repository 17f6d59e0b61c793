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

/** Does the actions of a plan, one conditional write at a time, in batches. */
export async function applyActions(
  context: Context,
  request: ApplyRequest,
  signal: AbortSignal,
): Promise<Applied> {
  const counts: ApplyCounts = { created: 0, updated: 0, removed: 0, adopted: 0, refused: 0, postponed: 0 };
  const { targetId, actions } = request;
  const run = { ...request, watch: new OutageWatch() };
  const putOff: string[] = [];
  let done = 0;
  for (const batch of chunks(actions, batchSize)) {
    const steps = await prepare(context, request, batch, signal);
    await carryOut(context, run, steps, signal, (step, result) => {
      count(counts, step, result);
      if (result.kind === "postponed" && putOff.length < putOffShown)
        putOff.push(whyPutOff(targetId, step, result.reason));
      done += 1;
      context.progress({ task: `writing to ${targetId}`, done, total: actions.length });
    });
  }
  return { counts, putOff };
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
