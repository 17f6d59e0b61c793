import type { KeyState, PlanCandidate, PlanMapping } from "../../../src/reconcile/action.ts";

/** A living candidate of the source `a`, unless told otherwise. */
export function candidate(change: Partial<PlanCandidate> = {}): PlanCandidate {
  const sourceId = change.sourceId ?? "a";
  return {
    sourceId,
    accountId: 1,
    identity: `event of ${sourceId}`,
    stagedId: 1,
    priority: 1,
    sourceOrder: 0,
    retired: false,
    fingerprint: "new",
    summary: "Meeting",
    startsAt: "2027-01-05T10:00:00.000Z",
    endsAt: "2027-01-05T11:00:00.000Z",
    instance: null,
    covered: false,
    ...change,
  };
}

/** The mapping that writing the candidate leaves behind, unless told otherwise. */
export function mapping(change: Partial<PlanMapping> = {}): PlanMapping {
  return {
    slot: "slot",
    name: "slot.ics",
    uid: "slot",
    etag: '"1"',
    sinkFingerprint: "new",
    desiredFingerprint: "new",
    sourceId: "a",
    accountId: 1,
    identity: "event of a",
    summary: "Meeting",
    startsAt: "2027-01-05T10:00:00.000Z",
    sinkBase: null,
    altered: false,
    ...change,
  };
}

export function state(
  candidates: readonly PlanCandidate[],
  standing: PlanMapping | null,
  refused: string | null = null,
): KeyState {
  const others = { coveredBy: null, awaitedIn: null, lost: null, pinned: null, settled: false };
  return { key: "key", candidates, mapping: standing, refused, ...others };
}
