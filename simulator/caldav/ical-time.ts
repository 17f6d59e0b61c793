import type { IcalProperty } from "./ical-text.ts";

/**
 * A date or date-time as it stands on the wall: milliseconds as if the wall clock were UTC, and the zone
 * that it belongs to ("UTC" for a trailing Z, floating times and zones that nobody knows).
 */
export type WallTime = { readonly wall: number; readonly zone: string; readonly dateOnly: boolean };

const shape = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/;

/** Reads one value of a DATE or DATE-TIME property; undefined where it is neither. */
export function wallTime(value: string, zone: string): WallTime | undefined {
  const found = shape.exec(value);
  if (!found) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0));
  const wall = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  if (new Date(wall).getUTCDate() !== day) return undefined;
  return { wall, zone: found[7] === undefined ? zone : "UTC", dateOnly: found[4] === undefined };
}

/** Reads the (first) value of a property with its TZID. */
export function timeOf(property: IcalProperty | undefined): WallTime | undefined {
  if (!property) return undefined;
  return wallTime(property.value.split(",")[0] ?? "", property.params.get("TZID")?.[0] ?? "UTC");
}

/** Reads all values of an EXDATE or RDATE. */
export function timesOf(property: IcalProperty): WallTime[] {
  const zone = property.params.get("TZID")?.[0] ?? "UTC";
  return property.value.split(",").flatMap((value) => wallTime(value.split("/")[0] ?? "", zone) ?? []);
}

/** The instant of a wall time, epoch milliseconds. In a gap the later reading is taken. */
export function instantOf(time: WallTime): number {
  if (time.zone === "UTC") return time.wall;
  const first = time.wall - offsetAt(time.wall, time.zone);
  return time.wall - offsetAt(first, time.zone);
}

/** The wall clock of a zone at an instant, in the form of `WallTime.wall`. */
export function wallAt(instant: number, zone: string): number {
  return instant + offsetAt(instant, zone);
}

/** Milliseconds of an RFC 5545 DURATION; 0 where it is none. */
export function durationMs(value: string): number {
  const found = /^([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(value);
  if (!found) return 0;
  const [weeks, days, hours, minutes, seconds] = found.slice(2, 7).map((part) => Number(part ?? 0));
  const total =
    (((weeks ?? 0) * 7 + (days ?? 0)) * 24 * 3600 +
      (hours ?? 0) * 3600 +
      (minutes ?? 0) * 60 +
      (seconds ?? 0)) *
    1000;
  return found[1] === "-" ? -total : total;
}

const formatters = new Map<string, Intl.DateTimeFormat | null>();

function offsetAt(instant: number, zone: string): number {
  const formatter = formatterFor(zone);
  if (!formatter) return 0;
  const parts = new Map(formatter.formatToParts(instant).map((part) => [part.type, Number(part.value)]));
  const wall = Date.UTC(
    parts.get("year") ?? 0,
    (parts.get("month") ?? 1) - 1,
    parts.get("day") ?? 1,
    parts.get("hour") ?? 0,
    parts.get("minute") ?? 0,
    parts.get("second") ?? 0,
  );
  return wall - Math.floor(instant / 1000) * 1000;
}

function formatterFor(zone: string): Intl.DateTimeFormat | null {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  let made: Intl.DateTimeFormat | null = null;
  if (zone !== "UTC") {
    try {
      made = new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        hourCycle: "h23",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      });
    } catch {
      made = null;
    }
  }
  formatters.set(zone, made);
  return made;
}
