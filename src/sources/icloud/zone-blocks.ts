import { type Component, lineOf, valueOf } from "../../calendar/component.ts";
import { type ContentLine, contentLine } from "../../calendar/content-line.ts";
import { once } from "./once.ts";
import { repairLine } from "./repair-line.ts";
import { readDate } from "./date-text.ts";

const single: ReadonlySet<string> = new Set(
  "TZID LAST-MODIFIED TZURL DTSTART TZOFFSETFROM TZOFFSETTO RRULE".split(" "),
);

/**
 * The VTIMEZONEs of an object, one for a TZID, without lines that servers refuse. One that says nothing that can be
 * read is left out: the zone is then known by its name.
 */
export function readableBlocks(children: readonly Component[], notes: Set<string>): Component[] {
  const seen = new Set<string>();
  return children.flatMap((block) => {
    if (block.name !== "VTIMEZONE") return [];
    const tzid = valueOf(block, "TZID") ?? "";
    if (seen.has(tzid)) return [];
    seen.add(tzid);
    const observances = block.children.filter((one) => one.name === "STANDARD" || one.name === "DAYLIGHT");
    // A block of nothing but its name is what some servers give for zones that everybody knows.
    const isReadable = tzid.trim() !== "" && observances.every(isObservance);
    if (!isReadable) {
      notes.add(`The description of the time zone "${tzid.slice(0, 60)}" could not be read.`);
      return [];
    }
    return [{ ...repaired(block), children: observances.map(repaired) }];
  });
}

function repaired(component: Component): Component {
  const lines = component.lines.flatMap((line) => repairLine(sinceEver(line), new Set()) ?? []);
  return { ...component, lines: once(lines, single) };
}

/** The year 1, which .NET begins with, is none that everybody can read. */
function sinceEver(line: ContentLine): ContentLine {
  const [, rest] = (line.name === "DTSTART" && /^00\d\d(\d{4}T\d{6})$/.exec(line.value.trim())) || [];
  return rest === undefined ? line : contentLine("DTSTART", `1601${rest}`);
}

function isObservance(observance: Component): boolean {
  const given = lineOf(observance, "DTSTART");
  const start = given === null ? null : readDate(sinceEver(given).value, null);
  const offsets = ["TZOFFSETFROM", "TZOFFSETTO"].map((name) => valueOf(observance, name)?.trim() ?? "");
  return (
    start !== null &&
    start.form !== "date" &&
    offsets.every((offset) => /^[+-]\d{4}(?:\d{2})?$/.test(offset)) &&
    observance.lines.every(isReadableRecurrence) &&
    observance.children.length === 0
  );
}

function isReadableRecurrence(line: ContentLine): boolean {
  if (line.name === "RDATE")
    return line.value
      .split(",")
      .every((text) => /^\d{8}T\d{6}Z?$/.test(text) && readDate(text, null) !== null);
  if (line.name !== "RRULE") return true;
  return /^FREQ=[A-Z]+(?:;[A-Z]+=[A-Z0-9,+-]+)*$/i.test(line.value.trim());
}
