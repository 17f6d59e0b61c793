import type { EventDescription } from "../../../calendar/compose.ts";
import type { Window } from "../../../calendar/window.ts";
import type { GraphSeries } from "../native.ts";
import { corrections, mostCorrections, shownOtherwise } from "./corrections.ts";
import { describe } from "./describe.ts";
import { excludedWalls } from "./exclusions.ts";
import type { Times } from "./graph-time.ts";
import { describeOverrides, type Overrides } from "./overrides.ts";
import { type Placements, placements } from "./placements.ts";
import { endOfRange } from "./recurrence-rule.ts";
import { type SeriesClock, seriesClock, valueAt } from "./series-clock.ts";
import { atFirstOccurrence, ruleFor, startsOf } from "./series-rule.ts";

/** VEVENTs of a series, master first, or why there can be none, as a full sentence. */
export type DescribedSeries =
  | {
      readonly kind: "described";
      readonly events: readonly EventDescription[];
      readonly notes: readonly string[];
    }
  | { readonly kind: "problem"; readonly problem: string };

/** Translates master, exceptions and cancellations; `context.zone` is the owner's (IANA). */
export function describeSeries(
  series: GraphSeries,
  uid: string,
  context: { readonly zone: string; readonly window: Window },
): DescribedSeries {
  const { pattern, range } = series.master.recurrence ?? {};
  const end = range === null || range === undefined ? null : endOfRange(range);
  const given = seriesClock(series, context.zone);
  if (given === null) return problem("Its start or end cannot be read.");
  if (pattern === null || pattern === undefined || end === null) return unknownPattern(series, uid, given);
  const rule = ruleFor(pattern, end, series, given);
  if (rule === null) return unknownPattern(series, uid, given);
  const first = atFirstOccurrence(given, rule, end);
  if (first === null) return problem("Its recurrence gives no occurrence at all.");
  const starts = startsOf(rule, first, end);
  const clock = { ...first, starts };
  const found = placements(series, clock, starts);
  if (found === null) return problem("An exception of it does not say which occurrence it replaces.");
  const excluded = excludedWalls(series, clock, starts);
  const corrected = corrections(series, clock, starts, context.window);
  const of = { master: series.master, clock, uid };
  const overrides = describeOverrides(found, corrected.found, new Set(excluded), of);
  const master = describe(series.master, uid, masterTimes(clock), {
    recurrenceId: null,
    rule: rule.text,
    excluded: excluded.filter((wall) => !overrides.events.has(wall)).map((wall) => valueAt(clock, wall)),
  });
  const notes = [
    clock.note,
    ...overrideNotes(found, overrides),
    corrected.leftOut > 0 ? unlikeNote(corrected.leftOut) : null,
  ].filter((note) => note !== null);
  return { kind: "described", events: [master, ...overrides.events.values()], notes };
}

function overrideNotes(found: Placements, { untimed, leftOut: more }: Overrides): readonly string[] {
  const leftOut = found.leftOut + more;
  return [...(leftOut > 0 ? [leftOutNote(leftOut)] : []), ...(untimed > 0 ? [untimedNote(untimed)] : [])];
}

function untimedNote(count: number): string {
  return `${count} changed occurrence${count === 1 ? " is" : "s are"} shown at the time of the series: when ${count === 1 ? "it was" : "they were"} moved to cannot be read.`;
}

function leftOutNote(count: number): string {
  return `${count} changed occurrence${count === 1 ? "" : "s"} cannot be shown: Graph does not say clearly when ${count === 1 ? "it is" : "they are"}, or which of the series' days ${count === 1 ? "it replaces" : "they replace"}.`;
}

function unlikeNote(count: number): string {
  return `Exchange shows most occurrences of the series at other times than its recurrence says: ${count} of them are not shown as Exchange has them.`;
}

function problem(text: string): DescribedSeries {
  return { kind: "problem", problem: text };
}

/** What Exchange shows without a rule that we could write: the occurrences of a complete read, one by one. */
function unknownPattern(series: GraphSeries, uid: string, given: SeriesClock): DescribedSeries {
  const written = JSON.stringify(series.master.recurrence ?? null).slice(0, 300);
  // In the order in which they were read: those of the window come first.
  const seen = shownOtherwise(series, given, () => []).slice(0, mostCorrections);
  const [first, ...more] = seen.toSorted(([a], [b]) => a - b);
  if (first === undefined) return problem(`Its recurrence is of no known kind: ${written}`);
  const [start, times] = first;
  const clock: SeriesClock = { ...given, start, end: start + given.end - given.start };
  const found = placements(series, clock, () => []);
  const of = { master: series.master, clock, uid };
  const corrected = more.map(([wall, other]) => ({ wall, times: other }));
  if (found === null) return problem(`Its recurrence is of no known kind: ${written}`);
  const overrides = describeOverrides(found, corrected, new Set(), of);
  // A rule, of one occurrence, since servers look for others only where there is one.
  const only = { recurrenceId: null, rule: "FREQ=DAILY;COUNT=1", excluded: [] };
  const note = `Its recurrence is of no known kind, so that only what Exchange shows of it up to ${(series.instances?.window.until ?? "").slice(0, 10)} is shown: ${written}`;
  const master = describe(series.master, uid, times, only);
  const notes = [note, ...overrideNotes(found, overrides)];
  return { kind: "described", events: [master, ...overrides.events.values()], notes };
}

/** With its exact length where the first occurrence is longer or shorter than the others: a change of clocks lies in it. */
function masterTimes(clock: SeriesClock): Times {
  const times = { start: valueAt(clock, clock.start), end: valueAt(clock, clock.end) };
  if (clock.isAllDay) return times;
  const { zone } = clock.named;
  const length = clock.end - clock.start;
  return zone.toInstant(clock.end) - zone.toInstant(clock.start) === length ? times : { ...times, length };
}
