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
    .map(({ mapZone: { _other: name, _type: zone, _territory: territory } }) => ({ name, zone, territory }))
    .filter(({ territory }) => territory === "001")
    .map(({ name, zone }) => [name.toLowerCase(), zone] as const),
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

const zones = new Map<string, Zone>();

/** The rules of an IANA zone. @throws RangeError if `name` is none (see `isIanaZone`). */
export function zoneOf(name: string): Zone {
  if (!isIanaZone(name)) throw new RangeError(`"${name}" is no IANA time zone`);
  const zone = zones.get(name) ?? (isUtc(name) ? utc : zoneOfOffsets(offsetsOf(name)));
  zones.set(name, zone);
  return zone;
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

type Stretch = { readonly from: number; readonly until: number; readonly offset: number };

/** The offsets of an IANA zone, asked for once for each stretch between two changes: asking is dear. */
function offsetsOf(name: string): (instant: number) => number {
  const stretches: Stretch[] = [];
  let latest: Stretch | undefined;
  return (instant) => {
    if (latest === undefined || instant < latest.from || instant >= latest.until) {
      latest = stretches.find((one) => instant >= one.from && instant < one.until);
      if (latest === undefined) stretches.push((latest = stretchAround(instant, name)));
    }
    return latest.offset;
  };
}

function stretchAround(instant: number, name: string): Stretch {
  const at = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(name);
  // "previous" is strictly before: one step further takes in a change at this very instant.
  const from = at.add({ milliseconds: 1 }).getTimeZoneTransition("previous");
  const until = at.getTimeZoneTransition("next");
  return {
    from: from?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    until: until?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offset: at.offsetNanoseconds / 1e6,
  };
}
