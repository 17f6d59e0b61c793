import { ianaName } from "../../calendar/calendar-zones.ts";
import { type Component, valueOf, withLine } from "../../calendar/component.ts";
import { parameterOf } from "../../calendar/content-line.ts";
import { timeZoneBlock } from "../../calendar/vtimezone.ts";

/**
 * Gives every TZID its VTIMEZONE; the TZIDs stay as they are. One that names no zone gets the rules of
 * `fallback` (IANA), which is how a phone there would have read it, and a note.
 */
export function addTimeZones(
  calendar: Component,
  fallback: string,
): { readonly calendar: Component; readonly notes: readonly string[] } {
  const present = new Set(
    calendar.children.filter((child) => child.name === "VTIMEZONE").map((child) => valueOf(child, "TZID")),
  );
  const missing = [...new Set(tzidsOf(calendar))].filter((tzid) => !present.has(tzid));
  const notes: string[] = [];
  const blocks = missing.flatMap((tzid) => {
    const name = ianaName(tzid);
    const block = (name === null ? null : timeZoneBlock(name)) ?? timeZoneBlock(fallback);
    if (name === null) notes.push(`The time zone "${tzid}" is not described; ${fallback} is used.`);
    return block === null ? [] : [withLine(block.component, "TZID", tzid)];
  });
  return { calendar: { ...calendar, children: [...blocks, ...calendar.children] }, notes };
}

function tzidsOf(component: Component): string[] {
  const own = component.lines.flatMap((line) => parameterOf(line, "TZID") ?? []);
  return [...own, ...component.children.flatMap(tzidsOf)].filter((tzid) => tzid !== "");
}
