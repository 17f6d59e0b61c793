import { type ReadZone, zoneReader } from "../../calendar/calendar-zones.ts";
import { type Component, valueOf, withLine } from "../../calendar/component.ts";
import { escapeText, parameterOf } from "../../calendar/content-line.ts";
import { dateValuesOf } from "../../calendar/date-value.ts";
import { isReadableBlock } from "../../calendar/observance-zone.ts";
import { blocksByTzid } from "../../calendar/tzid.ts";
import { timeZoneBlock } from "../../calendar/vtimezone.ts";
import { ianaZone, isIanaZone, writtenName } from "../../calendar/zones.ts";

/**
 * Gives every TZID one VTIMEZONE, so that servers and phones read it as we do; the TZIDs stay as they are, and so does
 * a VTIMEZONE that is there, if it can be read. A TZID that names no zone gets the rules of `fallback` (IANA), which is
 * how a phone there would have read it, and a note.
 */
export function addTimeZones(
  calendar: Component,
  fallback: string,
): { readonly calendar: Component; readonly notes: readonly string[] } {
  const others = calendar.children.filter(({ name }) => name !== "VTIMEZONE");
  const present = blocksByTzid(calendar);
  const tzids = new Set(others.flatMap(tzidsOf));
  const earliest = others.flatMap(wallsOf).reduce((least, wall) => Math.min(least, wall), Infinity);
  const read = zoneReader(calendar);
  const unknown: string[] = [];
  const blocks = [...tzids].flatMap((tzid) => {
    const zone = read(tzid);
    if (zone === null) unknown.push(tzid);
    const own = zone === null ? undefined : ownBlock(zone, present(tzid));
    if (own !== undefined) return [withTzid(withLocation(own, tzid, zone), tzid)];
    const made = timeZoneBlock(zone?.name ?? fallback, earliest);
    if (made === null) return [];
    return [withTzid(made.component, tzid)];
  });
  const used = new Set([...tzids].flatMap(present));
  const unused = calendar.children.filter((child) => child.name === "VTIMEZONE" && !used.has(child));
  return {
    calendar: { ...calendar, children: [...blocks, ...unused, ...others] },
    notes: unknownNotes(unknown, fallback),
  };
}

/** The block by the name that the parameters have, so that whoever compares texts finds it. */
function withTzid(block: Component, tzid: string): Component {
  const written = escapeText(tzid);
  return valueOf(block, "TZID") === written ? block : withLine(block, "TZID", written);
}

function unknownNotes(tzids: readonly string[], fallback: string): string[] {
  const named = tzids
    .slice(0, 3)
    .map((tzid) => `The time zone "${tzid.slice(0, 60)}" is not described; ${fallback} is used.`);
  const more = tzids.length - named.length;
  return more === 0 ? named : [...named, `So it is with ${more} more time zones of this object.`];
}

/** Of several VTIMEZONEs of one TZID, the one that we read, so that others read no other. */
function ownBlock(zone: ReadZone, blocks: readonly Component[]): Component | undefined {
  switch (zone.by) {
    case "name":
      return blocks.find(isReadableBlock);
    case "block":
      return isReadableBlock(zone.block) ? zone.block : undefined;
    case "guess":
      return undefined;
    default:
      return zone satisfies never;
  }
}

/**
 * The block, with the zone's present name where its TZID is none: servers (sabre/vobject) go by names alone, and read a
 * TZID as UTC if neither it nor X-LIC-LOCATION is one that they know.
 */
function withLocation(block: Component, tzid: string, zone: ReadZone | null): Component {
  const name = zone?.name ?? null;
  if (name === null) return block;
  const isWindowsName = !isIanaZone(tzid) && ianaZone(tzid) !== null;
  const location = writtenName(name);
  const isKnown = isWindowsName || tzid === location || valueOf(block, "X-LIC-LOCATION") === location;
  return isKnown ? block : withLine(block, "X-LIC-LOCATION", location);
}

function tzidsOf(component: Component): string[] {
  const own = component.lines.flatMap((line) => parameterOf(line, "TZID") ?? []);
  return [...own, ...component.children.flatMap(tzidsOf)].filter((tzid) => tzid !== "");
}

const dates = new Set(["DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "EXDATE", "RDATE"]);

function wallsOf(component: Component): number[] {
  return component.lines
    .filter(({ name }) => dates.has(name))
    .flatMap((line) => (dateValuesOf(line) ?? []).map(({ wall }) => wall));
}
