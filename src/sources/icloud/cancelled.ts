import { type CalendarZones, calendarZones } from "../../calendar/calendar-zones.ts";
import { type Component, lineOf, mapEvents, valueOf } from "../../calendar/component.ts";
import { type ContentLine, contentLine } from "../../calendar/content-line.ts";
import { type DateValue, dateParameters, dayMs, formatDateValue } from "../../calendar/date-value.ts";
import { firstDate } from "../../calendar/event-times.ts";
import { masterOf, overridesOf } from "../../calendar/recurrence.ts";
import type { Zone } from "../../calendar/zones.ts";

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
    const value = asStart(original, start, ownZone(calendar, zones), zones);
    return [contentLine("EXDATE", formatDateValue(value), dateParameters(value))];
  });
  return mapEvents(calendar, (event) => {
    if (cancelled.includes(event)) return null;
    return lineOf(event, "RECURRENCE-ID") === null ? { ...event, lines: [...event.lines, ...dates] } : event;
  });
}

/**
 * The value that names an occurrence, in the form of the series' start, as EXDATE has to have it (RFC 5545 3.8.5.1).
 * A date names the occurrence of that day; a time, in a series of whole days, the midnight that it is nearest to.
 */
function asStart(original: DateValue, start: DateValue, own: Zone, zones: CalendarZones): DateValue {
  if (original.form === start.form) return original;
  if (original.form === "date") {
    const timeOfDay = start.wall - Math.floor(start.wall / dayMs) * dayMs;
    return { ...start, wall: original.wall + timeOfDay };
  }
  if (start.form !== "date") return { ...start, wall: zones.of(start).toWall(zones.instant(original)) };
  const local = original.form === "utc" ? own.toWall(original.wall) : original.wall;
  return { ...start, wall: Math.round(local / dayMs) * dayMs };
}

/** The zone in which the days of an object begin: the one that it describes, if it is just one, else the owner's. */
function ownZone(calendar: Component, zones: CalendarZones): Zone {
  const blocks = calendar.children.filter((child) => child.name === "VTIMEZONE");
  const tzid = blocks.length === 1 ? valueOf(blocks[0] ?? calendar, "TZID") : null;
  return tzid === null ? zones.of({ form: "floating", wall: 0 }) : zones.zone(tzid);
}
