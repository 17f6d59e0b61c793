import type { Action, KeyState, PlanCandidate, PlanMapping, Rest } from "./action.ts";
import { type DecisionState, decisionState } from "./decision.ts";

export type Plan = {
  readonly actions: readonly Action[];
  readonly rests: readonly Rest[];
  /** Keys for which a person's decision does not hold any more: mostly, the source says something else than then. */
  readonly unpinned: readonly string[];
};

/**
 * Decides what one target needs: a pure function of stored state.
 *
 * @param windowFrom objects that ended before this instant (ISO, UTC) are never created.
 */
export function plan(states: readonly KeyState[], windowFrom: string): Plan {
  const actions: Action[] = [];
  const rests: Rest[] = [];
  const unpinned: string[] = [];
  for (const state of states) {
    const step = planKey(state, windowFrom);
    if (decisionState(state, chooseWinner(state.candidates)).kind === "ended") unpinned.push(state.key);
    if (step.kind === "rest") rests.push(step);
    else actions.push(step);
  }
  return { actions, rests, unpinned };
}

/** Decides for one meeting key. */
export function planKey(state: KeyState, windowFrom: string): Action | Rest {
  const { key, mapping } = state;
  const winner = chooseWinner(state.candidates);
  const decision = decisionState(state, winner);
  if (decision.kind === "kept") return { kind: "rest", key, reason: "kept as it is by your decision" };
  if (decision.kind === "broken") return planRestore(state, winner ?? null, decision);
  if (winner === undefined) {
    if (mapping === null) return { kind: "rest", key, reason: "nothing there and nothing wanted" };
    if (mapping.sourceId === null && !state.settled)
      return { kind: "rest", key, reason: "found in the target, not claimed by any source yet" };
    if (mapping.sourceId === null)
      return {
        kind: "delete",
        key,
        mapping,
        reason: "left over: no source that is switched on has it any more",
      };
    if (state.candidates.length > 0)
      return {
        kind: "delete",
        key,
        mapping,
        ...(state.coveredBy === null ? {} : { after: state.coveredBy }),
        reason: "the whole series brings this occurrence",
      };
    const { awaitedIn } = state;
    if (awaitedIn !== null)
      return {
        kind: "rest",
        key,
        awaitedIn,
        reason: `kept until it stands in ${awaitedIn}, to which its source writes now`,
      };
    return { kind: "delete", key, mapping, reason: `removed from ${mapping.sourceId}` };
  }
  if (state.refused === winner.fingerprint)
    return { kind: "rest", key, reason: "the server refused this object" };
  if (mapping === null) return planNew(state, winner, windowFrom);
  if (winner.retired) return planRetired(state, mapping);
  return planMapped(key, winner, mapping);
}

function planRestore(
  { key, refused }: KeyState,
  winner: PlanCandidate | null,
  decision: Extract<DecisionState, { readonly kind: "broken" }>,
): Action | Rest {
  const reason =
    decision.goal === null ? "nothing is to stand there by your decision" : "to stand as you decided";
  if (decision.goal !== null && refused === decision.goal.fingerprint)
    return { kind: "rest", key, reason: "the server refused this object" };
  return { ...decision, kind: "restore", key, winner, reason };
}

function planNew(state: KeyState, winner: PlanCandidate, windowFrom: string): Action | Rest {
  const { key } = state;
  const wanted = winner.retired ? losing(state) : winner;
  if (wanted === undefined) return { kind: "rest", key, reason: "its source is not configured any more" };
  if (state.refused === wanted.fingerprint)
    return { kind: "rest", key, reason: "the server refused this object" };
  if (isAged(wanted, windowFrom)) return { kind: "rest", key, reason: "ended before the window" };
  const isLost = state.candidates.some((candidate) => wasLost(state, candidate));
  const reason = isLost
    ? `it was removed from the target, on a phone or by another program; it is written again as ${wanted.sourceId} has it`
    : `new in ${wanted.sourceId}`;
  return { kind: "create", key, winner: wanted, isLost, reason };
}

/** What ended before the window is kept where it stands, and never written anew. */
export function isAged({ endsAt }: Pick<PlanCandidate, "endsAt">, windowFrom: string): boolean {
  return endsAt !== null && endsAt <= windowFrom;
}

/** The event that stood there until somebody else removed it. */
function losing(state: KeyState): PlanCandidate | undefined {
  return state.candidates.find((candidate) => !candidate.covered && wasLost(state, candidate));
}

function wasLost({ lost }: KeyState, { accountId, identity }: PlanCandidate): boolean {
  return lost?.accountId === accountId && lost.identity === identity;
}

/** Sources that are gone keep what they brought themselves; they do not hold on to what a living one removed. */
function planRetired({ key, candidates }: KeyState, mapping: PlanMapping): Action | Rest {
  if (mapping.sourceId === null || candidates.some((candidate) => mayOwn(candidate, mapping))) {
    return { kind: "rest", key, reason: "its source is not configured any more; kept as it is" };
  }
  return { kind: "delete", key, mapping, reason: `removed from ${mapping.sourceId}` };
}

function planMapped(key: string, winner: PlanCandidate, mapping: PlanMapping): Action | Rest {
  if (mapping.desiredFingerprint === null) {
    if (mapping.sinkFingerprint === winner.fingerprint)
      return { kind: "adopt", key, winner, mapping, reason: "found in the target as it should be" };
    const reason = mapping.altered
      ? `it was changed in the target, on a phone or by another program; it is written as ${winner.sourceId} has it, and what stood there is kept in the journal`
      : "found in the target, differs from the source";
    return { kind: "update", key, winner, mapping, reason };
  }
  if (mapping.desiredFingerprint !== winner.fingerprint) {
    const reason = sameOwner(winner, mapping)
      ? `changed in ${winner.sourceId}`
      : `now taken from ${winner.sourceId}`;
    return { kind: "update", key, winner, mapping, reason };
  }
  if (!sameOwner(winner, mapping)) {
    return { kind: "adopt", key, winner, mapping, reason: `now taken from ${winner.sourceId}, same content` };
  }
  return { kind: "rest", key, reason: "unchanged" };
}

/** What decides between the candidates of one key. */
export type Rival = Pick<
  PlanCandidate,
  "covered" | "retired" | "priority" | "sourceOrder" | "accountId" | "identity"
>;

/** Living before retired, then smaller priority, order in the configuration, source identity. */
export function chooseWinner<T extends Rival>(candidates: readonly T[]): T | undefined {
  return candidates
    .filter((candidate) => !candidate.covered)
    .reduce<T | undefined>(
      (best, next) => (best === undefined || precedes(next, best) ? next : best),
      undefined,
    );
}

function precedes(a: Rival, b: Rival): boolean {
  if (a.retired !== b.retired) return b.retired;
  if (a.priority !== b.priority) return a.priority < b.priority;
  if (a.sourceOrder !== b.sourceOrder) return a.sourceOrder < b.sourceOrder;
  if (a.accountId !== b.accountId) return a.accountId < b.accountId;
  return a.identity < b.identity;
}

/** Of an object that was written without being recorded only the source is known. */
function mayOwn(candidate: PlanCandidate, mapping: PlanMapping): boolean {
  return mapping.accountId === null ? candidate.sourceId === mapping.sourceId : sameOwner(candidate, mapping);
}

function sameOwner(winner: PlanCandidate, mapping: PlanMapping): boolean {
  return (
    winner.sourceId === mapping.sourceId &&
    winner.accountId === mapping.accountId &&
    winner.identity === mapping.identity
  );
}
