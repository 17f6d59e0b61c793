import type { CalendarZones } from "./calendar-zones.ts";
import { type Component, lineOf } from "./component.ts";
import { type ContentLine, contentLine } from "./content-line.ts";
import { type DateValue, dated, dateParameters, dayMs, formatDateValue } from "./date-value.ts";
import { allDates, type EventTimes, eventTimes, firstDate } from "./event-times.ts";
import { exactWall, seriesStarts, untilWall } from "./recurrence.ts";
import { parseRule, type Rule, ruleStarts } from "./rule.ts";
import { latest, slackMs } from "./server-range.ts";
import { leastCount, mostInstances, roughCount, serverRule } from "./server-walk.ts";
import type { Window } from "./window.ts";

/** A series on its way to a form that a server survives. */
export type Series = {
  readonly master: Component;
  readonly overrides: readonly Component[];
  readonly times: EventTimes;
  /** All that the master has; readable. */
  readonly rules: readonly Rule[];
  readonly zones: CalendarZones;
  readonly window: Window;
};

/** The series with another master; null if that one cannot be read. */
export function withMaster(series: Series, master: Component): Series | null {
  const times = eventTimes(master, series.zones);
  const rules = rulesOf(master);
  return times === null || rules === null ? null : { ...series, master, times, rules };
}

/** The rules of a master; null if one cannot be read. */
export function rulesOf(master: Component): Rule[] | null {
  const rules: Rule[] = [];
  for (const line of master.lines) {
    if (line.name !== "RRULE") continue;
    const rule = parseRule(line.value);
    if (rule === null) return null;
    rules.push(rule);
  }
  return rules;
}

/** The zone's wall clock of an instant, as the series' starts have it. */
export function wallOf({ times, zones }: Series, instant: number): number {
  return zones.of(times.start).toWall(instant);
}

/** True if the rule ends by itself. */
export function isFinite(rule: Rule): boolean {
  return rule.count !== null || rule.until !== null;
}

/** Whether sabre can read the series' rule, and walks through it without giving up. */
export function isWalkable(series: Series): boolean {
  const { master, overrides, times, zones, window, rules } = series;
  const [rule] = rules;
  const extra = allDates(master, "RDATE").length + overrides.length;
  if (rule === undefined) return extra < mostInstances;
  const walked = serverRule(rule);
  if (rules.length > 1 || walked === null || !isDaily(rule, times.start)) return false;
  if (mayNeverCome(walked) && !comesAgain(series, walked)) return false;
  const start = times.start.wall;
  // A finite series is walked to its end when it is stored, an endless one to the end of a query.
  const end = isFinite(rule)
    ? (untilWall(rule, times.start, zones) ?? wallOf(series, latest))
    : wallOf(series, Date.parse(window.until) + slackMs);
  if (roughCount(walked, (end - start) / dayMs) + extra <= mostInstances) return true;
  const excluded = skippedStarts(series);
  if (leastCount(walked, (end - start) / dayMs) - excluded.size + extra > mostInstances) return false;
  const request = { start, until: null, from: start, to: end, limit: mostInstances + excluded.size };
  const found = ruleStarts(walked, request);
  if (found.kind !== "starts") return false;
  return found.walls.filter((wall) => !excluded.has(wall)).length + extra <= mostInstances;
}

/** The starts that sabre passes over: excluded ones and those of overrides, as wall clocks. */
function skippedStarts(series: Series): ReadonlySet<number> {
  const { master, overrides, times, zones } = series;
  return new Set([
    ...allDates(master, "EXDATE").map((date) => exactWall(date, times.start, zones)),
    ...overrides.flatMap((event) => originalWall(series, event) ?? []),
  ]);
}

/** True for rules of days that there may not be, like 30 February. */
function mayNeverCome({ parts, by }: Rule): boolean {
  const isCommon = by.monthDays?.every((day) => Math.abs(day) <= 28) ?? true;
  const names = ["BYSETPOS", "BYYEARDAY", "BYWEEKNO"];
  return (
    names.some((name) => parts.has(name)) || !isCommon || (by.monthDays !== null && by.weekdays !== null)
  );
}

/** False if nothing comes of the rule but its start: sabre would look for more up to the year 9999. */
function comesAgain(series: Series, rule: Rule): boolean {
  const start = series.times.start.wall;
  const skipped = skippedStarts(series);
  return [400, 16_000].some((days) => {
    const to = start + days * dayMs;
    const found = ruleStarts(rule, { start, until: null, from: start, to, limit: 16_000 });
    const isEnough = (walls: readonly number[]): boolean =>
      rule.count === walls.length || walls.some((wall) => wall !== start && !skipped.has(wall));
    return found.kind !== "starts" || isEnough(found.walls);
  });
}

/** False for a rule of hours, minutes or seconds whose start is a day. */
export function isDaily(rule: Rule, start: DateValue): boolean {
  return start.form !== "date" || !/^(?:HOUR|MINUTE|SECOND)LY$/.test(rule.frequency);
}

/** The start by the rule that an override stands for, as a wall clock of the series; null if it is unreadable. */
export function originalWall({ times, zones }: Series, override: Component): number | null {
  const original = firstDate(override, "RECURRENCE-ID");
  return original === null ? null : exactWall(original, times.start, zones);
}

/** The starts between two wall clocks (inclusive), overridden ones among them; null for too many. */
export function startsOf(
  series: Series,
  from: number,
  to: number,
  limit = mostInstances,
): readonly number[] | null {
  const found = seriesStarts(series.master, series.times, series.zones, { from, until: to, limit });
  return found.kind === "starts" ? found.walls : null;
}

/** True where an override, or none at all, is left to be shown. */
export function isEmpty(series: Series): boolean {
  if (series.overrides.length > 0 || lineOf(series.master, "EXDATE") === null) return false;
  if (series.rules.some((rule) => !isFinite(rule))) return false;
  const start = series.times.start.wall;
  const count = allDates(series.master, "EXDATE").length;
  return startsOf(series, start, wallOf(series, latest), mostInstances + count)?.length === 0;
}

/** One line for some starts of the series, in the form of its DTSTART. */
export function dateLine(name: string, start: DateValue, walls: readonly number[]): ContentLine {
  const values = walls.map((wall) => formatDateValue({ ...start, wall }));
  return contentLine(name, values.join(","), dateParameters(start));
}

/** The master's lines with its start and end moved to another wall clock. */
export function movedLines({ master, times, zones }: Series, start: number): ContentLine[] {
  const delta = start - times.start.wall;
  if (delta === 0) return [...master.lines];
  return master.lines.map((line) => {
    if (line.name !== "DTSTART" && line.name !== "DTEND") return line;
    const value = firstDate(master, line.name);
    if (value === null) return line;
    // An end on another clock keeps its distance, not its reading of that clock.
    const isOnSameClock =
      exactWall(value, times.start, zones) === value.wall && value.form === times.start.form;
    const wall =
      isOnSameClock || line.name === "DTSTART" ? value.wall + delta : endWall(value, start, times, zones);
    const moved = { ...value, wall };
    return dated(line.name, moved);
  });
}

function endWall(end: DateValue, start: number, times: EventTimes, zones: CalendarZones): number {
  return zones.of(end).toWall(zones.of(times.start).toInstant(start) + times.length);
}
