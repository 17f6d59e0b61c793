import { type Component, lineOf } from "../../calendar/component.ts";
import { type ContentLine, contentLine, parameterOf } from "../../calendar/content-line.ts";
import { formatDateValue } from "../../calendar/date-value.ts";
import { readObservance } from "../../calendar/observance-zone.ts";
import { tzidOf } from "../../calendar/tzid.ts";
import { formatOffset } from "../../calendar/vtimezone.ts";
import { dateLine, readDate } from "./date-text.ts";
import { once } from "./once.ts";
import { repairLine } from "./repair-line.ts";

const single: ReadonlySet<string> = new Set(
  "TZID LAST-MODIFIED TZURL X-LIC-LOCATION DTSTART TZOFFSETFROM TZOFFSETTO RRULE".split(" "),
);

/** What RFC 5545 3.6.5 knows: anything else may name people. */
const ofBlock = /^(?:TZID|LAST-MODIFIED|TZURL|X-.*)$/;
const ofObservance = /^(?:DTSTART|TZOFFSETFROM|TZOFFSETTO|TZNAME|RRULE|RDATE|COMMENT|X-.*)$/;

/**
 * The VTIMEZONEs of an object, one for a TZID, in words that servers and phones read, without observances that nobody
 * can. One that says nothing that can be read is left out: the zone is then known by its name.
 */
export function readableBlocks(children: readonly Component[], notes: Set<string>): Component[] {
  const found = new Map<string, Component>();
  for (const given of children) {
    if (given.name !== "VTIMEZONE") continue;
    const tzid = tzidOf(given);
    const observances = given.children.filter((one) => one.name === "STANDARD" || one.name === "DAYLIGHT");
    const readable = observances.flatMap((one) => readableObservance(one) ?? []);
    const name = `The description of the time zone "${tzid.slice(0, 60)}"`;
    // A block of nothing but its name is what some servers give for zones that everybody knows.
    if (tzid === "" || (readable.length === 0 && observances.length > 0)) {
      notes.add(`${name} could not be read.`);
      continue;
    }
    if (readable.length < observances.length) notes.add(`${name} could not be read in part.`);
    const known = found.get(tzid);
    if (known === undefined || known.children.length === 0)
      found.set(tzid, { ...given, lines: repaired(given, ofBlock), children: readable });
  }
  return [...found.values()];
}

function repaired(component: Component, allowed: RegExp): ContentLine[] {
  const lines = component.lines.flatMap((line) =>
    allowed.test(line.name) ? (repairLine(mended(line), new Set()) ?? []) : [],
  );
  return once(lines, single);
}

/** The observance with its start, offsets and dates as RFC 5545 has them; null if there are none. */
function readableObservance(given: Component): Component | null {
  const observance = { ...given, lines: repaired(given, ofObservance).filter(isSaid), children: [] };
  const read = readObservance(observance);
  if (read === null) return null;
  const start = contentLine("DTSTART", formatDateValue({ form: "floating", wall: read.start }));
  const from = contentLine("TZOFFSETFROM", formatOffset(read.from));
  const to = contentLine("TZOFFSETTO", formatOffset(read.to));
  const lines = observance.lines.map((line) => {
    if (line.name === "DTSTART") return line.value === start.value && line.params.length === 0 ? line : start;
    if (line.name === "TZOFFSETFROM") return isOffset(line) ? line : from;
    return line.name === "TZOFFSETTO" && !isOffset(line) ? to : line;
  });
  const isWhole = lineOf(observance, "TZOFFSETFROM") !== null;
  return { ...observance, lines: isWhole ? lines : [...lines, from] };
}

/** An empty rule, or a list of no dates, says nothing. */
function isSaid(line: ContentLine): boolean {
  return (line.name !== "RRULE" && line.name !== "RDATE") || line.value !== "";
}

function isOffset(line: ContentLine): boolean {
  return /^[+-]\d{4}(?:\d{2})?$/.test(line.value);
}

function mended(line: ContentLine): ContentLine {
  switch (line.name) {
    case "DTSTART":
      return withReadableDate(sinceEver(line));
    case "RRULE":
      return withoutEmptyParts(line);
    case "RDATE":
      return withReadableDates(line);
    default:
      return line;
  }
}

/** The year 1, which .NET begins with, is none that everybody can read. */
function sinceEver(line: ContentLine): ContentLine {
  const [, rest] = /^00\d\d(-?\d{2}-?\d{2}(?:T[\d:]+)?)$/.exec(line.value.trim()) ?? [];
  return rest === undefined ? line : contentLine("DTSTART", `1601${rest}`);
}

function withReadableDate(line: ContentLine): ContentLine {
  const value = readDate(line.value, null);
  return value === null ? line : dateLine(line, value);
}

function withoutEmptyParts(line: ContentLine): ContentLine {
  const parts = line.value.split(";").map((part) => part.trim());
  const kept = parts.filter((part) => !/^(?:[^=]*=)?$/.test(part)).join(";");
  return kept === line.value ? line : contentLine("RRULE", kept);
}

/** Times of the clock before the change; a day begins at midnight. What cannot be read is left out. */
function withReadableDates(line: ContentLine): ContentLine {
  const isPlain = parameterOf(line, "VALUE") === null && parameterOf(line, "TZID") === null;
  if (isPlain && /^\d{8}T\d{6}Z?(?:,\d{8}T\d{6}Z?)*$/.test(line.value)) {
    const isReadable = line.value.split(",").every((text) => readDate(text, null) !== null);
    if (isReadable) return line;
  }
  const values = line.value.split(",").flatMap((text) => {
    const value = readDate(text.split("/")[0] ?? "", null);
    if (value === null) return [];
    return formatDateValue(value.form === "date" ? { form: "floating", wall: value.wall } : value);
  });
  return contentLine("RDATE", values.join(","));
}
