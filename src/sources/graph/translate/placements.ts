import type { GraphEvent, GraphSeries } from "../native.ts";
import { gaps, type Starts } from "./exclusions.ts";
import { instantOf, midnight, wallOf } from "./graph-time.ts";
import { occurrenceWall, originalWall, type SeriesClock } from "./series-clock.ts";

/** Which occurrence (wall clock) each exception that is not cancelled replaces, and how many have none. */
export type Placements = {
  readonly placed: readonly { readonly exception: GraphEvent; readonly wall: number }[];
  readonly leftOut: number;
};

/**
 * Places the exceptions, one at a wall clock. One that does not say what it replaces takes the nearest of the
 * occurrences that nobody saw in a complete read of instances, all of which are hidden anyway. One that names the same
 * as another stands for itself, where the rule gives nothing that it would hide. Null without such a read.
 */
export function placements(series: GraphSeries, clock: SeriesClock, starts: Starts): Placements | null {
  const live = series.exceptions.filter((exception) => exception.isCancelled !== true);
  const placed = new Map<number, GraphEvent>();
  const unplaced: GraphEvent[] = [];
  const rivals: GraphEvent[] = [];
  for (const exception of live) {
    const wall = originalWall(exception, clock);
    const other = wall === null ? undefined : placed.get(wall);
    const isTwice = other !== undefined && other.id !== undefined && other.id === exception.id;
    if (wall === null) unplaced.push(exception);
    else if (other === undefined || isTwice) placed.set(wall, exception);
    else rivals.push(exception);
  }
  if (unplaced.length > 0 && series.instances === null) return null;
  const free = new Set(unplaced.length === 0 ? [] : gaps(series, clock, starts));
  let leftOut = 0;
  for (const exception of unplaced) {
    const wall = nearestOf(free, occurrenceWall(exception, clock) ?? 0);
    if (wall === null) leftOut += 1;
    else placed.set(wall, exception);
    if (wall !== null) free.delete(wall);
  }
  for (const exception of rivals) {
    const wall = ownWall(exception, clock);
    if (wall === null || placed.has(wall) || starts(wall, wall).length > 0) leftOut += 1;
    else placed.set(wall, exception);
  }
  return { placed: [...placed].map(([wall, exception]) => ({ exception, wall })), leftOut };
}

function nearestOf(walls: ReadonlySet<number>, own: number): number | null {
  let nearest: number | null = null;
  for (const wall of walls)
    if (nearest === null || Math.abs(wall - own) < Math.abs(nearest - own)) nearest = wall;
  return nearest;
}

/** Where it stands itself, whatever the rule gives. */
function ownWall({ start }: GraphEvent, { isAllDay, named }: SeriesClock): number | null {
  if (isAllDay) {
    const wall = wallOf(start);
    return wall === null ? null : midnight(wall);
  }
  const instant = instantOf(start, named);
  return instant === null ? null : named.zone.toWall(instant);
}
