import { type Component, valueOf } from "./component.ts";
import type { DateValue } from "./date-value.ts";
import { observanceZone } from "./observance-zone.ts";
import { ianaZone, isIanaZone, isUtc, utc, type Zone, zoneOf } from "./zones.ts";

/** Turns values of one calendar object into instants. */
export type CalendarZones = {
  /** Rules of a TZID of the object. */
  readonly zone: (tzid: string) => Zone;
  /** The zone that a value's wall clock lives in. */
  readonly of: (value: DateValue) => Zone;
  /** Milliseconds since 1970; dates are midnight UTC. */
  readonly instant: (value: DateValue) => number;
};

/**
 * Resolves the TZIDs of an object: an IANA or Windows name, also at the end of a path
 * (`/mozilla.org/20050126_1/Europe/Berlin`) or in the block's X-LIC-LOCATION; else the rules of the
 * object's own VTIMEZONE; else `fallback`, an IANA name. Before an abbreviation (`EST`) the object's own VTIMEZONE
 * counts. Floating values live in `fallback`.
 */
export function calendarZones(calendar: Component, fallback: string): CalendarZones {
  const floating = zoneOf(fallback);
  const remembered = new Map<string, Zone>();
  const zone = (tzid: string): Zone => {
    const known = remembered.get(tzid) ?? resolve(calendar, tzid) ?? floating;
    remembered.set(tzid, known);
    return known;
  };
  const of = (value: DateValue): Zone => {
    if (value.form === "zoned") return zone(value.tzid);
    return value.form === "floating" ? floating : utc;
  };
  return { zone, of, instant: (value) => of(value).toInstant(value.wall) };
}

function resolve(calendar: Component, tzid: string): Zone | null {
  const block = calendar.children.find(
    (child) => child.name === "VTIMEZONE" && valueOf(child, "TZID") === tzid,
  );
  const name = ianaName(tzid);
  const own = block === undefined || (name !== null && !isAbbreviation(tzid)) ? null : ownZone(block);
  return own ?? (name === null ? null : zoneOf(name));
}

/**
 * True for names of the tz database that people use for something else: Outlook's and Lotus' EST has a summer time,
 * tz's has none.
 */
function isAbbreviation(tzid: string): boolean {
  return !tzid.includes("/") && isIanaZone(tzid) && !isUtc(tzid);
}

function ownZone(block: Component): Zone | null {
  const location = ianaZone(valueOf(block, "X-LIC-LOCATION"));
  if (location === null) return observanceZone(block);
  return (isAbbreviation(location) ? observanceZone(block) : null) ?? zoneOf(location);
}

/** The IANA zone that a TZID names, possibly at the end of a path. */
export function ianaName(tzid: string): string | null {
  const parts = tzid.split("/");
  return (
    ianaZone(tzid) ??
    [3, 2].map((count) => ianaZone(parts.slice(-count).join("/"))).find((name) => name !== null) ??
    null
  );
}
