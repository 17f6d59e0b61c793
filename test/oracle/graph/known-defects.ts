import { dayMs, toInstant, toWall } from "../../../simulator/graph/local-time.ts";
import { expandDays, type Recurrence } from "../../../simulator/graph/recurrence.ts";
import type { SeriesCase } from "./series-case.ts";
import type { SimulatedSeries } from "./simulated-series.ts";

const hourMs = 3_600_000;

/**
 * True where Graph does not tell what a series' clock says: its master has no other times than those of the first
 * occurrence, and these are moved where the zone skips that hour.
 */
export function isUntold({ item }: SimulatedSeries): boolean {
  const { startWall, endWall } = item.span;
  return (
    !item.isAllDay &&
    [startWall, endWall].some((wall) => toWall(item.zone, toInstant(item.zone, wall)) !== wall)
  );
}

/**
 * dateutil compares UNTIL with the offset that the zone had at DTSTART. From London's winter on, 23:59 in summer is
 * behind an UNTIL of 22:59:59Z, and the last occurrence is missing:
 *
 *     DTSTART;TZID=Europe/London:20250311T235900
 *     RRULE:FREQ=DAILY;UNTIL=20250616T225959Z
 */
export function isBeyondPython({ isAllDay, range, start }: SeriesCase): boolean {
  const time = Date.parse(`${start}Z`) % dayMs;
  return !isAllDay && range.type === "endDate" && (time < 3 * hourMs || time > 21 * hourMs);
}

/**
 * PHP and sabre/vobject at hours that a zone skips or has twice:
 * - before vobject 4.5.6 a series that met a skipped hour stays an hour late for ever; later ones lose the next
 *   occurrence where the hour is moved over midnight (`DTSTART;TZID=America/Nuuk:20260320T233000`, FREQ=DAILY:
 *   28 March, then 30 March);
 * - PHP reads `20251026T023000` in Europe/Berlin as the second of the two, but comes to the first when it adds days:
 *   so an EXDATE or RECURRENCE-ID there misses its occurrence.
 */
export function isBeyondSabre({ item, window }: SimulatedSeries, { monthEnd }: SeriesCase): boolean {
  if (item.isAllDay || item.recurrence === null) return false;
  const time = item.span.startWall % dayMs;
  const until = Math.ceil(Date.parse(window.until) / dayMs) + 40;
  const { pattern } = item.recurrence;
  const range = { ...item.recurrence.range, type: "noEnd" } as const;
  const isMet = (walked: Recurrence): boolean =>
    expandDays(walked, 0, until, monthEnd).some((day) => isDoubtful(item.zone, day * dayMs + time));
  // On its way to an occurrence it goes through every day of a week, and through the first of every month.
  if (pattern.type === "weekly") return isMet({ pattern: { type: "daily", interval: 1 }, range });
  if (pattern.type === "daily") return isMet(item.recurrence);
  return (
    isMet(item.recurrence) ||
    isMet({ pattern: { type: "absoluteMonthly", interval: 1, dayOfMonth: 1 }, range })
  );
}

function isDoubtful(zone: string, wall: number): boolean {
  const instant = toInstant(zone, wall);
  const offset = (at: number): number => toWall(zone, at) - at;
  const others = [-dayMs, dayMs].map((distance) => wall - offset(instant + distance));
  return toWall(zone, instant) !== wall || others.some((at) => at !== instant && toWall(zone, at) === wall);
}
