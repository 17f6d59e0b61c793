import type { Component } from "./component.ts";
import { type ContentLine, parameterOf, splitTextList, stripControls, unescapeText } from "./content-line.ts";
import { type DateValue, dayMs, isOnSameClock, parseDateValue, parseDuration } from "./date-value.ts";
import { ianaZone, zoneOf } from "./zones.ts";

/** Names that say nothing about what a person sees, or that servers and phones rewrite by themselves. */
const ignored = new Set(
  "UID X-KALENDS-ID SEQUENCE DTSTAMP LAST-MODIFIED CREATED PRODID ACKNOWLEDGED X-APPLE-DEFAULT-ALARM X-APPLE-LOCAL-DEFAULT-ALARM X-APPLE-TRAVEL-ADVISORY-BEHAVIOR X-MOZ-LASTACK X-MOZ-GENERATION X-MOZ-FAKED-MASTER".split(
    " ",
  ),
);
const ignoredFamily = /^X-(?:WR-|LIC-|APPLE-CREATOR-|MOZ-SNOOZE-TIME)/;

/** Values that are no TEXT: backslashes in them are theirs. */
const structured =
  /^(?:DTSTART|DTEND|DUE|DURATION|RECURRENCE-ID|TRIGGER|GEO|URL|ATTACH|CONFERENCE|IMAGE|ATTENDEE|ORGANIZER|REPEAT|PRIORITY)$/;

/** What goes without saying (RFC 5545 3.8): an event that says it is the same. */
const defaults = new Set(["TRANSP:OPAQUE", "CLASS:PUBLIC", "PRIORITY:0", "REPEAT:0"]);

/** Parameters of words that have no case, with the word that goes without saying (RFC 5545 3.2). */
const wordParameters: ReadonlyMap<string, string> = new Map([
  ["ENCODING", "8BIT"],
  ["RELATED", "START"],
  ["RELTYPE", "PARENT"],
  ["CUTYPE", "INDIVIDUAL"],
  ["ROLE", "REQ-PARTICIPANT"],
  ["PARTSTAT", "NEEDS-ACTION"],
  ["RSVP", "FALSE"],
  ["DISPLAY", "BADGE"],
  ["FEATURE", ""],
  ["RANGE", ""],
  ["FBTYPE", "BUSY"],
]);

// Parts are held together by control characters, which stand in none of them.

/**
 * What of a component matters, as texts of which equal ones mean the same: the same in any order, case, type
 * or escape that says nothing; without defaults, bookkeeping of alarms and time zones. Not meant to be read.
 */
export function normalForm(component: Component): string[] {
  if (component.name === "VTIMEZONE" || isNoAlarm(component)) return [];
  const { lines, ends } = component.name === "VEVENT" ? withoutEnds(component) : { ...component, ends: [] };
  const parts = lines.flatMap((line) => (isIgnored(line) ? [] : normaliseLine(line)));
  const unique = component.name === "VEVENT" ? withoutRepeatedDates(parts) : parts;
  const children = component.children.flatMap(normalForm);
  const all = [...ends, ...unique].toSorted().join("\u0004");
  return [`\u0001${component.name}\u0002${all}\u0002${children.toSorted().join("")}\u0003`];
}

function isIgnored({ name }: ContentLine): boolean {
  return ignored.has(name) || (name.startsWith("X-") && ignoredFamily.test(name));
}

/** Apple's stub for "no default alarm", and an alarm that was put off: bookkeeping of clients. */
function isNoAlarm(component: Component): boolean {
  return (
    component.name === "VALARM" &&
    component.lines.some(
      (line) =>
        (line.name === "ACTION" && /^\s*NONE\s*$/i.test(line.value)) ||
        (line.name === "TRIGGER" && line.value.includes("19760401T005545Z")) ||
        (line.name === "RELATED-TO" && /^SNOOZE$/i.test(parameterOf(line, "RELTYPE") ?? "")),
    )
  );
}

/**
 * DTEND and DURATION, or neither, as the length that they give: days of the calendar, or exact time (RFC 5545 3.3.6),
 * which are the same but for the start in a zone. An end on another clock stays a line.
 */
function withoutEnds(event: Component): { readonly lines: readonly ContentLine[]; readonly ends: string[] } {
  const starts = event.lines.filter((line) => line.name === "DTSTART");
  const others = event.lines.filter((line) => line.name === "DTEND" || line.name === "DURATION");
  const [startLine] = starts;
  const [other] = others;
  const start = startLine === undefined ? null : dateOf(startLine);
  if (start === null || starts.length > 1 || others.length > 1) return { lines: event.lines, ends: [] };
  const length = other === undefined ? String(start.form === "date" ? dayMs : 0) : lengthOf(other, start);
  if (length === null) return { lines: event.lines, ends: [] };
  return { lines: event.lines.filter((line) => line !== other), ends: [`lasts ${length}`] };
}

