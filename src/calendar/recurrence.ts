import type { CalendarZones } from "./calendar-zones.ts";
import { type Component, eventsOf, lineOf, valueOf } from "./component.ts";
import { type DateValue, dayMs, formatDateValue, isOnSameClock, parseDateValue } from "./date-value.ts";
import { allDates, type EventTimes, eventTimes, firstDate } from "./event-times.ts";
import { parseRule, type Rule, ruleStarts, withoutClock } from "./rule.ts";

/** One occurrence; all times are milliseconds since 1970, dates midnight UTC. */
export type Occurrence = {
  /** Its start by the rule: what RECURRENCE-ID and EXDATE name it by. */
  readonly original: number;
  readonly start: number;
  readonly end: number;
  readonly isOverride: boolean;
  readonly isCancelled: boolean;
};

/** `limit` bounds how many starts are expanded. */
export type Span = { readonly from: number; readonly until: number; readonly limit: number };

export type Expansion =
  | { readonly kind: "occurrences"; readonly occurrences: readonly Occurrence[] }
  /** More than the limit, or more work than is reasonable. */
  | { readonly kind: "too-many" }
  /** No readable DTSTART, or a rule that no expander takes. */
  | { readonly kind: "unsupported" };

/** The VEVENT without RECURRENCE-ID; null in an object of loose overrides. */
export function masterOf(calendar: Component): Component | null {
  return eventsOf(calendar).find((event) => lineOf(event, "RECURRENCE-ID") === null) ?? null;
}

/** The VEVENTs with RECURRENCE-ID. */
export function overridesOf(calendar: Component): readonly Component[] {
  return eventsOf(calendar).filter((event) => lineOf(event, "RECURRENCE-ID") !== null);
}

/** All occurrences that touch the span (`until` exclusive), by start: of a series, a single event or loose overrides. */
export function expand(calendar: Component, zones: CalendarZones, span: Span): Expansion {
  const overrides = overridesOf(calendar).flatMap((event) => overrideOccurrence(event, zones) ?? []);
  const replaced = new Set(overrides.map((occurrence) => occurrence.original));
  const master = masterOf(calendar);
  const found: Occurrence[] = overrides.filter((occurrence) => touches(occurrence, span));
  if (master !== null) {
    const times = eventTimes(master, zones);
    if (times === null) return { kind: "unsupported" };
    const starts = seriesStarts(master, times, zones, {
      from: span.from - times.length - dayMs,
      until: span.until + dayMs,
      limit: span.limit,
    });
    if (starts.kind !== "starts") return starts;
    const zone = zones.of(times.start);
    const isCancelled = valueOf(master, "STATUS")?.toUpperCase() === "CANCELLED";
    for (const wall of starts.walls) {
      const start = zone.toInstant(wall);
      if (replaced.has(start)) continue;
      const end = zone.toInstant(wall + times.length);
      const occurrence = { original: start, start, end, isOverride: false, isCancelled };
      if (touches(occurrence, span)) found.push(occurrence);
    }
  }
  return { kind: "occurrences", occurrences: found.toSorted((a, b) => a.start - b.start || a.end - b.end) };
}

function touches(occurrence: Occurrence, span: Span): boolean {
  const end = Math.max(occurrence.end, occurrence.start + 1);
  return occurrence.start < span.until && end > span.from;
}

function overrideOccurrence(event: Component, zones: CalendarZones): Occurrence | null {
  const original = firstDate(event, "RECURRENCE-ID");
  const times = eventTimes(event, zones);
  if (original === null || times === null) return null;
  return {
    original: zones.instant(original),
    start: zones.instant(times.start),
    end: zones.of(times.start).toInstant(times.start.wall + times.length),
    isOverride: true,
    isCancelled: valueOf(event, "STATUS")?.toUpperCase() === "CANCELLED",
  };
}

export type SeriesStarts =
  | { readonly kind: "starts"; readonly walls: readonly number[] }
  | { readonly kind: "too-many" }
  | { readonly kind: "unsupported" };

/**
 * The starts of a master between two wall clocks (inclusive): DTSTART, RRULEs and RDATEs, less EXDATEs;
 * overridden ones are among them.
 */
export function seriesStarts(
  master: Component,
  times: EventTimes,
  zones: CalendarZones,
  span: Span,
): SeriesStarts {
  const walls = new Set<number>([times.start.wall]);
  for (const line of master.lines.filter((candidate) => candidate.name === "RRULE")) {
    const read = parseRule(line.value);
    if (read === null) return { kind: "unsupported" };
    const rule = times.start.form === "date" ? withoutClock(read) : read;
    const found = ruleStarts(rule, {
      start: times.start.wall,
      until: untilWall(rule, times.start, zones),
      from: span.from,
      to: span.until,
      limit: span.limit,
    });
    if (found.kind !== "starts") return found;
    // A rule may speak of hours though the start is a day.
    for (const wall of found.walls) walls.add(times.start.form === "date" ? midnight(wall) : wall);
  }
  for (const date of allDates(master, "RDATE")) walls.add(wallIn(date, times.start, zones));
  const excluded = new Set(allDates(master, "EXDATE").map((date) => exactWall(date, times.start, zones)));
  const kept = [...walls].filter((wall) => wall >= span.from && wall <= span.until && !excluded.has(wall));
  return { kind: "starts", walls: kept.toSorted((a, b) => a - b) };
}

/** UNTIL as a wall clock of the start's zone, inclusive; null for none. A DATE with a timed start takes its whole day. */
export function untilWall(rule: Rule, start: DateValue, zones: CalendarZones): number | null {
  if (rule.until === null) return null;
  const until = parseDateValue(rule.until, null);
  if (until === null) return null;
  if (until.form === "date") return until.wall + dayMs - 1;
  if (start.form === "date") return midnight(until.wall);
  return until.form === "utc" ? zones.of(start).toWall(until.wall) : until.wall;
}

/** The rule's text with another end: a number of occurrences, a last start (a wall clock), or none. */
export function withEndOf(
  rule: Rule,
  end: { readonly count: number } | { readonly last: number } | null,
  start: DateValue,
  zones: CalendarZones,
): string {
  const parts = [...rule.parts].filter(([name]) => name !== "COUNT" && name !== "UNTIL");
  if (end !== null && "count" in end) parts.push(["COUNT", String(end.count)]);
  if (end !== null && "last" in end) parts.push(["UNTIL", untilText(end.last, start, zones)]);
  return parts.map(([name, value]) => `${name}=${value}`).join(";");
}

function untilText(last: number, start: DateValue, zones: CalendarZones): string {
  if (start.form === "date" || start.form === "floating") return formatDateValue({ ...start, wall: last });
  return formatDateValue({ form: "utc", wall: zones.of(start).toInstant(last) });
}

function wallIn(date: DateValue, start: DateValue, zones: CalendarZones): number {
  if (start.form === "date") return midnight(date.wall);
  return date.form === "date" ? date.wall : exactWall(date, start, zones);
}

/** A value as a wall clock of the start's zone; one of the same zone keeps its clock, even a skipped one. */
export function exactWall(date: DateValue, start: DateValue, zones: CalendarZones): number {
  return isOnSameClock(date, start) ? date.wall : zones.of(start).toWall(zones.instant(date));
}

function midnight(wall: number): number {
  return Math.floor(wall / dayMs) * dayMs;
}
