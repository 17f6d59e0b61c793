import { tzlib_get_ical_block, tzlib_get_timezones } from "timezones-ical-library";
import { type Component, parseCalendar, valueOf } from "./component.ts";

/** The VTIMEZONE of a zone and the TZID it goes by: an alias is known by its present name. */
export type TimeZoneBlock = { readonly tzid: string; readonly component: Component };

/** The library's own spelling by lower-case name; it complains on the console about any other. */
const names: ReadonlyMap<string, string> = new Map(
  [tzlib_get_timezones(false)].flat().map((name) => [name.toLowerCase(), name]),
);

const blocks = new Map<string, TimeZoneBlock | null>();

/** The VTIMEZONE of an IANA zone; null where none is known (the name may be one of very few, newer or odd). */
export function timeZoneBlock(zone: string): TimeZoneBlock | null {
  const remembered = blocks.get(zone);
  if (remembered !== undefined) return remembered;
  const block = readBlock(zone);
  if (blocks.size < 2_000) blocks.set(zone, block);
  return block;
}

function readBlock(zone: string): TimeZoneBlock | null {
  const name = names.get(zone.toLowerCase());
  if (name === undefined) return null;
  const [text] = tzlib_get_ical_block(name, false);
  if (text === undefined || !text.startsWith("BEGIN:VTIMEZONE")) return null;
  const parsed = parseCalendar(`BEGIN:VCALENDAR\r\n${text}\r\nEND:VCALENDAR\r\n`);
  if (parsed.kind === "unreadable") return null;
  const component = parsed.calendar.children[0];
  const tzid = component === undefined ? null : valueOf(component, "TZID");
  return component === undefined || tzid === null ? null : { tzid, component };
}
