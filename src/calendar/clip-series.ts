import type { Component } from "./component.ts";
import { type ContentLine, contentLine } from "./content-line.ts";
import { dateValuesOf, dayMs } from "./date-value.ts";
import { allDates, eventTimes } from "./event-times.ts";
import { exactWall, untilWall, withEndOf } from "./recurrence.ts";
import { type Rule, ruleStarts } from "./rule.ts";
import { earliest, latest, slackMs } from "./server-range.ts";
import {
  dateLine,
  isDaily,
  isFinite,
  isWalkable,
  movedLines,
  originalWall,
  type Series,
  startsOf,
  wallOf,
  withMaster,
} from "./server-series.ts";
import { serverRule } from "./server-walk.ts";

/** What is left of a series that had to begin later or to end earlier; null if no form of it is known to be survived. */
export type Clipped =
  | { readonly kind: "series"; readonly series: Series }
  /** Nothing of it lies in the window or after it. */
  | { readonly kind: "nothing" };

/** The part of a series that is shown, as its wall clocks. */
type Part = { readonly from: number; readonly until: number };

/**
 * Gives a series an anchor before the window that is one of its starts, and, if it is finite, an end behind the window;
 * where no such rule is survived, its dates one by one. The part that is shown is as large as servers can bear: whole
 * years if possible, else months, with the overrides that were moved into the window from outside or without.
 */
export function clipSeries(series: Series): Clipped | null {
  const parts = partsOf(series);
  const [largest] = parts;
  if (largest === undefined || isOver(series)) return { kind: "nothing" };
  for (const byRule of [true, false]) {
    for (const part of parts) {
      const clipped = byRule ? clipRule(series, part) : asDates(series, part);
      if (clipped === "nothing") return { kind: "nothing" };
      if (clipped !== null && isWalkable(clipped)) return { kind: "series", series: clipped };
    }
  }
  return null;
}

/** What may be shown, the best first. */
function partsOf(series: Series): Part[] {
  const { window, times } = series;
  const from = new Date(Date.parse(window.from) - times.length);
  const until = new Date(Date.parse(window.until));
  const later = new Date(Date.parse(window.until) + slackMs);
  // The year before the window is long enough for all but very long events.
  const early = new Date(Date.parse(window.from) - Math.max(0, times.length - 300 * dayMs));
  const years = {
    from: Date.UTC(early.getUTCFullYear() - 1, 0, 2) - 1,
    until: Date.UTC(until.getUTCFullYear() + 2, 0, 1),
  };
  const months = {
    from: Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), 1) - dayMs,
    until: Date.UTC(later.getUTCFullYear(), later.getUTCMonth() + 1, 1),
  };
  const bounded = [years, months].map((part) => ({
    from: Math.max(part.from, wallOf(series, earliest)),
    until: Math.min(part.until, wallOf(series, latest) - times.length),
  }));
  const originals = shownOverrides(series).flatMap((event) => originalWall(series, event) ?? []);
  const widened = bounded.map((part) => ({
    from: Math.max(Math.min(part.from, ...originals), wallOf(series, earliest)),
    until: Math.min(Math.max(part.until, ...originals), wallOf(series, latest) - times.length),
  }));
  return originals.length === 0 ? bounded : [...widened, ...bounded];
}

/** The overrides that end in the window or later: none of them may be lost, wherever its original lies. */
function shownOverrides({ overrides, zones, window }: Series): Component[] {
  return overrides.filter((event) => {
    const times = eventTimes(event, zones);
    return times !== null && zones.instant(times.start) + times.length >= Date.parse(window.from) - dayMs;
  });
}

function isOver(series: Series): boolean {
  if (shownOverrides(series).length > 0 || series.rules.some((rule) => !isFinite(rule))) return false;
  const from = wallOf(series, Date.parse(series.window.from) - series.times.length) - dayMs;
  return startsOf(series, from, wallOf(series, latest))?.length === 0;
}

function clipRule(series: Series, part: Part): Series | null {
  const { master, times, zones, rules } = series;
  const [rule] = rules;
  if (rule === undefined || rules.length > 1 || !isDaily(rule, times.start)) return null;
  if (serverRule(rule) === null) return null;
  const anchor = anchorOf(series, rule, part);
  if (anchor === null) return null;
  const dates = allDates(master, "RDATE").map((date) => exactWall(date, times.start, zones));
  // What is added by hand before the first start would make that one the start.
  if (dates.some((wall) => wall >= part.from && wall < anchor)) return null;
  const last = isFinite(rule) ? lastBefore(series, rule, anchor, part.until) : null;
  const end = last ?? Number.POSITIVE_INFINITY;
  const isKept = (wall: number): boolean => wall >= anchor && wall <= Math.max(end, part.until);
  const lines = movedLines(series, anchor).flatMap((line): ContentLine[] => {
    if (line.name === "RRULE")
      return [contentLine("RRULE", withEndOf(rule, last === null ? null : { last }, times.start, zones))];
    if (line.name !== "EXDATE" && line.name !== "RDATE") return [line];
    const walls = (dateValuesOf(line) ?? []).map((value) => exactWall(value, times.start, zones));
    if (walls.every(isKept)) return [line];
    const kept = walls.filter(isKept);
    return kept.length === 0 ? [] : [dateLine(line.name, times.start, kept)];
  });
  return withMaster({ ...series, overrides: keptOverrides(series, isKept) }, { ...master, lines });
}

