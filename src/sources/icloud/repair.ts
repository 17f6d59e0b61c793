import { type Component, lineOf, valueOf, withoutLines } from "../../calendar/component.ts";
import {
  type ContentLine,
  contentLine,
  parseContentLine,
  stripControls,
} from "../../calendar/content-line.ts";
import { type DateValue, dateParameters, dayMs, formatDateValue } from "../../calendar/date-value.ts";
import { firstDate } from "../../calendar/event-times.ts";
import { repairAlarms } from "./alarms.ts";
import { once } from "./once.ts";
import { peopleAsText } from "./people.ts";

/** A calendar that sabre/dav takes as it is and that nobody is mailed for; or why there is none, a full sentence. */
export type Repaired =
  | { readonly kind: "calendar"; readonly calendar: Component; readonly notes: readonly string[] }
  | { readonly kind: "problem"; readonly problem: string };

/** Properties that sabre/vobject allows once in a VEVENT (RFC 5545 3.6.1). */
const single = new Set(
  "CLASS CREATED DESCRIPTION DTEND DTSTAMP DTSTART DURATION GEO LAST-MODIFIED LOCATION ORGANIZER PRIORITY RECURRENCE-ID SEQUENCE STATUS SUMMARY TRANSP UID URL".split(
    " ",
  ),
);

/** Repairs what the sink would refuse or change, VEVENT by VEVENT; everything else keeps its text. */
export function repairCalendar(calendar: Component): Repaired {
  const notes = new Set<string>();
  const byInstance = new Map<string, Component>();
  const others: Component[] = [];
  for (const child of calendar.children) {
    if (child.name !== "VEVENT") {
      if (child.name === "VTIMEZONE") others.push(child);
      else notes.add(`A ${child.name} beside the event was left out.`);
      continue;
    }
    const event = repairEvent(child, notes);
    if (typeof event === "string") return { kind: "problem", problem: event };
    const original = lineOf(event, "RECURRENCE-ID");
    const key = original === null ? "" : original.value.trim();
    if (byInstance.has(key)) {
      if (original === null) return { kind: "problem", problem: "It holds two masters of one series." };
      notes.add("An occurrence was described twice; the last description counts.");
    }
    byInstance.set(key, event);
  }
  const lines = headLines(calendar);
  return {
    kind: "calendar",
    calendar: { ...calendar, lines, children: [...others, ...byInstance.values()] },
    notes: [...notes],
  };
}

function headLines(calendar: Component): ContentLine[] {
  const kept = once(calendar.lines.map(clean), new Set(["VERSION", "PRODID", "CALSCALE"])).filter(
    (line) => line.name !== "METHOD",
  );
  const missing = [contentLine("VERSION", "2.0"), contentLine("PRODID", "-//Kalends//Kalends//EN")].filter(
    (line) => !kept.some((one) => one.name === line.name),
  );
  return [...missing, ...kept];
}

/** The line without control characters, which servers would take out. */
function clean(line: ContentLine): ContentLine {
  const text = stripControls(line.text).replaceAll("\n", " ");
  return text === line.text ? line : (parseContentLine(text) ?? line);
}

function repairEvent(given: Component, notes: Set<string>): Component | string {
  const starts = new Set(
    given.lines.filter((line) => line.name === "DTSTART").map((line) => line.value.trim()),
  );
  const start = firstDate(given, "DTSTART");
  if (starts.size > 1) return "It has two different starts.";
  if (start === null) return "It has no readable start.";
  if (lineOf(given, "RECURRENCE-ID") !== null && firstDate(given, "RECURRENCE-ID") === null)
    return "One of its occurrences does not say which one it is.";
  if (rulesOf(given).size > 1)
    return "It has several recurrence rules, which servers refuse: make a series of each of them.";
  const lines = once(
    given.lines.map(clean).filter((line) => line.name !== "X-KALENDS-ID" && !isEmptyRule(line)),
    new Set([...single, "RRULE"]),
  );
  if (
    lines.filter((line) => single.has(line.name)).length <
    given.lines.filter((line) => single.has(line.name)).length
  )
    notes.add("A property that may stand once stood twice; the first counts.");
  const event = withStamp(withEnd({ ...given, lines }, start, notes), start);
  return peopleAsText({ ...event, children: repairAlarms(event.children, notes) });
}

const isEmptyRule = (line: ContentLine): boolean => line.name === "RRULE" && line.value.trim() === "";

/** The different rules of an event. */
function rulesOf(event: Component): ReadonlySet<string> {
  const rules = event.lines.filter((line) => line.name === "RRULE" && !isEmptyRule(line));
  return new Set(rules.map((line) => line.value.trim().toUpperCase()));
}

/** DTSTAMP is required; without one, the last change or else the start, so that it stays the same tomorrow. */
function withStamp(event: Component, start: DateValue): Component {
  if (firstDate(event, "DTSTAMP") !== null) return event;
  const value = firstDate(event, "LAST-MODIFIED") ?? firstDate(event, "CREATED") ?? start;
  const line = contentLine("DTSTAMP", formatDateValue({ form: "utc", wall: value.wall }));
  return { ...event, lines: [...withoutLines(event, "DTSTAMP").lines, line] };
}

/** An explicit DTEND where there is neither end nor duration, or an end that servers and phones read differently. */
function withEnd(event: Component, start: DateValue, notes: Set<string>): Component {
  const end = firstDate(event, "DTEND");
  const hasDuration = (valueOf(event, "DURATION") ?? "").trim() !== "";
  if (end !== null && isAfter(end, start)) return withoutLines(event, "DURATION");
  if (end === null && hasDuration) return withoutLines(event, "DTEND");
  if (end !== null && end.wall < start.wall) notes.add("It ended before it began; it is shown at its start.");
  const value = start.form === "date" ? { ...start, wall: start.wall + dayMs } : start;
  const rest = withoutLines(event, "DTEND", "DURATION");
  const at = rest.lines.findIndex((line) => line.name === "DTSTART") + 1;
  const line = contentLine("DTEND", formatDateValue(value), dateParameters(value));
  return { ...rest, lines: [...rest.lines.slice(0, at), line, ...rest.lines.slice(at)] };
}

function isAfter(end: DateValue, start: DateValue): boolean {
  if ((end.form === "date") !== (start.form === "date")) return false;
  if (start.form === "date") return end.wall > start.wall;
  // In another zone the end's clock may well be behind the start's.
  const sameClock =
    end.form === start.form && (end.form !== "zoned" || start.form !== "zoned" || end.tzid === start.tzid);
  return !sameClock || end.wall >= start.wall;
}
