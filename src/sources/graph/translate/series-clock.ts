import type { DateTimeTimeZone } from "@microsoft/microsoft-graph-types";
import { type DateValue, dayMs } from "../../../calendar/date-value.ts";
import { zoneOf } from "../../../calendar/zones.ts";
import { type GraphEvent, type GraphSeries, typeOf } from "../native.ts";
import { dayOfOccurrenceId, occurrenceIdOf } from "../occurrence-id.ts";
import {
  hasOffset,
  instantOf,
  instantOfText,
  midnight,
  type NamedZone,
  namedZone,
  wallOf,
} from "./graph-time.ts";

/** How a series reads clocks: its zone, its time of day, and whether it is one of whole days. */
export type SeriesClock = {
  readonly isAllDay: boolean;
  readonly named: NamedZone;
  /** Wall clock of the master's start and end. */
  readonly start: number;
  readonly end: number;
  /** What the owner should know about the choice of the zone; null if it was clear. */
  readonly note: string | null;
  /** The starts that the rule gives between two wall clocks (both inclusive), once it is known. */
  readonly starts?: (from: number, to: number) => readonly number[];
};

/**
 * The clock of a series: the zone that its recurrence names, else the event's own, the mailbox's, the
 * owner's (`fallback`, IANA), the last two with a note, which is also given where no zone puts its start on the day that
 * its range names. Null if the master's times cannot be read.
 */
export function seriesClock(series: GraphSeries, fallback: string): SeriesClock | null {
  const { master } = series;
  const zoneName = master.recurrence?.range?.recurrenceTimeZone;
  const isAllDay = master.isAllDay === true;
  const zones = [master.originalStartTimeZone, series.mailboxTimeZone, fallback, "UTC"]
    .map((name) => namedZone(name))
    .filter((zone) => zone !== null);
  const [nearest = utcZone] = zones;
  const known = namedZone(zoneName);
  const likely = known === null && !isAllDay ? likelyZone(series, zones) : null;
  const named = known ?? likely ?? nearest;
  const start = isAllDay ? wallOf(master.start) : wallIn(master.start, named, zoneName);
  const end = isAllDay ? wallOf(master.end) : wallIn(master.end, named, zoneName);
  if (start === null || end === null) return null;
  const isOwn = [zoneName, master.originalStartTimeZone].some((name) => namedZone(name)?.tzid === named.tzid);
  const isOnItsDay = known !== null || likely !== null;
  const note =
    (isOwn && isOnItsDay) || isAllDay
      ? null
      : `The time zone "${zoneName ?? ""}" of the series is unknown; ${named.tzid ?? "UTC"} is used, so that occurrences may be shifted after a change of summer time.`;
  if (isAllDay) {
    const first = midnight(start);
    return { isAllDay, named, start: first, end: Math.max(midnight(end), first + dayMs), note };
  }
  return { isAllDay, named, start, end: Math.max(start, end), note };
}

const utcZone: NamedZone = { tzid: null, zone: zoneOf("UTC") };

/** Whole hours, those nearest to UTC first. The signs of these names are the wrong way round. */
function fixedOffsets(): readonly NamedZone[] {
  return [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]
    .flatMap((hours) => [`Etc/GMT-${hours}`, ...(hours > 12 ? [] : [`Etc/GMT+${hours}`])])
    .flatMap((name) => namedZone(name) ?? []);
}

/**
 * The first zone in which the master starts on its range's `startDate`, which is a day of the zone that we
 * do not know, and in which its instances, where they were read, stand at the same hour. The days of the pattern
 * are counted on that day's side of midnight: in a zone that has another date then, they would all be off by one.
 * Null if there is none.
 */
function likelyZone({ master, instances }: GraphSeries, zones: readonly NamedZone[]): NamedZone | null {
  const { start, recurrence } = master;
  const instant = instantOf(start);
  const day = wallOf({ dateTime: recurrence?.range?.startDate ?? "" });
  if (instant === null || day === null) return zones[0] ?? utcZone;
  const isOnDay = ({ zone }: NamedZone): boolean => midnight(zone.toWall(instant)) === midnight(day);
  const possible = [...zones, ...fixedOffsets()].filter(isOnDay);
  const seen = (instances?.items ?? [])
    .filter((instance) => typeOf(instance) !== "exception")
    .flatMap((instance) => instantOf(instance.start) ?? []);
  const isAtHour = ({ zone }: NamedZone): boolean => {
    const hour = zone.toWall(instant) % dayMs;
    // Around a change of clocks one may stand elsewhere.
    return seen.filter((at) => zone.toWall(at) % dayMs !== hour).length * 10 <= seen.length;
  };
  return possible.find(isAtHour) ?? possible[0] ?? null;
}

