import type { GraphEvent, GraphSeries } from "../native.ts";
import { gaps, type Starts } from "./exclusions.ts";
import { occurrenceWall, originalWall, type SeriesClock } from "./series-clock.ts";

/** Which occurrence (wall clock) each exception that is not cancelled replaces, and how many have none. */
export type Placements = {
  readonly placed: readonly { readonly exception: GraphEvent; readonly wall: number }[];
  readonly leftOut: number;
};

/**
 * Places the exceptions. One that does not say what it replaces takes the nearest of the occurrences that
 * nobody saw in a complete read of instances, all of which are hidden anyway. Null without such a read.
 */
export function placements(series: GraphSeries, clock: SeriesClock, starts: Starts): Placements | null {
  const live = series.exceptions.filter((exception) => exception.isCancelled !== true);
  const placed: { exception: GraphEvent; wall: number }[] = [];
  const unplaced: GraphEvent[] = [];
  for (const exception of live) {
    const wall = originalWall(exception, clock);
    if (wall === null) unplaced.push(exception);
    else placed.push({ exception, wall });
  }
  if (unplaced.length > 0 && series.instances === null) return null;
  const free = new Set(unplaced.length === 0 ? [] : gaps(series, clock, starts));
  let leftOut = 0;
  for (const exception of unplaced) {
    const own = occurrenceWall(exception, clock) ?? 0;
    const [wall] = [...free].toSorted((a, b) => Math.abs(a - own) - Math.abs(b - own));
    if (wall === undefined) leftOut += 1;
    else placed.push({ exception, wall });
    if (wall !== undefined) free.delete(wall);
  }
  return { placed, leftOut };
}
