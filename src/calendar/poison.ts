import type { CalendarZones } from "./calendar-zones.ts";
import { type Component, lineOf, mapEvents } from "./component.ts";
import { type ContentLine, contentLine } from "./content-line.ts";
import { type DateValue, dateParameters, dateValuesOf, dayMs, formatDateValue } from "./date-value.ts";
import { type EventTimes, eventTimes, firstDate } from "./event-times.ts";
import { masterOf, overridesOf, seriesStarts, untilWall } from "./recurrence.ts";
import { parseRule, type Rule, ruleStarts } from "./rule.ts";
import type { Window } from "./window.ts";

/** The most instances that sabre/vobject walks through: with 3,500, excluded ones not counted, it gives up with a 500. */
export const mostInstances = 3_499;

/** The window moves on for a month before a series is looked at again. */
const slackMs = 62 * dayMs;

/** Baikal on PostgreSQL keeps times in 32 bits and refuses everything outside (exclusive both ways). */
const earliest = Date.UTC(1970, 0, 2);
const latest = Date.UTC(2038, 0, 18);

/**
 * What can be shown of an object. `fit`: the calendar, which is `clipped` (and so never writable) if a
 * series had to begin later or end earlier than it does. Reasons are full sentences.
 */
export type Fitted =
  | { readonly kind: "fit"; readonly calendar: Component; readonly clipped: boolean }
  /** Rightly no object: every instance is excluded, or all of it lies before the window. */
  | { readonly kind: "nothing"; readonly reason: string }
  /** No form of it is known that a server and a phone would survive. */
  | { readonly kind: "poison"; readonly reason: string };

/**
 * Keeps poison away: a series with more than 3,500 instances up to the end of the window, or one that
 * begins or ends where servers cannot follow, is given an anchor before the window and, if it is finite,
 * an end behind it. Both move once a year. Whatever already fits is returned as it is.
 */
export function fitForServer(calendar: Component, zones: CalendarZones, window: Window): Fitted {
  const master = masterOf(calendar);
  const outside = overridesOf(calendar).some((event) => !isInRange(eventTimes(event, zones), zones));
  if (outside)
    return poison("An occurrence of it lies before 1970 or after 2037, where servers cannot follow.");
  if (master === null) return { kind: "fit", calendar, clipped: false };
  const times = eventTimes(master, zones);
  if (times === null) return poison("Its start cannot be read.");
  const rules = master.lines.filter((line) => line.name === "RRULE");
  const [line] = rules;
  if (line === undefined) return fitDates(calendar, master, times, zones);
  const rule = parseRule(line.value);
  if (rule === null) return poison(`Its recurrence rule cannot be expanded: ${line.value.slice(0, 80)}`);
  const series = { calendar, master, times, zones, window, rule };
  const size = sizeUp(series);
  switch (size) {
    case "fits":
      return { kind: "fit", calendar, clipped: false };
    case "empty":
      return { kind: "nothing", reason: "Every occurrence of the series is cancelled." };
    case "unsupported":
      return poison(`Its recurrence rule cannot be expanded: ${line.value.slice(0, 80)}`);
    case "too-big":
      return rules.length > 1
        ? poison("It has several recurrence rules and more occurrences than servers can walk through.")
        : clip(series);
    default:
      return size satisfies never;
  }
}

type Series = {
  readonly calendar: Component;
  readonly master: Component;
  readonly times: EventTimes;
  readonly zones: CalendarZones;
  readonly window: Window;
  readonly rule: Rule;
};

function poison(reason: string): Fitted {
  return { kind: "poison", reason };
}

function isInRange(times: EventTimes | null, zones: CalendarZones): boolean {
  if (times === null) return false;
  const start = zones.instant(times.start);
  return start >= earliest && start + times.length <= latest;
}

/** A single event, or one repeated by RDATE alone. */
function fitDates(calendar: Component, master: Component, times: EventTimes, zones: CalendarZones): Fitted {
  if (!isInRange(times, zones))
    return poison("It lies before 1970 or after 2037, where servers cannot follow.");
  const span = { from: times.start.wall, until: latest, limit: mostInstances };
  const starts = seriesStarts(master, times, zones, span);
  const isEmpty = starts.kind === "starts" && starts.walls.length === 0;
  return isEmpty
    ? { kind: "nothing", reason: "Every occurrence of the series is cancelled." }
    : { kind: "fit", calendar, clipped: false };
}

function sizeUp(series: Series): "fits" | "empty" | "too-big" | "unsupported" {
  const { master, times, zones, window, rule } = series;
  const until = untilWall(rule, times.start, zones);
  const isFinite = until !== null || rule.count !== null;
  // A server walks a finite series to its end when it stores it, an endless one to the end of a query.
  const end = isFinite ? latest : Date.parse(window.until) + slackMs;
  // A month is enough to see whether the rule can be expanded at all.
  const reach = isSparse(series, until, end) ? times.start.wall + 31 * dayMs : end;
  const span = { from: times.start.wall, until: reach, limit: mostInstances };
  if (!isInRange(times, zones) || (until ?? 0) > latest) return "too-big";
  if (rule.count !== null && goesBeyond(series)) return "too-big";
  const starts = seriesStarts(master, times, zones, span);
  if (starts.kind === "too-many") return "too-big";
  if (starts.kind === "unsupported") return "unsupported";
  return starts.walls.length === 0 && isFinite ? "empty" : "fits";
}

