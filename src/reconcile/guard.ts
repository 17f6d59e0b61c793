import type { Action } from "./action.ts";

/** Objects that stand in the target now, by the source that owns them. */
export type Standing = ReadonlyMap<string, number>;

/** A part of a plan that waits for a person: one per source. */
export type Hold = {
  readonly sourceId: string;
  readonly reason: string;
  readonly actions: readonly string[];
  /** Its removals are more than is usual only together with others that are not confirmed yet. */
  readonly onlyPending: boolean;
};

export type Guarded = {
  readonly allowed: readonly Action[];
  /** Those of the allowed ones that a person has seen and asked for. */
  readonly asked: ReadonlySet<Action>;
  readonly holds: readonly Hold[];
};

/** What of one source in one target is never surprising, in one plan. Both of number and share must be exceeded. */
export type GuardLimits = {
  readonly removals: number;
  /** From 0 to 1. */
  readonly removalShare: number;
  /** A plan that removes everything of a source is held when that is more than this. */
  readonly emptying: number;
  readonly rewrites: number;
  readonly rewriteShare: number;
};

/** Where what Kalends wrote and no source that is switched on has any more is counted. No source can have this id. */
export const leftovers = "@leftovers";

export type GuardOptions = {
  readonly limits: (sourceId: string) => GuardLimits;
  /** After a change of rules or translator rewrites are no surprise; removals still are. */
  readonly rewritesExpected: boolean;
  /** A source whose removals a person has seen and asked for just now; null normally. */
  readonly unguarded: string | null;
  /** The holds of the plan before, by source. */
  readonly before: ReadonlyMap<string, HoldBefore>;
  /** Removals that sources reported and that are not confirmed yet: a loss may come in slices. */
  readonly pending: ReadonlyMap<string, number>;
};

/** What was held (`delete SLOT`, `update SLOT`), and what of it a person has approved since. See also Hold. */
export type HoldBefore = {
  readonly held: ReadonlySet<string>;
  readonly approved: ReadonlySet<string>;
  readonly onlyPending: boolean;
};

/**
 * Refuses what would remove or rewrite a surprising share of a source. Creates, adoptions and the
 * unsuspicious kinds of the same source go on. What was held stays so until a person approves it, even
 * if the share looks smaller meanwhile; but removals that were held only because of others that were reported go on
 * when those turn out to be none. Removals of what no source owns are always held.
 */
export function guard(actions: readonly Action[], standing: Standing, options: GuardOptions): Guarded {
  const holds: Hold[] = [];
  const held = new Set<Action>();
  const asked = new Set<Action>();
  for (const [sourceId, own] of Map.groupBy(actions, ownerOf)) {
    if (sourceId === options.unguarded) {
      for (const action of own) asked.add(action);
      continue;
    }
    const before = options.before.get(sourceId);
    const waits = (action: Action): boolean => nameOf(action).some((name) => before?.held.has(name) === true);
    const isApproved = (action: Action): boolean =>
      nameOf(action).every((name) => before?.approved.has(name) === true);
    const weighed = weigh(sourceId, own, standing, options);
    const waiting = before?.onlyPending === true ? [] : weighed.removals.filter(waits);
    const suspects = [
      ...(weighed.removalsSuspicious ? weighed.removals : waiting),
      ...(weighed.rewritesSuspicious ? weighed.rewrites : weighed.rewrites.filter(waits)),
    ];
    if (suspects.every(isApproved)) {
      for (const action of suspects) asked.add(action);
      continue;
    }
    for (const action of suspects) held.add(action);
    holds.push({
      sourceId,
      reason: describe(sourceId, suspects, weighed),
      actions: suspects.flatMap(nameOf),
      onlyPending: weighed.removalsSuspicious && !weighed.removalsSuspiciousAlone && waiting.length === 0,
    });
  }
  const together = holdDependents(actions, held, holds);
  return { allowed: actions.filter((action) => !held.has(action)), asked, holds: together };
}

