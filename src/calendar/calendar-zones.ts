import { type Component, valueOf } from "./component.ts";
import type { DateValue } from "./date-value.ts";
import { observanceZone } from "./observance-zone.ts";
import { blocksByTzid } from "./tzid.ts";
import { guessedZone } from "./zone-guess.ts";
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
 * The zones of an object, by TZID (see `zoneReader`); else the rules of `fallback`, an IANA name, in which floating
 * values live too.
 */
export function calendarZones(calendar: Component, fallback: string): CalendarZones {
  const floating = zoneOf(fallback);
  const read = zoneReader(calendar);
  const zone = (tzid: string): Zone => read(tzid)?.zone ?? floating;
  const of = (value: DateValue): Zone => {
    if (value.form === "zoned") return zone(value.tzid);
    return value.form === "floating" ? floating : utc;
  };
  return { zone, of, instant: (value) => of(value).toInstant(value.wall) };
}

/**
 * What a TZID of an object stands for: by its name, by the object's own VTIMEZONE (`block`), or by a guess. `name` is the
 * IANA zone that the rules were taken from, null where the block's observances give them.
 */
export type ReadZone =
  | { readonly by: "name" | "guess"; readonly zone: Zone; readonly name: string }
  | { readonly by: "block"; readonly zone: Zone; readonly name: string | null; readonly block: Component };

/** More than any object has, of TZIDs and of VTIMEZONEs with rules of their own: the rest counts as unknown. */
const mostZones = 300;
const mostOwnZones = 50;

/**
 * Reads the TZIDs of an object: an IANA or Windows name, also at the end of a path
 * (`/mozilla.org/20050126_1/Europe/Berlin`) or in the block's X-LIC-LOCATION; else the rules of the object's own
 * VTIMEZONE, the first readable one of that TZID (see `blocksByTzid`); else what the name may mean (see `guessedZone`); else null. Before an
 * abbreviation (`EST`) the object's own VTIMEZONE counts.
 */
export function zoneReader(calendar: Component): (tzid: string) => ReadZone | null {
  const blocks = blocksByTzid(calendar);
  const remembered = new Map<string, ReadZone | null>();
  let ownZones = 0;
  const resolve = (tzid: string): ReadZone | null => {
    const name = ianaName(tzid);
    if (name !== null && !isAbbreviation(tzid)) return { by: "name", zone: zoneOf(name), name };
    for (const block of blocks(tzid)) {
      if (ownZones++ >= mostOwnZones) break;
      const own = ownZone(block);
      if (own !== null) return own;
    }
    const guessed = name ?? guessedZone(tzid);
    return guessed === null ? null : { by: "guess", zone: zoneOf(guessed), name: guessed };
  };
  return (tzid) => {
    const known = remembered.get(tzid);
    if (known !== undefined) return known;
    if (remembered.size === mostZones) return null;
    const found = resolve(tzid);
    remembered.set(tzid, found);
    return found;
  };
}

/**
 * True for names of the tz database that people use for something else: Outlook's and Lotus' EST has a summer time,
 * tz's has none.
 */
function isAbbreviation(tzid: string): boolean {
  return !tzid.includes("/") && isIanaZone(tzid) && !isUtc(tzid);
}

function ownZone(block: Component): ReadZone | null {
  const name = ianaZone(valueOf(block, "X-LIC-LOCATION"));
  const own = name === null || isAbbreviation(name) ? observanceZone(block) : null;
  if (own !== null) return { by: "block", zone: own, name: null, block };
  return name === null ? null : { by: "block", zone: zoneOf(name), name, block };
}

/** The IANA zone that a TZID names, possibly at the end of a path. */
function ianaName(tzid: string): string | null {
  const parts = tzid.split("/");
  const ends = (tzid.startsWith("/") ? [3, 2, 1] : [3, 2]).filter((count) => count < parts.length);
  return ianaZone(tzid) ?? firstZone(ends.map((count) => parts.slice(-count).join("/")));
}

function firstZone(names: readonly string[]): string | null {
  return names.map(ianaZone).find((name) => name !== null) ?? null;
}
