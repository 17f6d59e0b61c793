import type { KeyState, PinnedObject, PlanCandidate, PlanMapping, RestoredObject } from "./action.ts";

/** How a person's decision about a meeting stands. */
export type DecisionState =
  | { readonly kind: "none" }
  /** The source says something else than when it was taken, or what it is about is not kept any more. */
  | { readonly kind: "ended" }
  /** What stands is what was decided. */
  | { readonly kind: "kept" }
  /** Something else stands there: a person, another program or a restored server has changed it. */
  | { readonly kind: "broken"; readonly goal: null; readonly mapping: PlanMapping }
  | { readonly kind: "broken"; readonly goal: RestoredObject; readonly mapping: PlanMapping | null };

/** Holds a decision against what the source says (`winner`) and what stands. Pure. */
export function decisionState(
  { pinned, mapping }: KeyState,
  winner: Pick<PlanCandidate, "fingerprint"> | undefined,
): DecisionState {
  if (pinned === null) return { kind: "none" };
  if (pinned.fingerprint !== (winner?.fingerprint ?? null)) return { kind: "ended" };
  const { stands } = pinned;
  if (stands === null) return mapping === null ? { kind: "kept" } : { kind: "broken", goal: null, mapping };
  if (mapping !== null && isSame(stands, mapping)) return { kind: "kept" };
  if (stands.object === null) return { kind: "ended" };
  const { fingerprint, sourceId } = stands;
  return { kind: "broken", goal: { ...stands.object, fingerprint, sourceId }, mapping };
}

/** Servers may keep another text than they were given: that what was wanted was given counts as well. */
function isSame(stands: PinnedObject, mapping: PlanMapping): boolean {
  return (
    (stands.body !== null && mapping.sinkBase === stands.body) ||
    mapping.sinkFingerprint === stands.fingerprint ||
    mapping.desiredFingerprint === stands.fingerprint
  );
}
