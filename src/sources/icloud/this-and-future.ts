import type { CalendarZones } from "../../calendar/calendar-zones.ts";
import { type Component, lineOf, mapEvents, withoutLines } from "../../calendar/component.ts";
import { type ContentLine, contentLine, parameterOf } from "../../calendar/content-line.ts";
import { type DateValue, dated, dateValuesOf, dayMs } from "../../calendar/date-value.ts";
import { firstDate } from "../../calendar/event-times.ts";
import { instanceName, partName } from "../../calendar/instance.ts";
import { masterOf, overridesOf, untilWall, withEndOf } from "../../calendar/recurrence.ts";
import { parseRule } from "../../calendar/rule.ts";
import { isCancelled } from "./cancelled.ts";
import { listed } from "./listed.ts";
import type { Horizon, Part, Parts } from "./separate.ts";
import { mostListed, onOtherDays, startsOf } from "./series-rule.ts";
import { originalWall } from "./series-form.ts";

/**
 * Splits a series at its RECURRENCE-IDs with RANGE=THISANDFUTURE (RFC 5545 3.2.13), which servers and phones take for
 * single changes: it ends before each of them, and another series goes on, all of whose occurrences are shifted as
 * the first one is. RECURRENCE-IDs have the form of the series already (see `inSeriesForm`).
 */
export function splitThisAndFuture(
  calendar: Component,
  zones: CalendarZones,
  horizon: Horizon,
  notes: Set<string>,
): Parts {
  const whole: Part = { calendar, instance: null };
  const marked = overridesOf(calendar).filter((event) => rangeOf(event) !== null);
  if (marked.length === 0) return { kind: "parts", parts: [whole] };
  const plain = { ...whole, calendar: mapEvents(calendar, withoutRange) };
  const master = masterOf(calendar);
  const start = master === null ? null : firstDate(master, "DTSTART");
  const changes = marked
    .filter((event) => rangeOf(event) === "THISANDFUTURE")
    .toSorted((a, b) => (originalWall(a) ?? 0) - (originalWall(b) ?? 0));
  if (changes.length < marked.length)
    notes.add("A change of all earlier occurrences was taken for one of that one.");
  const rules = master?.lines.filter((line) => line.name === "RRULE") ?? [];
  const [rule] = rules;
  if (changes.length === 0 || master === null || start === null || rule === undefined)
    return { kind: "parts", parts: [plain] };
  if (rules.length > 1 || lineOf(master, "EXRULE") !== null)
    return problem("It has several rules and a change of all later occurrences: make a series of each rule.");
  if (changes.length > mostChanges)
    return problem("It has more changes of all later occurrences than make sense.");
  const starts = startsOf(rule.value, start, zones, horizon.until);
  if (starts === null) return problem("Its recurrence rule has more occurrences than can be looked through.");
  notes.add("A change of all later occurrences became a series of its own.");
  const series: Series = {
    calendar: plain.calendar,
    master,
    start,
    rule: rule.value,
    starts,
    zones,
    horizon,
  };
  const limits = changes.map((event) => originalWall(event) ?? 0);
  const parts: Part[] = [];
  const base = segment(series, null, { from: start.wall, before: limits[0] ?? null });
  if (base !== null) parts.push({ calendar: base, instance: null });
  for (const [at, change] of changes.entries()) {
    if (isCancelled(change)) continue;
    const next = segment(series, change, { from: limits[at] ?? 0, before: limits[at + 1] ?? null });
    if (next === "too-many") return problem("A change of all later occurrences has too many of them.");
    if (next === null) continue;
    const from = instanceName({ ...start, wall: limits[at] ?? 0 }, zones.of(start));
    parts.push({ calendar: next, instance: parts.length === 0 ? null : partName(null, `from ${from}`) });
  }
  return { kind: "parts", parts };
}

/** Nobody changes a series more often; each costs an expansion. */
const mostChanges = 50;

type Series = {
  readonly calendar: Component;
  readonly master: Component;
  readonly start: DateValue;
  readonly rule: string;
  /** By the rule, up to the horizon. */
  readonly starts: readonly number[];
  readonly zones: CalendarZones;
  readonly horizon: Horizon;
};

/** Original starts from the one up to before the other (wall clocks; null: to the end). */
type Stretch = { readonly from: number; readonly before: number | null };

function problem(text: string): Parts {
  return { kind: "problem", problem: text };
}

function rangeOf(event: Component): string | null {
  const line = lineOf(event, "RECURRENCE-ID");
  return line === null ? null : (parameterOf(line, "RANGE")?.toUpperCase() ?? null);
}

function withoutRange(event: Component): Component {
  if (rangeOf(event) === null) return event;
  const lines = event.lines.map((line) => {
    const value = line.name === "RECURRENCE-ID" ? dateValuesOf(line)?.[0] : undefined;
    return value === undefined ? line : dated("RECURRENCE-ID", value);
  });
  return { ...event, lines };
}