/** What goes only when another object has taken its place waits with that one, in the same hold. */
function holdDependents(actions: readonly Action[], held: Set<Action>, holds: readonly Hold[]): Hold[] {
  const sourceOf = new Map([...held].map((action) => [action.key, ownerOf(action)] as const));
  const waiting = actions.flatMap((action) => {
    if (action.kind !== "delete" || action.after === undefined || held.has(action)) return [];
    const sourceId = sourceOf.get(action.after);
    return sourceId === undefined ? [] : [{ action, sourceId }];
  });
  for (const { action } of waiting) held.add(action);
  return holds.map((hold) => {
    const own = waiting.filter(({ sourceId }) => sourceId === hold.sourceId);
    return { ...hold, actions: [...hold.actions, ...own.flatMap(({ action }) => nameOf(action))] };
  });
}

type Weighed = {
  readonly removals: readonly Action[];
  readonly rewrites: readonly Action[];
  /** By themselves or together with those that are not confirmed yet; by themselves. */
  readonly removalsSuspicious: boolean;
  readonly removalsSuspiciousAlone: boolean;
  readonly rewritesSuspicious: boolean;
  readonly total: number;
  readonly pending: number;
};

function weigh(sourceId: string, own: readonly Action[], standing: Standing, options: GuardOptions): Weighed {
  const removals = own.filter((action) => action.kind === "delete");
  // What nobody is known to own was found, and is brought up to date by whoever claims it.
  const isExpected = options.rewritesExpected || sourceId === leftovers;
  const rewrites = isExpected ? [] : own.filter(isRewrite);
  const total = standing.get(sourceId) ?? 0;
  const limits = options.limits(sourceId);
  const pending = options.pending.get(sourceId) ?? 0;
  const isSuspicious = (count: number): boolean =>
    removals.length > 0 &&
    (sourceId === leftovers ||
      isTooMuch(count, total, limits.removals, limits.removalShare) ||
      (count > limits.emptying && count >= total));
  return {
    removals,
    rewrites,
    total,
    pending,
    removalsSuspicious: isSuspicious(removals.length + pending),
    removalsSuspiciousAlone: isSuspicious(removals.length),
    rewritesSuspicious: isTooMuch(rewrites.length, total, limits.rewrites, limits.rewriteShare),
  };
}

/** What others changed in the target is put right, which says nothing about the source. */
function isRewrite(action: Action): boolean {
  return action.kind === "update" && action.mapping.desiredFingerprint !== null;
}

function isTooMuch(count: number, total: number, most: number, share: number): boolean {
  return count > most && count > total * share;
}

/** The source whose object is at stake: what stands there counts, not who comes next. */
function ownerOf(action: Action): string {
  switch (action.kind) {
    case "create":
      return action.winner.sourceId;
    case "update":
    case "adopt":
    case "delete":
      return action.mapping.sourceId ?? leftovers;
    case "restore":
      return action.goal?.sourceId ?? action.mapping?.sourceId ?? leftovers;
    default:
      return action satisfies never;
  }
}

/** What is held and approved: a removal that was approved allows no rewrite of the same slot, nor the reverse. */
function nameOf(action: Action): string[] {
  // What a person decided is no surprise when it is done again.
  return action.kind === "create" || action.kind === "restore"
    ? []
    : [`${action.kind} ${action.mapping.slot}`];
}

function describe(sourceId: string, suspects: readonly Action[], { total, pending }: Weighed): string {
  const removals = suspects.filter((action) => action.kind === "delete").length;
  const rewrites = suspects.length - removals;
  if (sourceId === leftovers) {
    return `The target has ${removals} events that Kalends wrote and that no source that is switched on has any more. None was removed.`;
  }
  const parts = [
    ...(removals > 0 ? [`remove ${removals}`] : []),
    ...(rewrites > 0 ? [`rewrite ${rewrites}`] : []),
  ];
  const beside = removals > 0 && pending > 0 ? ` (${pending} more are reported as removed)` : "";
  return `This plan would ${parts.join(" and ")} of ${total} events of ${sourceId}${beside}, more than is usual. Nothing of that was done.`;
}
