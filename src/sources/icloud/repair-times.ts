import type { CalendarZones } from "../../calendar/calendar-zones.ts";
import { type Component, lineOf, withoutLines } from "../../calendar/component.ts";
import { type ContentLine, contentLine, parameterOf } from "../../calendar/content-line.ts";
import {
  type DateValue,
  dated,
  dayMs,
  formatDateValue,
  isOnSameClock,
  parseDateValue,
  parseDuration,
} from "../../calendar/date-value.ts";
import { isUtc } from "../../calendar/zones.ts";
import { dateLine, readDate, readDates } from "./date-text.ts";
import { readDuration } from "./duration-text.ts";

/** TZIDs that the object describes itself. */
type Described = ReadonlySet<string>;

/**
 * The event with DTSTART, RECURRENCE-ID, EXDATE and RDATE as RFC 5545 has them: one value a line, with the VALUE and
 * TZID that belong to it. A full sentence where a time that nothing can stand for cannot be read.
 */
export function readableTimes(
  event: Component,
  described: Described,
  notes: Set<string>,
): Component | string {
  const original = lineOf(event, "RECURRENCE-ID");
  const originalValue = original === null ? null : single(original, described);
  if (original !== null && originalValue === null)
    return "One of its occurrences does not say which one it is.";
  const given = lineOf(event, "DTSTART");
  const start = (given === null ? null : single(given, described)) ?? originalValue;
  if (start === null) return "It has no readable start.";
  if (given === null || single(given, described) === null)
    notes.add("An occurrence without a readable start stands where the series has it.");
  const from = given ?? contentLine("DTSTART", "");
  const lines = event.lines.flatMap((line): ContentLine[] => {
    switch (line.name) {
      case "DTSTART":
        return [mended(line, start, notes)];
      case "RECURRENCE-ID":
        return originalValue === null ? [] : [mended(line, originalValue, notes)];
      case "EXDATE":
      case "RDATE":
        return listed(line, described, notes);
      default:
        return [line];
    }
  });
  return { ...event, lines: given === null ? [...lines, dateLine(from, start)] : lines };
}

function mended(line: ContentLine, value: DateValue, notes: Set<string>): ContentLine {
  const written = dateLine(line, value);
  if (written !== line && line.value.trim() !== "")
    notes.add(`Its ${line.name} was not written as iCalendar has it; it is read as ${written.value}.`);
  return written;
}

/** The one value of a line. VALUE=DATE turns a midnight into a day, a UTC zone into UTC. */
function single(line: ContentLine, described: Described): DateValue | null {
  const value = readDate(line.value, parameterOf(line, "TZID"));
  return value === null ? null : asStated(value, line, described);
}

function asStated(value: DateValue, line: ContentLine, described: Described): DateValue {
  const isDay = parameterOf(line, "VALUE")?.toUpperCase() === "DATE" && value.wall % dayMs === 0;
  if (isDay && value.form !== "date") return { form: "date", wall: value.wall };
  if (value.form === "zoned" && isUtc(value.tzid) && !described.has(value.tzid))
    return { form: "utc", wall: value.wall };
  return value;
}

function listed(line: ContentLine, described: Described, notes: Set<string>): ContentLine[] {
  if (line.value.trim() === "") return [];
  const isPeriods = line.value.includes("/");
  const values = isPeriods ? [] : readDates(line);
  if (values.length === 1 && values[0] !== null && values[0] !== undefined)
    return [dateLine(line, asStated(values[0], line, described))];
  return line.value.split(",").flatMap((text) => {
    const [startText = "", endText] = text.split("/");
    const read = readDate(startText, parameterOf(line, "TZID"));
    if (read === null) {
      if (text.trim() !== "") notes.add(`A date of ${line.name} could not be read: ${text.slice(0, 40)}.`);
      return [];
    }
    const value = asStated(read, line, described);
    if (endText === undefined || line.name !== "RDATE") return [dateLine(line, value)];
    const length = periodLength(value, endText, parameterOf(line, "TZID"));
    if (length === null) {
      notes.add(`The end of a period of RDATE could not be read: ${endText.slice(0, 40)}.`);
      return [dated("RDATE", value)];
    }
    const params = value.form === "zoned" ? { VALUE: "PERIOD", TZID: value.tzid } : { VALUE: "PERIOD" };
    return [contentLine("RDATE", `${formatDateValue(value)}/${length}`, params)];
  });
}