/** True where a glance says that it fits: at most one instance a day, and not all of them excluded. */
function isSparse({ master, times, rule }: Series, until: number | null, end: number): boolean {
  const isFinite = until !== null || rule.count !== null;
  const counts = (name: string): number => master.lines.filter((line) => line.name === name).length;
  const isPlain = counts("RRULE") === 1 && counts("RDATE") === 0 && !(isFinite && counts("EXDATE") > 0);
  const isOften =
    /^(?:HOUR|MINUTE|SECOND)LY$/.test(rule.frequency) ||
    ["BYHOUR", "BYMINUTE", "BYSECOND"].some((part) => rule.parts.has(part));
  const days = (Math.min(until ?? end, end) - times.start.wall) / dayMs;
  return isPlain && !isOften && Math.min(days + 1, rule.count ?? days) < mostInstances;
}

function goesBeyond({ times, rule }: Series): boolean {
  const request = { start: times.start.wall, until: null, from: latest, to: latest * 4, limit: 1 };
  const found = ruleStarts(rule, request);
  return found.kind !== "starts" || found.walls.length > 0;
}

/** Begins the series at its first occurrence of the year before the window's, and ends it after the window. */
function clip(series: Series): Fitted {
  const { calendar, times, zones, window, rule } = series;
  const until = untilWall(rule, times.start, zones);
  const anchor = anchorOf(series, until);
  if (anchor === null)
    return {
      kind: "nothing",
      reason: "The series ended before the window, and is too long to be kept whole.",
    };
  const cut = Date.UTC(new Date(window.until).getUTCFullYear() + 2, 0, 1);
  const span = { start: times.start.wall, until, from: anchor, to: cut, limit: mostInstances };
  const kept = ruleStarts(rule, span);
  const last = kept.kind === "starts" ? kept.walls.at(-1) : undefined;
  if (last === undefined || cut > latest)
    return poison("It has more occurrences around the window than servers can walk through.");
  const isFinite = until !== null || rule.count !== null;
  const clipped = mapEvents(calendar, (event) =>
    lineOf(event, "RECURRENCE-ID") === null
      ? moveMaster(series, anchor, isFinite ? last : null)
      : keepFrom(event, anchorInstant(series, anchor), zones),
  );
  return { kind: "fit", calendar: clipped, clipped: true };
}

function anchorOf({ times, window, rule }: Series, until: number | null): number | null {
  const boundary = Date.UTC(new Date(window.from).getUTCFullYear() - 1, 0, 1);
  const start = times.start.wall;
  if (start >= boundary) return start;
  for (const years of [1, 10, 100]) {
    const to = Date.UTC(new Date(boundary).getUTCFullYear() + years, 0, 1);
    const found = ruleStarts(rule, { start, until, from: boundary, to, limit: 100_000 });
    const first = found.kind === "starts" ? found.walls[0] : undefined;
    if (first !== undefined) return first;
  }
  return null;
}

function anchorInstant({ times, zones }: Series, anchor: number): number {
  return zones.of(times.start).toInstant(anchor);
}

function keepFrom(event: Component, anchor: number, zones: CalendarZones): Component | null {
  const original = firstDate(event, "RECURRENCE-ID");
  return original !== null && zones.instant(original) >= anchor ? event : null;
}

function moveMaster(series: Series, anchor: number, last: number | null): Component {
  const { master, times, zones, rule } = series;
  const delta = anchor - times.start.wall;
  const from = anchorInstant(series, anchor);
  const lines = master.lines.flatMap((line): ContentLine[] => {
    if (line.name === "DTSTART") return [moved(line, times.start, delta)];
    if (line.name === "DTEND") {
      const end = firstDate(master, "DTEND");
      return end === null ? [line] : [moved(line, end, delta)];
    }
    if (line.name === "RRULE") return [contentLine("RRULE", clippedRule(rule, times.start, last, zones))];
    if (line.name !== "EXDATE" && line.name !== "RDATE") return [line];
    const values = (dateValuesOf(line) ?? []).filter((value) => zones.instant(value) >= from);
    return values.map((value) => contentLine(line.name, formatDateValue(value), dateParameters(value)));
  });
  return { ...master, lines };
}

function moved(line: ContentLine, value: DateValue, delta: number): ContentLine {
  const shifted = { ...value, wall: value.wall + delta };
  return contentLine(line.name, formatDateValue(shifted), dateParameters(shifted));
}

/** The rule with its end at `last` (a wall clock), or as endless as it was. */
function clippedRule(rule: Rule, start: DateValue, last: number | null, zones: CalendarZones): string {
  const parts = [...rule.parts].filter(([name]) => name !== "COUNT" && name !== "UNTIL");
  if (last !== null) parts.push(["UNTIL", formatDateValue(untilValue(start, last, zones))]);
  return parts.map(([name, value]) => `${name}=${value}`).join(";");
}

function untilValue(start: DateValue, last: number, zones: CalendarZones): DateValue {
  if (start.form === "date" || start.form === "floating") return { form: start.form, wall: last };
  return { form: "utc", wall: zones.of(start).toInstant(last) };
}
