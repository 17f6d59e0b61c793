import { createHash } from "node:crypto";
import { type Component, parseCalendar } from "./component.ts";
import { type ContentLine, splitTextList, stripControls, unescapeText } from "./content-line.ts";

/** Names that say nothing about what a person sees, or that servers and phones rewrite by themselves. */
const ignored =
  /^(?:UID|X-KALENDS-ID|SEQUENCE|DTSTAMP|LAST-MODIFIED|CREATED|PRODID|ACKNOWLEDGED|X-WR-.*|X-LIC-.*|X-APPLE-CREATOR-.*)$/;

/** Values that are no TEXT: backslashes in them are theirs. */
const structured =
  /^(?:DTSTART|DTEND|DUE|DURATION|RECURRENCE-ID|TRIGGER|GEO|URL|ATTACH|CONFERENCE|IMAGE|ATTENDEE|ORGANIZER|REPEAT|PRIORITY)$/;

/** Raised whenever the same object may have another fingerprint than before: what is recorded is then computed anew. */
export const fingerprintVersion = 2;

/**
 * Hash of what matters in a calendar object, as 64 lower-case hexadecimal digits. It does not depend on
 * UID, X-KALENDS-ID, SEQUENCE, time stamps, VTIMEZONE, calendar-level properties, folding, escaping or any order; a
 * TZID, an alarm and every other property count. An unreadable text is hashed as it stands.
 */
export function fingerprint(ics: string): string {
  const parsed = parseCalendar(ics);
  const normal =
    parsed.kind === "unreadable"
      ? ics
      : JSON.stringify([sorted(parsed.calendar.children.flatMap(normalise)), sorted(parsed.badLines)]);
  return createHash("sha256").update(normal).digest("hex");
}

function normalise(component: Component): string[] {
  if (component.name === "VTIMEZONE") return [];
  const lines = component.lines.filter((line) => !ignored.test(line.name)).flatMap(normaliseLine);
  return [JSON.stringify([component.name, sorted(lines), sorted(component.children.flatMap(normalise))])];
}

function normaliseLine(line: ContentLine): string[] {
  const params = line.params
    .filter((one) => one.name !== "VALUE" || !/^(?:DATE-TIME|TEXT)$/i.test(one.values[0] ?? ""))
    .map((one) => JSON.stringify([one.name, sorted(one.values.map(decodeParameter))]));
  return normaliseValue(line)
    .filter((value) => value !== "")
    .map((value) => JSON.stringify([line.name, sorted(params), value]));
}

function normaliseValue(line: ContentLine): string[] {
  const value = line.value.trim();
  switch (line.name) {
    case "RRULE":
      return [
        sorted(
          value
            .toUpperCase()
            .split(";")
            .filter((part) => part !== "INTERVAL=1" && part !== ""),
        ).join(";"),
      ];
    case "EXDATE":
    case "RDATE":
      return value.split(",").map((part) => part.trim());
    case "CATEGORIES":
    case "RESOURCES":
      return splitTextList(value).map((part) => part.trim());
    case "STATUS":
    case "CLASS":
    case "TRANSP":
    case "ACTION":
      return [value.toUpperCase()];
    default:
      return [structured.test(line.name) ? value : stripControls(unescapeText(value)).trim()];
  }
}

/** RFC 6868: some libraries write what others leave as it is. */
function decodeParameter(value: string): string {
  return value.replace(/\^([n^'])/g, (_, code: string) => (code === "n" ? "\n" : code === "^" ? "^" : '"'));
}

function sorted(texts: readonly string[]): string[] {
  return texts.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