function lengthOf(line: ContentLine, start: DateValue): string | null {
  if (line.name === "DURATION") {
    const duration = parseDuration(line.value.toUpperCase());
    if (duration === null) return null;
    const { days, ms } = duration;
    return start.form === "zoned" && days !== 0 ? `${days} days ${ms}` : String(days * dayMs + ms);
  }
  const end = dateOf(line);
  if (end === null || !isOnSameClock(end, start)) return null;
  const length = end.wall - start.wall;
  if (start.form !== "zoned" || length === 0) return String(length);
  return length % dayMs === 0 ? `${length / dayMs} days 0` : exactLength(start, length);
}

/** In a zone that is not known by its name, a length by the clock is like no other. */
function exactLength(start: DateValue & { readonly form: "zoned" }, length: number): string {
  const name = ianaZone(start.tzid);
  if (name === null) return `${length} by the clock`;
  const zone = zoneOf(name);
  return String(zone.toInstant(start.wall + length) - zone.toInstant(start.wall));
}

function dateOf(line: ContentLine): DateValue | null {
  const isPlain = line.params.every((one) => one.name === "TZID" || one.name === "VALUE");
  return isPlain ? parseDateValue(line.value.toUpperCase(), parameterOf(line, "TZID")) : null;
}

function withoutRepeatedDates(parts: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return parts.filter((part) => {
    if (!part.startsWith("EXDATE\u0005") && !part.startsWith("RDATE\u0005")) return true;
    const isNew = !seen.has(part);
    seen.add(part);
    return isNew;
  });
}

function normaliseLine(line: ContentLine): string[] {
  const params =
    line.params.length === 0 ? "" : line.params.flatMap(normaliseParameter).toSorted().join("\u0006");
  return normaliseValue(line)
    .filter((value) => value !== "" && !(defaults.has(`${line.name}:${value}`) && params === ""))
    .map((value) => `${line.name}\u0005${params}\u0005${value}`);
}

function normaliseParameter({ name, values }: ContentLine["params"][number]): string[] {
  // Every other type can be told from the value; libraries leave out the one that goes without saying.
  if (name === "VALUE") return /^DATE$/i.test(values[0] ?? "") ? ["VALUE=DATE"] : [];
  const items = values.map(decodeParameter);
  const usual = wordParameters.get(name);
  if (usual === undefined) return [`${name}=${items.join(",")}`];
  // Some libraries put a list of words into quotes as one.
  const words = items.join(",").toUpperCase().split(",").toSorted().join(",");
  return words === usual ? [] : [`${name}=${words}`];
}

function normaliseValue(line: ContentLine): string[] {
  const value = stripControls(line.value).trim();
  switch (line.name) {
    case "RRULE":
    case "EXRULE":
      return [normaliseRule(value)];
    case "EXDATE":
    case "RDATE":
      return value
        .toUpperCase()
        .split(",")
        .map((part) => part.trim());
    case "CATEGORIES":
    case "RESOURCES":
      return splitTextList(value).map((part) => part.trim());
    case "DTSTART":
    case "DTEND":
    case "RECURRENCE-ID":
    case "STATUS":
    case "CLASS":
    case "TRANSP":
    case "ACTION":
      return [value.toUpperCase()];
    case "PRIORITY":
    case "REPEAT":
      return [/^\d+$/.test(value) ? String(Number(value)) : value];
    case "GEO":
      return [value.replace(/[+-]?\d+(?:\.\d+)?/g, (number) => String(Number(number))).replace("\\;", ";")];
    case "TRIGGER":
    case "DURATION":
      return [normaliseDuration(value.toUpperCase(), line.name)];
    default:
      // A comma or semicolon is escaped by servers that take any value for TEXT.
      return [structured.test(line.name) ? value.replace(/\\([,;])/g, "$1") : unescapeText(value).trim()];
  }
}

/** Parts and their lists in order, without those that change nothing. */
function normaliseRule(text: string): string {
  const parts = text
    .toUpperCase()
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part !== "" && part !== "INTERVAL=1");
  const has = (name: string): boolean => parts.some((part) => part.startsWith(`${name}=`));
  // The first day of the week matters where weeks are left out or counted.
  const countsWeeks =
    (parts.includes("FREQ=WEEKLY") && (has("INTERVAL") || has("BYSETPOS"))) || has("BYWEEKNO");
  return parts
    .filter((part) => !part.startsWith("WKST=") || (countsWeeks && part !== "WKST=MO"))
    .map((part) => {
      const [name = "", list] = part.split("=");
      if (list === undefined || !name.startsWith("BY")) return part;
      const items = list.split(",").map((item) => item.trim().replace(/^\+?0*(?=\d)/, ""));
      return `${name}=${[...new Set(items)].toSorted().join(",")}`;
    })
    .toSorted()
    .join(";");
}

/** `PT0S` and `P0D`, `-PT1440M` and `-P1D`: a time before the start is one length, however it is written. */
function normaliseDuration(value: string, name: string): string {
  const length = parseDuration(value);
  if (length === null) return value;
  const { days, ms } = length;
  return name === "TRIGGER" ? String(days * dayMs + ms) : `${days} ${ms}`;
}

/** Apple escapes with backslashes, RFC 6868 with carets. */
function decodeParameter(value: string): string {
  return unescapeText(stripControls(value)).replace(/\^([n^'])/g, (_, code: string) =>
    code === "n" ? "\n" : code === "^" ? "^" : '"',
  );
}