function keptOverrides(series: Series, isKept: (wall: number) => boolean): Component[] {
  const shown = new Set(shownOverrides(series));
  return series.overrides.filter((event) => {
    const original = originalWall(series, event);
    return shown.has(event) || (original !== null && isKept(original));
  });
}

/** The last start of the rule up to the part's beginning, or else the first one after it. */
function anchorOf(series: Series, rule: Rule, part: Part): number | null {
  const { times } = series;
  const first = wallOf(series, earliest);
  if (times.start.wall >= part.from) return times.start.wall >= first ? times.start.wall : null;
  const before = lastBefore(series, rule, first, part.from);
  if (before !== null) return before;
  for (const days of [400, 4_000, 40_000]) {
    const to = Math.min(part.from + days * dayMs, wallOf(series, latest));
    const found = rulePart(series, rule, part.from, to)[0];
    if (found !== undefined) return found;
  }
  return null;
}

/** The last start of the rule in a span (inclusive); null if there is none. */
function lastBefore(series: Series, rule: Rule, from: number, to: number): number | null {
  for (const days of [1, 40, 400, 4_000, 40_000]) {
    const found = rulePart(series, rule, Math.max(from, to - days * dayMs), to).at(-1);
    if (found !== undefined) return found;
    if (to - days * dayMs <= from) return null;
  }
  return null;
}

const mostSearched = 100_000;

function rulePart({ times, zones }: Series, rule: Rule, from: number, to: number): readonly number[] {
  const start = times.start.wall;
  const until = untilWall(rule, times.start, zones);
  const found = ruleStarts(rule, { start, until, from, to, limit: mostSearched });
  return found.kind === "starts" ? found.walls : [];
}

/** The series as a list of its starts, for rules that servers cannot read. */
function asDates(series: Series, part: Part): Series | "nothing" | null {
  const { master, times } = series;
  const isKept = (wall: number): boolean => wall >= part.from && wall <= part.until;
  const overrides = keptOverrides(series, isKept);
  const starts = startsOf(series, part.from, part.until);
  if (starts === null) return null;
  const originals = overrides.flatMap((event) => originalWall(series, event) ?? []);
  const [first, ...others] = [...new Set([...starts, ...originals])].toSorted((a, b) => a - b);
  if (first === undefined) return "nothing";
  const lines = movedLines(series, first).filter(
    (line) => line.name !== "RRULE" && line.name !== "RDATE" && line.name !== "EXDATE",
  );
  const dates = others.length === 0 ? [] : [dateLine("RDATE", times.start, others)];
  const isRepeated = others.length > 0 || overrides.length > 0;
  const added = isRepeated ? [onlyStart, ...dates] : [];
  return withMaster({ ...series, overrides }, { ...master, lines: [...lines, ...added] });
}

/** A rule that gives its start alone: without one, sabre keeps a series from queries that begin after the first date. */
export const onlyStart = contentLine("RRULE", "FREQ=DAILY;COUNT=1");

/**
 * Where a rule and single dates stand together, sabre walks the dates alone (EventIterator::__construct) and keeps the
 * series from queries that begin after the last: a start of the rule behind the window is repeated among them.
 */
export function withLastDate(series: Series): Series {
  const { master, times, zones, window, rules } = series;
  const [rule] = rules;
  const dates = allDates(master, "RDATE").map((date) => exactWall(date, times.start, zones));
  if (rule === undefined || rules.length > 1 || dates.length === 0) return series;
  const until = new Date(window.until).getUTCFullYear() + 2;
  const end = Math.min(Date.UTC(until, 0, 1), wallOf(series, latest) - times.length);
  const last = lastBefore(series, rule, times.start.wall, end);
  const excluded = new Set(allDates(master, "EXDATE").map((date) => exactWall(date, times.start, zones)));
  if (last === null || excluded.has(last) || dates.some((wall) => wall >= last)) return series;
  const lines = [...master.lines, dateLine("RDATE", times.start, [last])];
  return withMaster(series, { ...master, lines }) ?? series;
}
