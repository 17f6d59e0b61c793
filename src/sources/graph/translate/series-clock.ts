import type { DateTimeTimeZone } from "@microsoft/microsoft-graph-types";
import { type DateValue, dayMs } from "../../../calendar/date-value.ts";
import { zoneOf } from "../../../calendar/zones.ts";
import type { GraphEvent, GraphSeries } from "../native.ts";
import { instantOf, instantOfText, midnight, type NamedZone, namedZone, wallOf } from "./graph-time.ts";

/** How a series reads clocks: its zone, its time of day, and whether it is one of whole days. */
export type SeriesClock = {
  readonly isAllDay: boolean;
  readonly named: NamedZone;
  /** Wall clock of the master's start and end. */
  readonly start: number;
  readonly end: number;
  /** What the owner should know about the choice of the zone; null if it was clear. */
  readonly note: string | null;
};

/**
 * The clock of a series: the zone that its recurrence names, else the event's own, the mailbox's, the
 * owner's (`fallback`, IANA), the last two with a note. Null if the master's times cannot be read.
 */
export function seriesClock(series: GraphSeries, fallback: string): SeriesClock | null {
  const { master } = series;
  const zoneName = master.recurrence?.range?.recurrenceTimeZone;
  const own = namedZone(zoneName) ?? namedZone(master.originalStartTimeZone);
  const named = own ??
    namedZone(series.mailboxTimeZone) ??
    namedZone(fallback) ?? { tzid: null, zone: zoneOf("UTC") };
  const isAllDay = master.isAllDay === true;
  const start = isAllDay ? wallOf(master.start) : wallIn(master.start, named, zoneName);
  const end = isAllDay ? wallOf(master.end) : wallIn(master.end, named, zoneName);
  if (start === null || end === null) return null;
  const note =
    own !== null || isAllDay
      ? null
      : `The time zone "${zoneName ?? ""}" of the series is unknown; ${named.tzid ?? "UTC"} is used, so that occurrences may be shifted after a change of summer time.`;
  if (isAllDay) {
    const first = midnight(start);
    return { isAllDay, named, start: first, end: Math.max(midnight(end), first + dayMs), note };
  }
  return { isAllDay, named, start, end: Math.max(start, end), note };
}

/** A wall clock that was read in the series' zone is the truth; any other is converted through its instant. */
function wallIn(
  time: DateTimeTimeZone | null | undefined,
  named: NamedZone,
  seriesZone: string | null | undefined,
): number | null {
  const read = namedZone(time?.timeZone ?? "UTC");
  const isSame = time?.timeZone === seriesZone || (read !== null && read.tzid === named.tzid);
  if (isSame) return wallOf(time);
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
export function wallOnDay(clock: SeriesClock, day: string): number | null {
  const date = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(date) ? null : date + (clock.start - midnight(clock.start));
}

/** Date and OID of an occurrenceId; null if it is none. */
export function dayOfOccurrenceId(id: string | null | undefined): string | null {
  return /^OID\..*\.(\d{4}-\d\d-\d\d)$/s.exec(id ?? "")?.[1] ?? null;
}

const nearby = 3 * 3_600_000;

/**
 * The wall clock by which the rule names an occurrence: from `occurrenceId`, else from `originalStart`
 * (UTC, whatever zone was asked for). Small differences to the series' time of day come from differing
 * zone tables and skipped hours, and are taken back. Null if the event says neither.
 */
export function originalWall(event: GraphEvent, clock: SeriesClock): number | null {
  const day = dayOfOccurrenceId(event.occurrenceId);
  if (day !== null) return wallOnDay(clock, day);
  const instant = instantOfText(event.originalStart);
  return instant === null ? null : snap(clock.named.zone.toWall(instant), clock);
}

/** Wall clock of an occurrence that was not moved, from its own start. */
export function occurrenceWall(event: GraphEvent, clock: SeriesClock): number | null {
  if (clock.isAllDay) {
    const start = wallOf(event.start);
    return start === null ? null : midnight(start);
  }
  const instant = instantOf(event.start);
  return instant === null ? null : snap(clock.named.zone.toWall(instant), clock);
}

function snap(wall: number, clock: SeriesClock): number {
  // The day of an all-day original is midnight in the series' zone: rounding forgives a wrong zone.
  if (clock.isAllDay) return midnight(wall + dayMs / 2);
  const timeOfDay = clock.start - midnight(clock.start);
  const candidates = [-dayMs, 0, dayMs].map((shift) => midnight(wall) + shift + timeOfDay);
  return candidates.find((candidate) => Math.abs(candidate - wall) <= nearby) ?? wall;
}
