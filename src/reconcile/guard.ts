import type { Action } from "./action.ts";

/** Objects that stand in the target now, by the source that owns them. */
export type Standing = ReadonlyMap<string, number>;

/** A part of a plan that waits for a person: one per source. */
export type Hold = {
  readonly sourceId: string;
  readonly reason: string;
  readonly actions: readonly string[];
};

export type Guarded = { readonly allowed: readonly Action[]; readonly holds: readonly Hold[] };

/** Up to this many removals of one source in one plan are never surprising. */
const removalsUnsuspected = 10;
const removalShareMax = 0.1;
/** A plan that removes everything of a source is held when that is more than this. */
const emptyingUnsuspected = 5;
const rewriteShareMax = 0.5;

export type GuardOptions = {
  /** After a change of rules or translator rewrites are no surprise; removals still are. */
  readonly rewritesExpected: boolean;
  /** A source whose removals a person has seen and asked for just now; null normally. */
  readonly unguarded: string | null;
  /** The holds of the plan before, by source. */
  readonly before: ReadonlyMap<string, HoldBefore>;
};

/** What was held (`delete SLOT`, `update SLOT`), and what of it a person has approved since. */
export type HoldBefore = { readonly held: ReadonlySet<string>; readonly approved: ReadonlySet<string> };

/**
 * Refuses what would remove or rewrite a surprising share of a source. Creates, adoptions and the
 * unsuspicious kinds of the same source go on. What was held stays so until a person approves it, even
 * if the share looks smaller meanwhile.
 */
export function guard(actions: readonly Action[], standing: Standing, options: GuardOptions): Guarded {
  const holds: Hold[] = [];
  const held = new Set<Action>();
  for (const [sourceId, own] of bySource(actions)) {
    if (sourceId === options.unguarded) continue;
    const total = standing.get(sourceId) ?? 0;
    const before = options.before.get(sourceId);
    const waits = (action: Action): boolean => nameOf(action).some((name) => before?.held.has(name) === true);
    const removals = own.filter((action) => action.kind === "delete");
    const rewrites = options.rewritesExpected ? [] : own.filter((action) => action.kind === "update");
    const suspects = [
      ...(suspiciousRemovals(removals.length, total) ? removals : removals.filter(waits)),
      ...(suspiciousRewrites(rewrites.length, total) ? rewrites : rewrites.filter(waits)),
    ];
    if (suspects.every((action) => nameOf(action).every((name) => before?.approved.has(name) === true)))
      continue;
    for (const action of suspects) held.add(action);
    holds.push({ sourceId, reason: describe(sourceId, suspects, total), actions: suspects.flatMap(nameOf) });
  }
  return { allowed: actions.filter((action) => !held.has(action)), holds };
}

function suspiciousRemovals(count: number, total: number): boolean {
  return (
    (count > removalsUnsuspected && count > total * removalShareMax) ||
    (count > emptyingUnsuspected && count >= total)
  );
}

function suspiciousRewrites(count: number, total: number): boolean {
  return count > removalsUnsuspected && count > total * rewriteShareMax;
}

function bySource(actions: readonly Action[]): Map<string, Action[]> {
  const groups = new Map<string, Action[]>();
  for (const action of actions) {
    const sourceId = ownerOf(action);
    if (sourceId === null) continue;
    const group = groups.get(sourceId);
    if (group === undefined) groups.set(sourceId, [action]);
    else group.push(action);
  }
  return groups;
}

/** The source whose object is at stake: what stands there counts, not who comes next. */
function ownerOf(action: Action): string | null {
  switch (action.kind) {
    case "create":
      return action.winner.sourceId;
    case "update":
    case "adopt":
    case "delete":
      return action.mapping.sourceId;
    default:
      return action satisfies never;
  }
}

/** What is held and approved: a removal that was approved allows no rewrite of the same slot, nor the reverse. */
function nameOf(action: Action): string[] {
  return action.kind === "create" ? [] : [`${action.kind} ${action.mapping.slot}`];
}

function describe(sourceId: string, suspects: readonly Action[], total: number): string {
  const removals = suspects.filter((action) => action.kind === "delete").length;
  const rewrites = suspects.length - removals;
  const parts = [
    ...(removals > 0 ? [`remove ${removals}`] : []),
    ...(rewrites > 0 ? [`rewrite ${rewrites}`] : []),
  ];
  return `This plan would ${parts.join(" and ")} of ${total} events of ${sourceId}, more than is usual. Nothing of that was done.`;
}
