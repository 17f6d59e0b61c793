import type { CalendarZones } from "./calendar-zones.ts";
import { type Component, lineOf, valueOf } from "./component.ts";
import { type DateValue, dateValuesOf, dayMs, isOnSameClock, parseDuration } from "./date-value.ts";

/** Start and length of a VEVENT. */
export type EventTimes = {
  readonly start: DateValue;
  /** From the start's wall clock to the end's, in milliseconds: every occurrence lasts that long. */
  readonly length: number;
};

/** Reads DTSTART and DTEND or DURATION; null without a readable DTSTART. An end before the start counts as none. */
export function eventTimes(event: Component, zones: CalendarZones): EventTimes | null {
  const start = firstDate(event, "DTSTART");
  return start === null ? null : { start, length: Math.max(0, lengthOf(event, start, zones)) };
}

function lengthOf(event: Component, start: DateValue, zones: CalendarZones): number {
  const end = firstDate(event, "DTEND");
  if (end !== null) {
    return isOnSameClock(end, start) ? end.wall - start.wall : zones.instant(end) - zones.instant(start);
  }
  const duration = parseDuration(valueOf(event, "DURATION") ?? "");
  if (duration !== null) return duration.days * dayMs + duration.ms;
  return start.form === "date" ? dayMs : 0;
}

/** The single value of DTSTART, DTEND or RECURRENCE-ID; null if it is absent or unreadable. */
export function firstDate(event: Component, name: string): DateValue | null {
  const line = lineOf(event, name);
  return line === null ? null : (dateValuesOf(line)?.[0] ?? null);
}

/** All values of EXDATE or RDATE; unreadable lines count as absent. */
export function allDates(event: Component, name: string): DateValue[] {
  return event.lines.filter((line) => line.name === name).flatMap((line) => dateValuesOf(line) ?? []);
}
