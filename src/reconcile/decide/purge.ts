import { loadKeys } from "../../store/keys.ts";
import { forgetSource, keysOfSource } from "../../store/purge.ts";
import { chunks } from "../../store/staging.ts";
import type { Action } from "../action.ts";
import type { Context } from "../context.ts";
import { plan } from "../plan.ts";

export type PurgePlan = {
  readonly sourceId: string;
  readonly keys: ReadonlyArray<{ readonly targetId: string; readonly key: string }>;
  readonly targets: ReadonlyArray<{ readonly targetId: string; readonly actions: readonly Action[] }>;
};

/**
 * What it takes to undo a source: its objects are removed, unless another source has the same meeting,
 * which then takes the place.
 */
export async function planPurge(context: Context, sourceId: string): Promise<PurgePlan> {
  const keys = await keysOfSource(context.db, sourceId);
  const targets: Array<{ targetId: string; actions: Action[] }> = [];
  for (const [targetId, own] of Map.groupBy(keys, (entry) => entry.targetId)) {
    const actions: Action[] = [];
    for (const part of chunks(own, 500)) {
      const stored = await loadKeys(
        context.db,
        targetId,
        part.map((entry) => entry.key),
      );
      const states = stored.map((state) => ({
        ...state,
        settled: false,
        pinned: null,
        coveredBy: null,
        awaitedIn: null,
        candidates: state.candidates
          .filter((candidate) => candidate.sourceId !== sourceId)
          .map((candidate) => ({ ...candidate, covered: false })),
      }));
      actions.push(...plan(states, context.window().from).actions);
    }
    targets.push({ targetId, actions });
  }
  return { sourceId, keys, targets };
}

/** Forgets the source; the next plan of each target then contains exactly what the purge plan showed. */
export async function forget(context: Context, purge: PurgePlan): Promise<void> {
  await forgetSource(context.db, purge.sourceId, purge.keys, context.clock.now());
}