function segment(series: Series, change: null, stretch: Stretch): Component | null;
function segment(series: Series, change: Component, stretch: Stretch): Component | null | "too-many";
function segment(series: Series, change: Component | null, stretch: Stretch): Component | null | "too-many" {
  const { master, zones, starts } = series;
  const isIn = (wall: number): boolean =>
    wall >= stretch.from && (stretch.before === null || wall < stretch.before);
  const own = change === null || starts.includes(stretch.from) ? [] : [stretch.from];
  const walls = [...own, ...starts.filter(isIn)];
  const dates = master.lines.filter((line) => line.name === "RDATE");
  if (walls.length === 0 && !dates.some((line) => isIn(wallOf(line)))) return null;
  const event = change === null ? master : ownForm(series, withoutLines(change, "RECURRENCE-ID"));
  const newStart = firstDate(event, "DTSTART") ?? series.start;
  const shift = change === null ? 0 : newStart.wall - stretch.from;
  const rest = event.lines.filter((line) => !/^(?:RRULE|RDATE|EXDATE)$/.test(line.name));
  const listedDates = master.lines.flatMap((line): ContentLine[] => {
    if ((line.name !== "RDATE" && line.name !== "EXDATE") || !isIn(wallOf(line))) return [];
    return [shifted(line, newStart, shift)];
  });
  const text = ruleOf(series, stretch, walls, newStart, shift);
  const body =
    text === null && walls.length > mostListed
      ? "too-many"
      : text === null
        ? [
            ...listed(
              { ...event, lines: rest },
              walls.map((wall) => wall + shift),
              zones,
              true,
            ).lines,
            ...listedDates,
          ]
        : [...rest, contentLine("RRULE", text), ...listedDates];
  if (body === "too-many") return body;
  return mapEvents(series.calendar, (one) => {
    if (one === master) return { ...event, lines: body };
    const wall = originalWall(one);
    // The first of the stretch is the change itself.
    if (wall === null || !isIn(wall) || (change !== null && wall === stretch.from)) return null;
    const lines = one.lines.map((line) =>
      line.name === "RECURRENCE-ID" ? shifted(line, newStart, shift) : line,
    );
    return { ...one, lines };
  });
}

function wallOf(line: ContentLine): number {
  return dateValuesOf(line)?.[0]?.wall ?? Number.NaN;
}

function shifted(line: ContentLine, start: DateValue, shift: number): ContentLine {
  const [, length] = line.value.split("/");
  const moved = dated(line.name, { ...start, wall: wallOf(line) + shift });
  if (length === undefined) return moved;
  const params = Object.fromEntries(moved.params.map((one) => [one.name, one.values]));
  return contentLine(line.name, `${moved.value}/${length}`, { ...params, VALUE: "PERIOD" });
}

/** A change that is told in UTC stays on the clock of its series. */
function ownForm({ start, zones }: Series, change: Component): Component {
  if (start.form !== "zoned") return change;
  const zone = zones.of(start);
  const lines = change.lines.map((line) => {
    const value = /^DT(?:START|END)$/.test(line.name) ? dateValuesOf(line)?.[0] : undefined;
    return value?.form === "utc" ? dated(line.name, { ...start, wall: zone.toWall(value.wall) }) : line;
  });
  return { ...change, lines };
}

/** A rule that gives just these starts, each shifted, from the new start on; null where none is found. */
function ruleOf(
  series: Series,
  stretch: Stretch,
  walls: readonly number[],
  newStart: DateValue,
  shift: number,
): string | null {
  const { start, starts, zones, horizon } = series;
  const rule = parseRule(series.rule);
  const last = walls.at(-1);
  if (rule === null || last === undefined) return null;
  const until = untilWall(rule, start, zones);
  const earlier = starts.filter((wall) => wall < stretch.from).length;
  const ends = (): { readonly count: number } | { readonly last: number } | null => {
    if (stretch.before !== null) return { last: last + shift };
    if (rule.count !== null) return { count: rule.count - earlier };
    return until === null ? null : { last: until + shift };
  };
  const end = ends();
  if (end !== null && "count" in end && end.count < 1) return null;
  const text = onOtherDays(
    withEndOf(rule, end, newStart, zones),
    Math.floor(newStart.wall / dayMs) - Math.floor((newStart.wall - shift) / dayMs),
  );
  const from = stretch.from + shift;
  const given = startsOf(text, { ...newStart, wall: from }, zones, horizon.until + Math.max(0, shift));
  const wanted = walls.map((wall) => wall + shift);
  const to = horizon.until + Math.min(0, shift);
  return given !== null && equal(upTo(given, to), upTo(wanted, to)) ? text : null;
}

function upTo(walls: readonly number[], until: number): readonly number[] {
  return walls.filter((wall) => wall <= until);
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((wall, at) => wall === b[at]);
}
