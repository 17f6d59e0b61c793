import type { DayOfWeek, RecurrencePattern } from "@microsoft/microsoft-graph-types";

const day = 86_400_000;
const names: readonly DayOfWeek[] = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
];
const ordinals = ["first", "second", "third", "fourth"];

/** Days (midnight as if UTC) of a pattern, found by asking every day from `start` to `end` (inclusive). */
export function naiveDays(pattern: RecurrencePattern, start: number, end: number): number[] {
  const days: number[] = [];
  for (let at = start; at <= end; at += day) if (matches(pattern, start, at)) days.push(at);
  return days;
}

function matches(pattern: RecurrencePattern, start: number, at: number): boolean {
  const interval = pattern.interval ?? 1;
  const months = monthNumber(at) - monthNumber(start);
  const years = new Date(at).getUTCFullYear() - new Date(start).getUTCFullYear();
  const inMonth = new Date(at).getUTCMonth() + 1 === pattern.month;
  switch (pattern.type) {
    case "daily":
      return ((at - start) / day) % interval === 0;
    case "weekly":
      return (weekNumber(pattern, at) - weekNumber(pattern, start)) % interval === 0 && isListed(pattern, at);
    case "absoluteMonthly":
      return months % interval === 0 && isDayOfMonth(pattern, at);
    case "relativeMonthly":
      return months % interval === 0 && isIndexed(pattern, at);
    case "absoluteYearly":
      return years % interval === 0 && inMonth && isDayOfMonth(pattern, at);
    case "relativeYearly":
      return years % interval === 0 && inMonth && isIndexed(pattern, at);
    case null:
    case undefined:
    default:
      throw new Error("no such pattern");
  }
}

function monthNumber(at: number): number {
  return new Date(at).getUTCFullYear() * 12 + new Date(at).getUTCMonth();
}

function weekNumber(pattern: RecurrencePattern, at: number): number {
  const first = names.indexOf(pattern.firstDayOfWeek ?? "sunday");
  // 4 January 1970 was a Sunday.
  return Math.floor((at / day - 3 - first) / 7);
}

function isListed(pattern: RecurrencePattern, at: number): boolean {
  const name = names[new Date(at).getUTCDay()];
  return name !== undefined && (pattern.daysOfWeek ?? []).includes(name);
}

function lastOfMonth(at: number): number {
  return new Date(Date.UTC(new Date(at).getUTCFullYear(), new Date(at).getUTCMonth() + 1, 0)).getUTCDate();
}

function isDayOfMonth(pattern: RecurrencePattern, at: number): boolean {
  return new Date(at).getUTCDate() === Math.min(pattern.dayOfMonth ?? 0, lastOfMonth(at));
}

function isIndexed(pattern: RecurrencePattern, at: number): boolean {
  const first = at - (new Date(at).getUTCDate() - 1) * day;
  const listed: number[] = [];
  for (let date = 0; date < lastOfMonth(at); date++)
    if (isListed(pattern, first + date * day)) listed.push(first + date * day);
  const wanted =
    pattern.index === "last" ? listed.at(-1) : listed[ordinals.indexOf(pattern.index ?? "first")];
  return wanted === at;
}

/** Instant of a wall clock by Intl alone: skipped and repeated hours take the offset from before the change. */
export function naiveInstant(wall: number, zone: string): number {
  const before = offset(wall - day, zone);
  const after = offset(wall + day, zone);
  if (before === after) return wall - before;
  const isBehind = offset(wall - after, zone) === after && offset(wall - before, zone) !== before;
  return wall - (isBehind ? after : before);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function offset(instant: number, zone: string): number {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  formats.set(zone, format);
  const parts = Object.fromEntries(
    format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day: date = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, date, hour, minute, second) - Math.floor(instant / 1_000) * 1_000;
}
