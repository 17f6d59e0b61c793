import windowsZones from "cldr-core/supplemental/windowsZones.json" with { type: "json" };
import { Temporal } from "temporal-polyfill";
import { displayedZone } from "./windows-display-names.ts";
import { presentName } from "./zone-aliases.ts";
import { type ZoneTable, zoneTable } from "./zone-changes.ts";

/**
 * A zone's rules. A wall clock is a number: the milliseconds since 1970 that it would be were it UTC.
 * Wall clocks in a gap are read with the offset before it, repeated ones are the first of the two
 * (RFC 5545 3.3.5).
 */
export type Zone = {
  readonly toInstant: (wall: number) => number;
  readonly toWall: (instant: number) => number;
};

const fromWindows: ReadonlyMap<string, string> = new Map([
  ...windowsZones.supplemental.windowsZones.mapTimezones
    .map(({ mapZone: { _other: name, _type: zone, _territory: territory } }) => ({ name, zone, territory }))
    .filter(({ territory }) => territory === "001")
    .map(({ name, zone }) => [name.toLowerCase(), zone] as const),
  // Names that Windows or Exchange still give and CLDR does not carry.
  ["coordinated universal time", "Etc/UTC"],
  ["tzone://microsoft/utc", "Etc/UTC"],
  ["kamchatka standard time", "Asia/Kamchatka"],
  ["armenian standard time", "Asia/Yerevan"],
  ["mexico standard time", "America/Mexico_City"],
  ["mexico standard time 2", "America/Chihuahua"],
  ["mid-atlantic standard time", "Etc/GMT+2"],
]);

/**
 * The IANA zone of a name, in the tz database's own spelling: an IANA name in any case, a Windows name by CLDR
 * (territory 001) or as Windows shows it (`(UTC-05:00) Eastern Time (US & Canada)`), one of the UTC names. Null for everything else (`Customized Time Zone`,
 * `tzone://Microsoft/Custom`, free text).
 */
export function ianaZone(name: string | null | undefined): string | null {
  const trimmed = name?.trim() ?? "";
  return spelling(trimmed) ?? fromWindows.get(trimmed.toLowerCase()) ?? shownZone(trimmed);
}

/** Midwinter and midsummer of late: Exchange goes on showing the offset that a zone had a while ago. */
const ofLate = [2022, 2023, 2024, 2025, 2026].flatMap((year) => [Date.UTC(year, 0, 1), Date.UTC(year, 6, 1)]);

/** The zone that Windows shows so, unless it has another offset than the one that stands there. */
function shownZone(text: string): string | null {
  const shown = displayedZone(text);
  const zone = shown === null ? undefined : fromWindows.get(shown.windowsName.toLowerCase());
  if (shown === null || zone === undefined) return null;
  const { offsetAt } = tableOf(zone);
  return ofLate.some((at) => offsetAt(at) === shown.offset * 60_000) ? zone : null;
}

/** True for a name that this machine's tz database knows; offsets (`+02:00`) are no names. */
export function isIanaZone(name: string): boolean {
  return spelling(name) !== null;
}

/** The name to write for an IANA zone: the present one (`Asia/Kolkata` for `Asia/Calcutta`), `UTC` for all of UTC's. */
export function writtenName(name: string): string {
  if (isUtc(name)) return "UTC";
  return presentName(name) ?? spelling(name) ?? name;
}

const spellings = new Map<string, string | null>();

/** An IANA name as the tz database spells it; null if it is none. */
function spelling(name: string): string | null {
  if (name.length > 64 || !/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return null;
  const remembered = spellings.get(name);
  if (remembered !== undefined) return remembered;
  const found = ask(name);
  if (spellings.size < 2_000) spellings.set(name, found);
  return found;
}

function ask(name: string): string | null {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch {
    return null;
  }
}

const zones = new Map<string, Zone>();

/** The rules of an IANA zone. @throws RangeError if `name` is none (see `isIanaZone`). */
export function zoneOf(name: string): Zone {
  const remembered = zones.get(name);
  if (remembered !== undefined) return remembered;
  const spelled = spelling(name);
  if (spelled === null) throw new RangeError(`"${name}" is no IANA time zone`);
  const zone = zones.get(spelled) ?? (isUtc(spelled) ? utc : zoneOfOffsets(tableOf(spelled).offsetAt));
  zones.set(spelled, zone);
  return zone;
}

const tables = new Map<string, ZoneTable>();

/** What the machine's tz database says of an IANA zone, remembered. @throws RangeError if `name` is none. */
export function tableOf(name: string): ZoneTable {
  const spelled = spelling(name);
  if (spelled === null) throw new RangeError(`"${name}" is no IANA time zone`);
  const table = tables.get(spelled) ?? zoneTable(spelled);
  tables.set(spelled, table);
  return table;
}

/** UTC, and the zone in which wall clocks are compared with each other. */
export const utc: Zone = { toInstant: (wall) => wall, toWall: (instant) => instant };

/** True for the many names of UTC. */
export function isUtc(name: string): boolean {
  return /^(?:Etc\/)?(?:UTC|UCT|Universal|Zulu|GMT|GMT0|GMT[+-]0|Greenwich)$/i.test(name);
}

const dayMs = 86_400_000;

/** A zone that is known by its offset (milliseconds east) at each instant. */
export function zoneOfOffsets(offsetAt: (instant: number) => number): Zone {
  const toInstant = (wall: number): number => {
    const before = offsetAt(wall - dayMs);
    const after = offsetAt(wall + dayMs);
    const isAfter = offsetAt(wall - before) !== before && offsetAt(wall - after) === after;
    return wall - (isAfter ? after : before);
  };
  return { toInstant, toWall: (instant) => instant + offsetAt(instant) };
}
