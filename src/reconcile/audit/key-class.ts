import type { Action, KeyState, PlanCandidate, Rest } from "../action.ts";
import { decisionState } from "../decision.ts";
import { chooseWinner } from "../plan.ts";

/** What a candidate of a meeting comes to; `shadowed`: another one has the place, or covers it. See KeyClass. */
export type Fate =
  | "mapped"
  | "shadowed"
  | "held"
  | "refused"
  | "waiting"
  | "kept"
  | "outside"
  | "retired"
  | "unplanned";

/**
 * How the books explain one meeting key.
 *
 * - `waiting`: it is to be planned, or what it comes from is to be translated
 * - `held`: its plan waits for a person
 * - `kept`: it stays as it stands by a person's decision
 * - `outside`: it ended before the window and was never written
 * - `retired`: its source is not configured any more, or writes to another target now, where it does not stand yet
 * - `unclaimed`: it was found, and not all sources are read yet
 * - `unplanned`: the plan would do something, and nothing makes it do so
 */
export type KeyClass =
  | { readonly kind: "mapped" | "held" | "refused" | "waiting" | "kept" | "outside" | "retired" }
  | { readonly kind: "unclaimed" | "nothing" }
  | { readonly kind: "unplanned"; readonly action: Action };

/** What is known about a key beside its state. */
export type KeySituation = {
  readonly isDirty: boolean;
  /** What waits for a person in the target: `delete SLOT`, `update SLOT`. */
  readonly held: ReadonlySet<string>;
  /** An event that it comes from is to be translated. */
  readonly isToBeTranslated: boolean;
};

/** Explains one key by its plan step. Pure. */
export function classOfKey(state: KeyState, step: Action | Rest, situation: KeySituation): KeyClass {
  const { isDirty, isToBeTranslated, held } = situation;
  if (step.kind !== "rest") {
    const isHeld =
      (step.kind === "update" || step.kind === "delete") && held.has(`${step.kind} ${step.mapping.slot}`);
    if (isDirty) return { kind: isHeld ? "held" : "waiting" };
    return isToBeTranslated ? { kind: "waiting" } : { kind: "unplanned", action: step };
  }
  if (isDirty || isToBeTranslated) return { kind: "waiting" };
  const winner = chooseWinner(state.candidates);
  const decision = decisionState(state, winner).kind;
  if (decision === "kept") return { kind: "kept" };
  // It rests all the same.
  if (decision === "broken") return { kind: "refused" };
  if (winner === undefined && state.awaitedIn !== null) return { kind: "retired" };
  if (winner === undefined) return { kind: state.mapping === null ? "nothing" : "unclaimed" };
  if (state.refused === winner.fingerprint) return { kind: "refused" };
  if (winner.retired) return { kind: "retired" };
  return { kind: state.mapping === null ? "outside" : "mapped" };
}

/** What each candidate of a key comes to. */
export function fatesOf(state: KeyState, explained: KeyClass): ReadonlyMap<PlanCandidate, Fate> {
  const winner = chooseWinner(state.candidates);
  return new Map(
    state.candidates.map((candidate) => [candidate, fateOf(candidate, winner, explained)] as const),
  );
}

function fateOf(candidate: PlanCandidate, winner: PlanCandidate | undefined, { kind }: KeyClass): Fate {
  switch (kind) {
    case "waiting":
    case "retired":
      return candidate.covered && kind === "retired" ? "shadowed" : kind;
    case "mapped":
    case "held":
    case "refused":
    case "kept":
    case "outside":
    case "unplanned":
      return candidate === winner ? kind : "shadowed";
    case "nothing":
    case "unclaimed":
      return "shadowed";
    default:
      return kind satisfies never;
  }
}

/** What a staged event comes to: each event has exactly one. */
export type EventClass = Exclude<Fate, "unplanned"> | "skipped" | "quarantined" | "unaccounted";

/** Of an event with several places, the one that matters most to its owner. */
const byWeight = [
  "unplanned",
  "waiting",
  "held",
  "refused",
  "kept",
  "mapped",
  "retired",
  "outside",
  "shadowed",
] as const satisfies readonly Fate[];

/** Explains one staged event by its state and what its candidates come to. Pure. */
export function classOfEvent(
  event: {
    readonly isToBeTranslated: boolean;
    readonly isGone: boolean;
    readonly state: "new" | "translated" | "skipped" | "quarantined";
  },
  fates: readonly Fate[],
): EventClass {
  if (event.isToBeTranslated) return "waiting";
  if (event.isGone) return "unaccounted";
  switch (event.state) {
    case "new":
      return "unaccounted";
    case "quarantined":
      return "quarantined";
    case "skipped":
      return fates.length === 0 ? "skipped" : "unaccounted";
    case "translated": {
      const heaviest = byWeight.find((fate) => fates.includes(fate));
      return heaviest === undefined || heaviest === "unplanned" ? "unaccounted" : heaviest;
    }
    default:
      return event.state satisfies never;
  }
}
