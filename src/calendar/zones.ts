import windowsZones from "cldr-core/supplemental/windowsZones.json" with { type: "json" };
import { Temporal } from "temporal-polyfill";

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
    .filter(({ mapZone }) => mapZone._territory === "001")
    .map(({ mapZone }) => [mapZone._other.toLowerCase(), mapZone._type] as const),
  // Names that Windows or Exchange still give and CLDR does not carry.
  ["coordinated universal time", "Etc/UTC"],
  ["tzone://microsoft/utc", "Etc/UTC"],
  ["kamchatka standard time", "Asia/Kamchatka"],
  ["mid-atlantic standard time", "Etc/GMT+2"],
]);

/**
 * The IANA zone of a name: an IANA name itself, a Windows name by CLDR (territory 001), one of the UTC
 * names. Null for everything else (`Customized Time Zone`, `tzone://Microsoft/Custom`, free text).
 */
export function ianaZone(name: string | null | undefined): string | null {
  const trimmed = name?.trim() ?? "";
  if (isIanaZone(trimmed)) return trimmed;
  return fromWindows.get(trimmed.toLowerCase()) ?? null;
}

/** True for a name that this machine's tz database knows; offsets (`+02:00`) are no names. */
export function isIanaZone(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name) && known(name);
}

const knownNames = new Map<string, boolean>();

function known(name: string): boolean {
  const remembered = knownNames.get(name);
  if (remembered !== undefined) return remembered;
  let answer = true;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
  } catch {
    answer = false;
  }
  if (knownNames.size < 2_000) knownNames.set(name, answer);
  return answer;
}

/** The rules of an IANA zone. @throws RangeError if `name` is none (see `isIanaZone`). */
export function zoneOf(name: string): Zone {
  if (!isIanaZone(name)) throw new RangeError(`"${name}" is no IANA time zone`);
  return isUtc(name) ? utc : { toInstant: (wall) => toInstant(wall, name), toWall: (at) => toWall(at, name) };
}

/** UTC, and the zone in which wall clocks are compared with each other. */
export const utc: Zone = { toInstant: (wall) => wall, toWall: (instant) => instant };

/** True for the many names of UTC. */
export function isUtc(name: string): boolean {
  return /^(?:Etc\/)?(?:UTC|UCT|Universal|Zulu|GMT|GMT0|GMT[+-]0|Greenwich)$/i.test(name);
}

function toInstant(wall: number, zone: string): number {
  const iso = new Date(wall).toISOString().slice(0, -1);
  return Temporal.PlainDateTime.from(iso).toZonedDateTime(zone, { disambiguation: "compatible" })
    .epochMilliseconds;
}

function toWall(instant: number, zone: string): number {
  const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  return instant + zoned.offsetNanoseconds / 1e6;
}
