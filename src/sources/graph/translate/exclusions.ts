import { dayMs } from "../../../calendar/date-value.ts";
import { type GraphSeries, typeOf } from "../native.ts";
import { namedWall, occurrenceWall, originalWall, type SeriesClock } from "./series-clock.ts";

/** The starts that the rule gives between two wall clocks, both inclusive. */
export type Starts = (from: number, to: number) => readonly number[];

/**
 * Wall clocks of the occurrences that were cancelled: those that the master lists, the exceptions that
 * are cancelled, and the gaps between what the rule gives (`starts`) and a complete read of instances.
 */
export function excludedWalls(series: GraphSeries, clock: SeriesClock, starts: Starts): number[] {
  const listed = (series.cancelled ?? []).map((id) => namedWall(id, clock));
  const cancelled = series.exceptions
    .filter((exception) => exception.isCancelled === true)
    // Nobody moves what is cancelled: its own start is the best guess where it does not say.
    .map((exception) => originalWall(exception, clock) ?? occurrenceWall(exception, clock));
  const walls = [...listed, ...cancelled, ...gaps(series, clock, starts)].filter((wall) => wall !== null);
  return [...new Set(walls)].toSorted((a, b) => a - b);
}

/**
 * What the rule gives inside the instances' window and nobody saw. Every occurrence that touches the window had to
 * be in the answer; whole days keep a day's distance, since their hours depend on a zone.
 */
export function gaps(series: GraphSeries, clock: SeriesClock, starts: Starts): number[] {
  if (series.instances === null) return [];
  const margin = clock.isAllDay ? dayMs : 0;
  const from = Date.parse(series.instances.window.from) + margin;
  const until = Date.parse(series.instances.window.until) - margin;
  if (Number.isNaN(from) || Number.isNaN(until)) return [];
  const seen = seenWalls(series, clock);
  if (seen === null) return [];
  const length = clock.end - clock.start;
  return starts(from - length - dayMs, until + dayMs).filter((wall) => {
    const instant = clock.named.zone.toInstant(wall);
    const isInside = instant >= from || instant + length > from;
    return isInside && instant < until && !seen.has(wall);
  });
}

/**
 * Null if an instance cannot be placed: then no gap is believed. One that stands among the exceptions is
 * placed there, or takes a gap.
 */
function seenWalls(series: GraphSeries, clock: SeriesClock): ReadonlySet<number> | null {
  const known = new Set(series.exceptions.map(({ id }) => id));
  const instances = (series.instances?.items ?? [])
    .filter(({ id }) => id === undefined || !known.has(id))
    .map((instance) =>
      typeOf(instance) === "exception" ? originalWall(instance, clock) : occurrenceWall(instance, clock),
    );
  const exceptions = series.exceptions.map((exception) => originalWall(exception, clock));
  return instances.includes(null)
    ? null
    : new Set([...instances, ...exceptions].filter((wall) => wall !== null));
}
