import type { DateTimeTimeZone } from "@microsoft/microsoft-graph-types";
import { type DateValue, dayMs } from "../../../calendar/date-value.ts";
import { ianaZone, isUtc, writtenName, type Zone, zoneOf } from "../../../calendar/zones.ts";
import type { GraphEvent } from "../native.ts";

/** A zone as it can be written: its TZID (null: UTC) and its rules. */
export type NamedZone = { readonly tzid: string | null; readonly zone: Zone };

/** The zone of a Windows or IANA name; null if the name is no zone. */
export function namedZone(name: string | null | undefined): NamedZone | null {
  const iana = ianaZone(name);
  if (iana === null) return null;
  if (isUtc(iana)) return { tzid: null, zone: zoneOf(iana) };
  return { tzid: writtenName(iana), zone: zoneOf(iana) };
}

/** Wall clock of a dateTime (milliseconds as if UTC, whole seconds), as it stands there; null if it is none. */
export function wallOf(time: DateTimeTimeZone | null | undefined): number | null {
  return readTime(time?.dateTime)?.wall ?? null;
}

/** `offset` in milliseconds east of UTC, 0 for `Z`; null where the text names none, as Graph documents it. */
function readTime(text: string | null | undefined): { wall: number; offset: number | null } | null {
  const shape = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d)?(?:\.\d+)?(Z|[+-]\d\d:\d\d)?)?$/;
  const match = shape.exec(text ?? "");
  if (match === null || match[1]?.startsWith("0001-") !== false) return null;
  const wall = Date.parse(`${match[1]}T${match[2] ?? "00:00"}${match[3] ?? ":00"}Z`);
  if (Number.isNaN(wall)) return null;
  const instant =
    match[4] === undefined ? wall : Date.parse(`${match[1]}T${match[2]}${match[3] ?? ":00"}${match[4]}`);
  if (Number.isNaN(instant)) return null;
  return { wall, offset: match[4] === undefined ? null : wall - instant };
}

/** Instant of a property in UTC (`originalStart`, `lastModifiedDateTime`), whole seconds; null if absent or the year 1. */
export function instantOfText(text: string | null | undefined): number | null {
  const read = readTime(text);
  return read === null ? null : read.wall - (read.offset ?? 0);
}

/** True where the zone of a dateTime must be known to tell its instant, and is not. */
export function isInUnknownZone(time: DateTimeTimeZone | null | undefined): boolean {
  return readTime(time?.dateTime)?.offset === null && namedZone(time?.timeZone ?? "UTC") === null;
}

/** True where a dateTime names its own offset, which then counts instead of its zone. */
export function hasOffset(time: DateTimeTimeZone | null | undefined): boolean {
  return typeof readTime(time?.dateTime)?.offset === "number";
}

/** Instant of a dateTime with its zone (`fallback` where that is unknown); null if either cannot be read. */
export function instantOf(
  time: DateTimeTimeZone | null | undefined,
  fallback: NamedZone | null = null,
): number | null {
  const read = readTime(time?.dateTime);
  if (read === null) return null;
  if (read.offset !== null) return read.wall - read.offset;
  const zone = namedZone(time?.timeZone ?? "UTC") ?? fallback;
  return zone === null ? null : zone.zone.toInstant(read.wall);
}

/** First midnight of a wall clock's day. */
export function midnight(wall: number): number {
  return Math.floor(wall / dayMs) * dayMs;
}

/** `length` (milliseconds): see EventDescription. */
export type Times = { readonly start: DateValue; readonly end: DateValue; readonly length?: number };

/** Start and end of an all-day event: the date parts as they stand, at least one day. Null if unreadable. */
export function allDayTimes(event: GraphEvent): Times | null {
  const start = wallOf(event.start);
  const end = wallOf(event.end);
  if (start === null || end === null) return null;
  const first = midnight(start);
  return {
    start: { form: "date", wall: first },
    end: { form: "date", wall: Math.max(midnight(end), first + dayMs) },
  };
}

/**
 * Start and end of a timed single event: the instant is the truth, written in the event's own zone where
 * zone and wall clock give that very instant back, in UTC otherwise. A wall clock in an unknown zone is read
 * in the event's own, or in the owner's (`owner`, IANA). Null if unreadable.
 */
export function singleTimes(event: GraphEvent, owner: string): Times | null {
  const zone = namedZone(event.originalStartTimeZone);
  const fallback = zone ?? namedZone(owner);
  const start = instantOf(event.start, fallback);
  const end = instantOf(event.end, fallback);
  if (start === null || end === null) return null;
  return zonedTimes(start, Math.max(start, end), zone);
}

/**
 * Two instants in a zone, or in UTC where there is none, or where the zone has a wall clock twice: programs do not
 * agree which of the two it means.
 */
export function zonedTimes(start: number, end: number, named: NamedZone | null): Times {
  const { tzid, zone } = named ?? { tzid: null, zone: zoneOf("UTC") };
  const isClear = tzid !== null && [start, end].every((at) => !isDoubtful({ tzid, zone }, zone.toWall(at)));
  if (tzid === null || !isClear)
    return { start: { form: "utc", wall: start }, end: { form: "utc", wall: end } };
  return {
    start: { form: "zoned", wall: zone.toWall(start), tzid },
    end: { form: "zoned", wall: zone.toWall(end), tzid },
  };
}

/** True for a wall clock that its zone skips or has twice. */
export function isDoubtful({ zone, tzid }: NamedZone, wall: number): boolean {
  if (tzid === null) return false;
  const instant = zone.toInstant(wall);
  if (zone.toWall(instant) !== wall) return true;
  return [-dayMs, dayMs].some((distance) => {
    const other = wall - (zone.toWall(instant + distance) - (instant + distance));
    return other !== instant && zone.toWall(other) === wall;
  });
}
