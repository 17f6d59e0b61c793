import type { RecurrencePattern } from "@microsoft/microsoft-graph-types";
import type { EventDescription } from "../../../calendar/compose.ts";
import { type DateValue, formatDateValue, dayMs } from "../../../calendar/date-value.ts";
import { parseRule, type Rule, ruleStarts } from "../../../calendar/rule.ts";
import type { GraphEvent, GraphSeries } from "../native.ts";
import { describe, onlyOnce } from "./describe.ts";
import { excludedWalls } from "./exclusions.ts";
import { allDayTimes, instantOf, type Times, zonedTimes } from "./graph-time.ts";
import { type Placements, placements } from "./placements.ts";
import { dependsOnShortMonths, endOfRange, type RangeEnd, ruleOfPattern } from "./recurrence-rule.ts";
import { type SeriesClock, seriesClock, valueAt } from "./series-clock.ts";
import { shortMonthsOf } from "./short-months.ts";

/** VEVENTs of a series, master first, or why there can be none, as a full sentence. */
export type DescribedSeries =
  | {
      readonly kind: "described";
      readonly events: readonly EventDescription[];
      readonly notes: readonly string[];
    }
  | { readonly kind: "problem"; readonly problem: string };

/** Translates master, exceptions and cancellations; `fallback` is the owner's IANA zone. */
export function describeSeries(series: GraphSeries, uid: string, fallback: string): DescribedSeries {
  const { pattern, range } = series.master.recurrence ?? {};
  const end = range === null || range === undefined ? null : endOfRange(range);
  const given = seriesClock(series, fallback);
  if (given === null)
    return problem(
      "Its start or end cannot be read, or lies in no time zone on the day its recurrence begins.",
    );
  if (pattern === null || pattern === undefined || end === null) return unknownPattern(series);
  const text = ruleFor(pattern, end, series, given);
  const rule = text === null ? null : parseRule(text);
  if (text === null || rule === null) return unknownPattern(series);
  const first = atFirstOccurrence(given, rule, end);
  if (first === null) return problem("Its recurrence gives no occurrence at all.");
  const starts = (from: number, to: number): readonly number[] => startsOf(rule, first, end, from, to);
  const clock = first.isAllDay ? { ...first, days: starts } : first;
  const found = placements(series, clock, starts);
  if (found === null) return problem("An exception of it does not say which occurrence it replaces.");
  const overrides = describeOverrides(found, series.master, clock, uid);
  if (overrides === null) return problem("The start or end of an exception of it cannot be read.");
  const excluded = excludedWalls(series, clock, starts);
  const master = describe(series.master, uid, masterTimes(clock), {
    recurrenceId: null,
    rule: text,
    excluded: excluded.filter((wall) => !overrides.walls.has(wall)).map((wall) => valueAt(clock, wall)),
  });
  const notes = [clock.note, found.leftOut > 0 ? leftOutNote(found.leftOut) : null].filter(
    (note) => note !== null,
  );
  return { kind: "described", events: [master, ...overrides.events], notes };
}

function leftOutNote(count: number): string {
  return `${count} changed occurrence${count === 1 ? "" : "s"} cannot be shown: Graph does not say which of the series' days ${count === 1 ? "it replaces" : "they replace"}.`;
}

function problem(text: string): DescribedSeries {
  return { kind: "problem", problem: text };
}

function unknownPattern(series: GraphSeries): DescribedSeries {
  const written = JSON.stringify(series.master.recurrence ?? null).slice(0, 300);
  return problem(`Its recurrence is of no known kind: ${written}`);
}

function masterTimes(clock: SeriesClock): Times {
  return { start: valueAt(clock, clock.start), end: valueAt(clock, clock.end) };
}

function ruleFor(
  pattern: RecurrencePattern,
  end: RangeEnd,
  series: GraphSeries,
  clock: SeriesClock,
): string | null {
  const shortMonths = dependsOnShortMonths(pattern) ? shortMonthsOf(pattern, series, clock) : "clamp";
  const text = ruleOfPattern(pattern, shortMonths);
  if (text === null) return null;
  switch (end.kind) {
    case "never":
      return text;
    case "count":
      return `${text};COUNT=${end.count}`;
    case "last-day":
      return `${text};UNTIL=${formatDateValue(untilValue(clock, end.lastDay))}`;
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
function atFirstOccurrence(clock: SeriesClock, rule: Rule, end: RangeEnd): SeriesClock | null {
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

function startsOf(
  rule: Rule,
  clock: SeriesClock,
  end: RangeEnd,
  from: number,
  to: number,
): readonly number[] {
  const found = ruleStarts(rule, { start: clock.start, until: lastWall(end), from, to, limit: 20_000 });
  return found.kind === "starts" ? found.walls : [];
}

type Overrides = { readonly events: readonly EventDescription[]; readonly walls: ReadonlySet<number> };

function describeOverrides(
  { placed }: Placements,
  master: GraphEvent,
  clock: SeriesClock,
  uid: string,
): Overrides | null {
  const events = new Map<number, EventDescription>();
  for (const { exception, wall } of placed) {
    const whole = withDefaults(exception, master);
    const times = overrideTimes(whole, clock);
    if (times === null) return null;
    events.set(wall, describe(whole, uid, times, { ...onlyOnce, recurrenceId: valueAt(clock, wall) }));
  }
  const ordered = [...events].toSorted(([a], [b]) => a - b);
  return { events: ordered.map(([, event]) => event), walls: new Set(events.keys()) };
}

/** Properties that say one thing together: an exception that has one of them has none of the master's. */
const together: readonly (readonly (keyof GraphEvent)[])[] = [
  ["location", "locations"],
  ["isOnlineMeeting", "onlineMeeting", "onlineMeetingUrl", "onlineMeetingProvider"],
];

/** An exception that was read in part keeps what the master says; what it says itself, even null, counts. */
function withDefaults(exception: GraphEvent, master: GraphEvent): GraphEvent {
  const { recurrence: _, ...rest } = master;
  const own = together.filter((group) => group.some((key) => key in exception)).flat();
  const inherited = Object.entries(rest).filter(([key]) => !own.some((name) => name === key));
  return { ...Object.fromEntries(inherited), ...exception };
}

function overrideTimes(exception: GraphEvent, clock: SeriesClock): Times | null {
  if (exception.isAllDay === true) return allDayTimes(exception);
  const start = instantOf(exception.start, clock.named);
  const end = instantOf(exception.end, clock.named);
  return start === null || end === null ? null : zonedTimes(start, Math.max(start, end), clock.named);
}
