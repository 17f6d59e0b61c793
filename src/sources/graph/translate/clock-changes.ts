import { dayMs } from "../../../calendar/date-value.ts";
import type { Window } from "../../../calendar/window.ts";
import { tableOf } from "../../../calendar/zones.ts";
import type { Starts } from "./exclusions.ts";
import { isDoubtful } from "./graph-time.ts";
import type { SeriesClock } from "./series-clock.ts";

/**
 * An occurrence as Exchange is taken to have it: instants, its end by the wall clock. Microsoft does not document which
 * of clock and length a change of clocks leaves alone; this is what its calendar views are assumed to show.
 */
export type Moment = { readonly start: number; readonly end: number };

/** When the occurrence at a wall clock is. An end that a missing hour swallows keeps its distance. */
export function momentAt({ named, start, end }: SeriesClock, wall: number): Moment {
  const begins = named.zone.toInstant(wall);
  const ends = named.zone.toInstant(wall + end - start);
  return { start: begins, end: ends <= begins ? begins + end - start : ends };
}

/**
 * True for an occurrence that a rule alone does not place: RFC 5545 3.8.5.3 gives every occurrence the same exact
 * length, Exchange the same hours on the clock, and some begin or end at a doubtful hour.
 */
export function isMisplaced(clock: SeriesClock, wall: number): boolean {
  const { start, end } = momentAt(clock, wall);
  const length = clock.end - clock.start;
  return end - start !== length || [wall, wall + length].some((one) => isDoubtful(clock.named, one));
}

/** Longer events may end an hour off: to look for theirs would take days of work for nothing. */
const mostDays = 400;

/** Those that a rule alone misplaces, in the years of the window: so a window that moves on alters nothing for a year. */
export function misplacedWalls(clock: SeriesClock, starts: Starts, window: Window): readonly number[] {
  const { tzid } = clock.named;
  if (clock.isAllDay || tzid === null) return [];
  const from = Date.UTC(new Date(window.from).getUTCFullYear(), 0, 1);
  const until = Date.UTC(new Date(window.until).getUTCFullYear() + 1, 0, 1);
  if (!(from < until)) return [];
  const timeOfDay = clock.start % dayMs;
  const lead = Math.min(Math.ceil((clock.end - clock.start) / dayMs) + 1, mostDays);
  const walls = tableOf(tzid)
    .changes(from, until)
    .flatMap(({ at, to }) => {
      const day = Math.floor((at + to) / dayMs) * dayMs;
      const near = Array.from({ length: lead + 2 }, (_, index) => day + (index - lead) * dayMs + timeOfDay);
      const misplaced = near.filter((wall) => isMisplaced(clock, wall));
      const [first, last] = [misplaced[0], misplaced.at(-1)];
      return first === undefined || last === undefined
        ? []
        : starts(first, last).filter((wall) => isMisplaced(clock, wall));
    });
  return [...new Set(walls)];
}
