import type { Window } from "../../../calendar/window.ts";
import { type GraphInstance, type GraphSeries, typeOf } from "../native.ts";
import { isMisplaced, misplacedWalls, momentAt } from "./clock-changes.ts";
import type { Starts } from "./exclusions.ts";
import { allDayTimes, instantOf, type Times, zonedTimes } from "./graph-time.ts";
import { occurrenceWall, type SeriesClock, valueAt } from "./series-clock.ts";

/** Times of an occurrence (named by its wall clock) that the rule does not give, or gives otherwise. */
export type Correction = { readonly wall: number; readonly times: Times };

export type Corrections = { readonly found: readonly Correction[]; readonly leftOut: number };

/** Each is written as a whole event: many more mean that something is wrong with the whole series. */
export const mostCorrections = 200;

/**
 * What has to be said of single occurrences although nobody changed them: the first one where it misplaces itself,
 * those around changes of clocks, and in the window of a complete read of instances whatever that shows otherwise.
 *
 * RDATE would be shorter, but sabre/vobject forgets the RRULE beside one, and so would every query by time.
 */
export function corrections(
  series: GraphSeries,
  clock: SeriesClock,
  starts: Starts,
  window: Window,
): Corrections {
  const first = clock.isAllDay || !isMisplaced(clock, clock.start) ? [] : [clock.start];
  const walls = [...first, ...misplacedWalls(clock, starts, window)];
  const byRule = new Map(walls.map((wall) => [wall, timesAt(clock, wall)]));
  const shown = shownOtherwise(series, clock, starts);
  const all = [...byRule, ...shown.slice(0, mostCorrections)].map(([wall, times]) => ({ wall, times }));
  return { found: all, leftOut: Math.max(0, shown.length - mostCorrections) };
}

/** The times of the occurrence at a wall clock, where nobody changed it. */
export function timesAt(clock: SeriesClock, wall: number): Times {
  if (clock.isAllDay)
    return { start: valueAt(clock, wall), end: valueAt(clock, wall + clock.end - clock.start) };
  const { start, end } = momentAt(clock, wall);
  return zonedTimes(start, end, clock.named);
}

type Shown = readonly [wall: number, times: Times];

/** What a complete read of instances shows, and the rule does not give at these times. */
export function shownOtherwise(series: GraphSeries, clock: SeriesClock, starts: Starts): readonly Shown[] {
  const known = new Set(series.exceptions.map(({ id }) => id));
  const shown = (series.instances?.items ?? [])
    .filter((instance) => typeOf(instance) !== "exception")
    .filter(({ id }) => id === undefined || !known.has(id))
    .flatMap((instance): Shown[] => {
      const wall = occurrenceWall(instance, clock);
      const times = wall === null ? null : timesOf(instance, clock);
      return wall === null || times === null ? [] : [[wall, times]];
    });
  if (shown.length === 0) return [];
  const walls = shown.map(([wall]) => wall);
  const given = new Set(
    starts(
      walls.reduce((a, b) => Math.min(a, b)),
      walls.reduce((a, b) => Math.max(a, b)),
    ),
  );
  return shown.filter(([wall, times]) => !given.has(wall) || isOtherwise(clock, wall, times));
}

function timesOf(instance: GraphInstance, clock: SeriesClock): Times | null {
  if (clock.isAllDay)
    return allDayTimes(instance.end === undefined ? { ...instance, end: instance.start ?? null } : instance);
  const start = instantOf(instance.start, clock.named);
  if (start === null) return null;
  const end = instantOf(instance.end, clock.named) ?? start + clock.end - clock.start;
  return zonedTimes(start, Math.max(start, end), clock.named);
}

/** True where the rule's occurrence would not have these times. */
function isOtherwise(clock: SeriesClock, wall: number, { start, end }: Times): boolean {
  const length = clock.end - clock.start;
  if (clock.isAllDay) return start.wall !== wall || end.wall !== wall + length;
  const instant = clock.named.zone.toInstant(wall);
  const [begins, ends] = [start, end].map((value) =>
    value.form === "utc" ? value.wall : clock.named.zone.toInstant(value.wall),
  );
  return begins !== instant || ends !== instant + length || isMisplaced(clock, wall);
}