/** The length of a period as a DURATION: its text, or the time between two clocks of one zone. */
function periodLength(start: DateValue, end: string, tzid: string | null): string | null {
  const length = readDuration(end);
  if (length !== null) return length.startsWith("-") ? null : length;
  const value = readDate(end, tzid);
  if (value === null || value.form === "date" || value.wall < start.wall) return null;
  return `PT${Math.round((value.wall - start.wall) / 1_000)}S`;
}

/**
 * The event with one end that servers and phones read alike: DTEND or DURATION, after the start and of its kind.
 */
export function withEnd(
  event: Component,
  zones: CalendarZones,
  described: Described,
  notes: Set<string>,
): Component {
  const start = valueOfStart(event);
  if (start === null) return event;
  const endLine = lineOf(event, "DTEND");
  const end = endLine === null ? null : single(endLine, described);
  const text = lineOf(event, "DURATION")?.value.trim() ?? "";
  const isEmpty = endLine === null || endLine.value.trim() === "";
  if (endLine !== null && end === null && !isEmpty)
    notes.add(`Its DTEND could not be read and was left out: ${endLine.value.slice(0, 40)}.`);
  if (end !== null && endLine !== null) {
    const fitting = ofKind(end, start);
    if (!isBefore(fitting, start, zones)) {
      const kept = dateLine(endLine, fitting);
      const rest = withoutLines(event, "DURATION");
      return kept === endLine
        ? rest
        : { ...rest, lines: rest.lines.map((line) => (line === endLine ? kept : line)) };
    }
    if (isBefore(end, start, zones, true)) notes.add("It ended before it began; it is shown at its start.");
  } else if (text !== "") {
    const read = readDuration(text);
    const duration = read === null ? null : parseDuration(read);
    if (read !== null && read !== text.toUpperCase())
      notes.add(`Its DURATION was not written as iCalendar has it; it is read as ${read}.`);
    if (read === null || duration === null)
      notes.add(`Its DURATION could not be read and was left out: ${text.slice(0, 40)}.`);
    else if (duration.days >= 0 && duration.ms >= 0) return lasting(event, start, read, duration);
    else notes.add("It ended before it began; it is shown at its start.");
  }
  return endingAt(event, start.form === "date" ? { ...start, wall: start.wall + dayMs } : start);
}

function lasting(
  event: Component,
  start: DateValue,
  text: string,
  duration: { readonly days: number; readonly ms: number },
): Component {
  const rest = withoutLines(event, "DTEND");
  if (start.form !== "date") return replaced(rest, text);
  // RFC 5545 3.6.1: whole days last whole days.
  if (duration.ms === 0 && duration.days > 0) return replaced(rest, text);
  const days = Math.max(1, duration.days + Math.ceil(duration.ms / dayMs));
  return endingAt(rest, { ...start, wall: start.wall + days * dayMs });
}

function replaced(event: Component, duration: string): Component {
  const lines = event.lines.map((line) =>
    line.name === "DURATION" && line.value !== duration ? contentLine("DURATION", duration) : line,
  );
  return { ...event, lines };
}

function endingAt(event: Component, end: DateValue): Component {
  const rest = withoutLines(event, "DTEND", "DURATION");
  const at = rest.lines.findIndex((line) => line.name === "DTSTART") + 1;
  const line = dated("DTEND", end);
  return { ...rest, lines: [...rest.lines.slice(0, at), line, ...rest.lines.slice(at)] };
}

function valueOfStart(event: Component): DateValue | null {
  const line = lineOf(event, "DTSTART");
  return line === null ? null : parseDateValue(line.value, parameterOf(line, "TZID"));
}

/** An end of the start's kind: the midnight of a day, or the day that is over at a time. */
function ofKind(end: DateValue, start: DateValue): DateValue {
  if (end.form === "date" && start.form !== "date") return { ...start, wall: end.wall };
  if (start.form === "date" && end.form !== "date")
    return { form: "date", wall: Math.ceil(end.wall / dayMs) * dayMs };
  return end;
}

/** Whether an end lies before its start; for whole days also at it, unless `strictly`. */
function isBefore(end: DateValue, start: DateValue, zones: CalendarZones, strictly = false): boolean {
  const [to, from] =
    isOnSameClock(end, start) || (end.form === "date") !== (start.form === "date")
      ? [end.wall, start.wall]
      : [zones.instant(end), zones.instant(start)];
  return start.form === "date" && !strictly ? to <= from : to < from;
}