/** A wall clock that was read in the series' zone is the truth; any other is converted through its instant. */
function wallIn(
  time: DateTimeTimeZone | null | undefined,
  named: NamedZone,
  seriesZone: string | null | undefined,
): number | null {
  const read = namedZone(time?.timeZone ?? "UTC");
  const isNamedSo = Boolean(seriesZone) && time?.timeZone === seriesZone;
  const isSame = isNamedSo || (read !== null && read.tzid === named.tzid);
  if (isSame && !hasOffset(time)) return wallOf(time);
  const instant = instantOf(time);
  return instant === null ? null : named.zone.toWall(instant);
}

/** A wall clock of the series in the form of its DTSTART. */
export function valueAt(clock: SeriesClock, wall: number): DateValue {
  if (clock.isAllDay) return { form: "date", wall };
  const { tzid } = clock.named;
  return tzid === null ? { form: "utc", wall } : { form: "zoned", wall, tzid };
}

/** The wall clock of the occurrence on a day (`yyyy-mm-dd`); null if that is none. */
function wallOnDay(clock: SeriesClock, day: string): number | null {
  const date = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(date) ? null : date + (clock.start - midnight(clock.start));
}

/**
 * The wall clock of the occurrence that an id `OID.<master>.<yyyy-mm-dd>` names; null if it names no day. Where the rule
 * gives none on that day it is the one of a neighbouring day, if only one can be meant.
 */
export function namedWall(id: string | null, clock: SeriesClock): number | null {
  const wall = wallOnDay(clock, dayOfOccurrenceId(id) ?? "");
  return wall === null || isStart(clock, wall) ? wall : (neighbourOf(wall, clock) ?? wall);
}

/** True where the rule gives an occurrence, or is not known. */
export function isStart({ starts }: SeriesClock, wall: number): boolean {
  return starts === undefined || starts(wall, wall).length > 0;
}

function neighbourOf(wall: number, clock: SeriesClock): number | null {
  const near = new Set(clock.starts?.(wall - 2 * dayMs, wall + 2 * dayMs));
  const [side, ...more] = [-dayMs, dayMs].filter((distance) => near.has(wall + distance));
  // Beside one of a run of days it is rather a day behind the end of the run.
  return side === undefined || more.length > 0 || near.has(wall + 2 * side) ? null : wall + side;
}

const nearby = 3 * 3_600_000;

/**
 * The wall clock by which the rule names an occurrence: from `occurrenceId`, else (or where the rule gives none on that
 * day, but one here) from `originalStart` (UTC, whatever zone was asked for). Small differences to the series' time of day come from differing
 * zone tables and skipped hours, and are taken back; at any other hour it is the occurrence of that day. Null if
 * the event says neither.
 */
export function originalWall(event: GraphEvent, clock: SeriesClock): number | null {
  const id = occurrenceIdOf(event);
  const onDay = wallOnDay(clock, dayOfOccurrenceId(id) ?? "");
  if (onDay !== null && isStart(clock, onDay)) return onDay;
  const instant = instantOfText(event.originalStart);
  const original = instant === null ? null : snap(clock.named.zone.toWall(instant), clock);
  if (onDay === null) return original;
  return original !== null && isStart(clock, original) ? original : namedWall(id, clock);
}

/** Wall clock of an occurrence that was not moved, from its own start. */
export function occurrenceWall(event: GraphEvent, clock: SeriesClock): number | null {
  if (clock.isAllDay) {
    const start = wallOf(event.start);
    return start === null ? null : midnight(start);
  }
  const instant = instantOf(event.start, clock.named);
  return instant === null ? null : snap(clock.named.zone.toWall(instant), clock);
}

/** How far off midnight may be where the zone is wrong: from 12 hours west to 14 hours east. */
const widest = 26 * 3_600_000;

function snap(wall: number, clock: SeriesClock): number {
  if (clock.isAllDay) {
    // The day of an all-day original is midnight in the series' zone, which may not be the one we know.
    const [day] = (clock.starts?.(wall - widest, wall + widest) ?? []).toSorted(
      (a, b) => Math.abs(a - wall) - Math.abs(b - wall),
    );
    return day ?? midnight(wall + dayMs / 2);
  }
  const timeOfDay = clock.start - midnight(clock.start);
  const candidates = [-dayMs, 0, dayMs].map((shift) => midnight(wall) + shift + timeOfDay);
  const near = candidates.find((candidate) => Math.abs(candidate - wall) <= nearby);
  // No pattern of Graph gives two occurrences on one day.
  return near ?? clock.starts?.(midnight(wall), midnight(wall) + dayMs - 1)[0] ?? wall;
}
