import type { CalendarZones } from "../../calendar/calendar-zones.ts";
import { type Component, lineOf, mapEvents } from "../../calendar/component.ts";
import { type ContentLine, contentLine } from "../../calendar/content-line.ts";
import {
  type DateValue,
  dateParameters,
  dateValuesOf,
  dayMs,
  formatDateValue,
  isOnSameClock,
} from "../../calendar/date-value.ts";
import { firstDate } from "../../calendar/event-times.ts";
import { masterOf } from "../../calendar/recurrence.ts";
import { tzidOf } from "../../calendar/tzid.ts";
import type { Zone } from "../../calendar/zones.ts";
import { dateLine } from "./date-text.ts";

/**
 * RECURRENCE-IDs, EXDATEs and RDATEs in the form of their series' start (RFC 5545 3.8.4.4, 3.8.5.1): in its zone, or
 * as dates. Servers compare instants, but read a RDATE in the start's zone; phones are known to compare texts.
 */
export function inSeriesForm(calendar: Component, zones: CalendarZones): Component {
  const master = masterOf(calendar);
  const start = master === null ? null : firstDate(master, "DTSTART");
  if (start === null) return calendar;
  const own = ownZone(calendar, zones);
  const like = (line: ContentLine): ContentLine => {
    const value = dateValuesOf(line)?.[0];
    if (value === undefined) return line;
    const [, length] = line.name === "RDATE" ? line.value.split("/") : [];
    if (length !== undefined) {
      const named = likeStart(value, start, own, zones);
      const { TZID: tzid } = dateParameters(named);
      const params = { VALUE: "PERIOD", ...(tzid === undefined ? {} : { TZID: tzid }) };
      return contentLine("RDATE", `${formatDateValue(named)}/${length}`, params);
    }
    // A RDATE that is a day of a timed series begins with the day.
    if (line.name === "RDATE" && value.form === "date" && start.form !== "date")
      return dateLine(line, { ...start, wall: value.wall });
    return dateLine(line, likeStart(value, start, own, zones));
  };
  return mapEvents(calendar, (event) => {
    if (!event.lines.some((line) => names.has(line.name))) return event;
    return { ...event, lines: event.lines.map((line) => (names.has(line.name) ? like(line) : line)) };
  });
}

const names = new Set(["RECURRENCE-ID", "EXDATE", "RDATE"]);

/**
 * The value that names an occurrence, in the form of the series' start. A date names the occurrence of that day; a
 * time, in a series of whole days, the midnight that it is nearest to; a time of no zone has the start's clock.
 */
export function likeStart(value: DateValue, start: DateValue, own: Zone, zones: CalendarZones): DateValue {
  if (start.form === "date") {
    if (value.form === "date") return value;
    const local = value.form === "utc" ? own.toWall(value.wall) : value.wall;
    return { ...start, wall: Math.round(local / dayMs) * dayMs };
  }
  if (value.form === "date") {
    const timeOfDay = start.wall - Math.floor(start.wall / dayMs) * dayMs;
    return { ...start, wall: value.wall + timeOfDay };
  }
  if (isOnSameClock(value, start) || value.form === "floating") return { ...start, wall: value.wall };
  return { ...start, wall: zones.of(start).toWall(zones.instant(value)) };
}

/** The zone in which the days of an object begin: the one that it describes, if it is just one, else the owner's. */
export function ownZone(calendar: Component, zones: CalendarZones): Zone {
  const blocks = calendar.children.filter((child) => child.name === "VTIMEZONE");
  const [block, ...more] = blocks;
  const tzid = block === undefined || more.length > 0 ? "" : tzidOf(block);
  return tzid === "" ? zones.of({ form: "floating", wall: 0 }) : zones.zone(tzid);
}

/**
 * What names the occurrence of an override whose series is not there, in the form that the series is likely to have:
 * that of the override's own start, but for a time of day, which a series of whole days has not. Null without one.
 */
export function looseOriginal(event: Component, calendar: Component, zones: CalendarZones): DateValue | null {
  const original = firstDate(event, "RECURRENCE-ID");
  const start = firstDate(event, "DTSTART");
  // Its type is that of the series (RFC 5545 3.8.4.4): a date is one of whole days, though this one may have an hour.
  if (original === null || start === null || original.form === "date") return original;
  const own = ownZone(calendar, zones);
  const local = original.form === "utc" ? own.toWall(original.wall) : original.wall;
  const isDay = original.wall % dayMs === 0 || local % dayMs === 0;
  return start.form === "date" && !isDay ? original : likeStart(original, start, own, zones);
}

/** Starts of the overrides by the clock of their series. */
export function originalWall(event: Component): number | null {
  return lineOf(event, "RECURRENCE-ID") === null ? null : (firstDate(event, "RECURRENCE-ID")?.wall ?? null);
}
