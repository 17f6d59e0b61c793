import { calendarZones } from "../../calendar/calendar-zones.ts";
import { type Component, lineOf, mapEvents, valueOf } from "../../calendar/component.ts";
import { type ContentLine, contentLine } from "../../calendar/content-line.ts";
import { type DateValue, dateParameters, formatDateValue } from "../../calendar/date-value.ts";
import { firstDate } from "../../calendar/event-times.ts";
import { masterOf, overridesOf } from "../../calendar/recurrence.ts";

/** Overrides with STATUS:CANCELLED become EXDATEs of the master; without a master they are left out. */
export function cancelOccurrences(calendar: Component, zone: string): Component {
  const cancelled = overridesOf(calendar).filter(
    (event) => valueOf(event, "STATUS")?.trim().toUpperCase() === "CANCELLED",
  );
  if (cancelled.length === 0) return calendar;
  const zones = calendarZones(calendar, zone);
  const start = firstDate(masterOf(calendar) ?? { name: "", lines: [], children: [] }, "DTSTART");
  const dates = cancelled.flatMap((event): ContentLine[] => {
    const original = firstDate(event, "RECURRENCE-ID");
    if (original === null || start === null) return [];
    const wall = zones.of(start).toWall(zones.instant(original));
    const value: DateValue = original.form === start.form ? original : { ...start, wall };
    return [contentLine("EXDATE", formatDateValue(value), dateParameters(value))];
  });
  return mapEvents(calendar, (event) => {
    if (cancelled.includes(event)) return null;
    return lineOf(event, "RECURRENCE-ID") === null ? { ...event, lines: [...event.lines, ...dates] } : event;
  });
}
