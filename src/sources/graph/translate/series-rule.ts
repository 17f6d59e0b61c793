import type { RecurrencePattern } from "@microsoft/microsoft-graph-types";
import { type DateValue, dayMs, formatDateValue } from "../../../calendar/date-value.ts";
import { parseRule, type Rule, ruleStarts } from "../../../calendar/rule.ts";
import type { GraphSeries } from "../native.ts";
import type { Starts } from "./exclusions.ts";
import { dependsOnShortMonths, type RangeEnd, ruleOfPattern } from "./recurrence-rule.ts";
import type { SeriesClock } from "./series-clock.ts";
import { shortMonthsOf } from "./short-months.ts";

/** The RRULE value of a pattern and its end; null if the pattern cannot be read. */
export function ruleFor(
  pattern: RecurrencePattern,
  end: RangeEnd,
  series: GraphSeries,
  clock: SeriesClock,
): Rule | null {
  const shortMonths = dependsOnShortMonths(pattern) ? shortMonthsOf(pattern, series, clock) : "clamp";
  const text = ruleOfPattern(pattern, shortMonths);
  return text === null ? null : parseRule(`${text}${endPart(end, clock)}`);
}

function endPart(end: RangeEnd, clock: SeriesClock): string {
  switch (end.kind) {
    case "never":
      return "";
    case "count":
      return `;COUNT=${end.count}`;
    case "last-day":
      return `;UNTIL=${formatDateValue(untilValue(clock, end.lastDay))}`;
    default:
      return end satisfies never;
  }
}

/** The end of the last day in the series' zone, in UTC; the day itself for a series of whole days. */
function untilValue(clock: SeriesClock, lastDay: number): DateValue {
  if (clock.isAllDay) return { form: "date", wall: lastDay };
  return { form: "utc", wall: clock.named.zone.toInstant(lastDay + dayMs - 1_000) };
}

function lastWall(end: RangeEnd): number | null {
  return end.kind === "last-day" ? end.lastDay + dayMs - 1_000 : null;
}

/**
 * A master's start need not be an occurrence (a series of Mondays may start on a Sunday), yet servers and
 * phones count DTSTART as one: begin at the first that is. Null if there is none.
 */
export function atFirstOccurrence(clock: SeriesClock, rule: Rule, end: RangeEnd): SeriesClock | null {
  for (const reach of [40, 400, 4_000]) {
    const first = ruleStarts(rule, {
      start: clock.start,
      until: lastWall(end),
      from: clock.start,
      to: clock.start + reach * dayMs,
      limit: 10_000,
      withStart: false,
    });
    const start = first.kind === "starts" ? first.walls[0] : undefined;
    if (start !== undefined) return { ...clock, start, end: clock.end + (start - clock.start) };
  }
  return null;
}

const mostStarts = 20_000;

/** The starts of the rule from the clock's own start on. */
export function startsOf(rule: Rule, clock: SeriesClock, end: RangeEnd): Starts {
  const expand = (from: number, to: number): readonly number[] | null => {
    const found = ruleStarts(rule, { start: clock.start, until: lastWall(end), from, to, limit: mostStarts });
    return found.kind === "starts" ? found.walls : null;
  };
  if (rule.count === null || rule.count > mostStarts) return (from, to) => expand(from, to) ?? [];
  // Each question would count from the start: so ahead of the questions, as far again each time.
  let known: { readonly to: number; readonly walls: readonly number[] } | null = null;
  return (from, to) => {
    if (known === null || known.to < to) {
      const ahead = clock.start + 2 * Math.max(to - clock.start, 400 * dayMs);
      const walls = expand(clock.start, ahead);
      if (walls === null) return expand(from, to) ?? [];
      known = { to: ahead, walls };
    }
    return known.walls.filter((wall) => wall >= from && wall <= to);
  };
}
