import type { RecurrencePattern } from "@microsoft/microsoft-graph-types";
import { dayMs } from "../../../calendar/date-value.ts";
import { parseRule, ruleStarts } from "../../../calendar/rule.ts";
import { type GraphSeries, typeOf } from "../native.ts";
import { ruleOfPattern, type ShortMonths } from "./recurrence-rule.ts";
import { namedWall, occurrenceWall, originalWall, type SeriesClock } from "./series-clock.ts";

/**
 * What a series of day 29 to 31 does in shorter months, by what Exchange showed: `skip` where a complete
 * read of instances lacks every last day of a short month that was not cancelled, `clamp` otherwise.
 */
export function shortMonthsOf(
  pattern: RecurrencePattern,
  series: GraphSeries,
  clock: SeriesClock,
): ShortMonths {
  const { instances } = series;
  if (instances === null) return "clamp";
  const from = Date.parse(instances.window.from) + dayMs;
  const to = Date.parse(instances.window.until) - dayMs;
  const skipped = new Set(startsOf(pattern, "skip", clock, from, to));
  const cancelled = new Set((series.cancelled ?? []).map((id) => namedWall(id, clock)));
  const seen = new Set(
    instances.items.map((item) =>
      typeOf(item) === "exception" ? originalWall(item, clock) : occurrenceWall(item, clock),
    ),
  );
  let last = 0;
  for (const wall of seen) last = Math.max(last, wall ?? 0);
  // Only between instances that were seen: behind the last one the series may simply have ended.
  const clampedOnly = startsOf(pattern, "clamp", clock, from, to).filter(
    (wall) => wall < last && !skipped.has(wall) && !cancelled.has(wall),
  );
  return clampedOnly.length > 0 && !clampedOnly.some((wall) => seen.has(wall)) ? "skip" : "clamp";
}

function startsOf(
  pattern: RecurrencePattern,
  shortMonths: ShortMonths,
  clock: SeriesClock,
  from: number,
  to: number,
): readonly number[] {
  const rule = parseRule(ruleOfPattern(pattern, shortMonths) ?? "");
  if (rule === null || !(from < to)) return [];
  const request = { start: clock.start, until: null, from, to, limit: 10_000, withStart: false };
  const found = ruleStarts(rule, request);
  return found.kind === "starts" ? found.walls : [];
}
