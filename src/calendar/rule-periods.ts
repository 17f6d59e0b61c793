import { dayMs } from "./date-value.ts";
import { dayFilter, firstOfMonth, weekdayOf } from "./rule-days.ts";
import type { Rule } from "./rule.ts";

/** More days and clock times than any rule in the field has looked at; a bound against hostile ones. */
const mostSteps = 150_000;

/** Thrown when a rule takes more work than is reasonable. */
export class TooMuchWork extends Error {}

const units = { DAILY: dayMs, HOURLY: 3_600_000, MINUTELY: 60_000, SECONDLY: 1_000 };

/**
 * The starts of a rule from a wall clock on, in order and without end; COUNT and UNTIL are not looked at. Neither
 * `start` itself nor anything before it is among them unless the rule gives it.
 * @throws TooMuchWork
 */
export function* periodStarts(rule: Rule, start: number, from: number, to: number): Generator<number> {
  const work = { steps: 0 };
  const least = Math.max(start, from);
  for (const set of setsOf(rule, start, least, to, work)) {
    for (const wall of chosen(set, rule.by.positions)) if (wall >= least && wall <= to) yield wall;
  }
}

type Work = { steps: number };

function step(work: Work, count: number): void {
  work.steps += count;
  if (work.steps > mostSteps) throw new TooMuchWork();
}

function chosen(set: readonly number[], positions: readonly number[] | null): readonly number[] {
  if (positions === null) return set;
  const found = positions.flatMap((position) => set.at(position > 0 ? position - 1 : position) ?? []);
  return [...new Set(found)].toSorted((a, b) => a - b);
}

/** One set for each period (a year, a month, a week …) of the rule that reaches into the span. */
function* setsOf(rule: Rule, start: number, from: number, to: number, work: Work): Generator<number[]> {
  const startDay = Math.floor(start / dayMs);
  const isRight = dayFilter({ parts: rule.by, frequency: rule.frequency, start: startDay });
  const times = timesOf(rule, start - startDay * dayMs);
  const days = function* (first: number, end: number): Generator<number> {
    for (let day = first; day < end; day++) {
      step(work, 1);
      if (isRight(day)) yield day;
    }
  };
  const set = (first: number, end: number): number[] => {
    const found: number[] = [];
    for (const day of days(first, end)) for (const time of times) found.push(day * dayMs + time);
    step(work, found.length);
    return found;
  };
  switch (rule.frequency) {
    case "YEARLY":
    case "MONTHLY":
      yield* monthsOrYears(rule, start, from, to, set);
      return;
    case "WEEKLY": {
      const first = startDay - ((weekdayOf(startDay) - rule.by.weekStart + 7) % 7);
      const length = 7 * rule.interval;
      const skipped = Math.max(0, Math.floor((Math.floor(from / dayMs) - first) / length));
      for (let week = first + skipped * length; week * dayMs <= to; week += length) yield set(week, week + 7);
      return;
    }
    case "DAILY": {
      const skipped = Math.max(0, Math.floor((Math.floor(from / dayMs) - startDay) / rule.interval));
      for (let day = startDay + skipped * rule.interval; day * dayMs <= to; day += rule.interval)
        yield set(day, day + 1);
      return;
    }
    case "HOURLY":
    case "MINUTELY":
    case "SECONDLY":
      for (const day of days(Math.floor(from / dayMs), Math.floor(to / dayMs) + 1))
        yield* clockPeriods(rule, rule.frequency, start, day * dayMs, work);
      return;
    default:
      rule.frequency satisfies never;
  }
}

function* monthsOrYears(
  rule: Rule,
  start: number,
  from: number,
  to: number,
  set: (first: number, end: number) => number[],
): Generator<number[]> {
  const size = rule.frequency === "YEARLY" ? 12 : 1;
  const month = (wall: number): number =>
    new Date(wall).getUTCFullYear() * 12 + (size === 1 ? new Date(wall).getUTCMonth() : 0);
  const length = size * rule.interval;
  const skipped = Math.max(0, Math.floor((month(from) - month(start)) / length));
  for (let at = month(start) + skipped * length; ; at += length) {
    const first = firstOfMonth(Math.floor(at / 12), at % 12);
    if (!(first * dayMs <= to)) return;
    yield set(first, firstOfMonth(Math.floor(at / 12), (at % 12) + size));
  }
}

/** The times of day of a rule that is no finer than DAILY. */
function timesOf(rule: Rule, timeOfDay: number): number[] {
  const { hours, minutes, seconds } = rule.by;
  const clock = new Date(timeOfDay);
  return (hours ?? [clock.getUTCHours()]).flatMap((hour) =>
    (minutes ?? [clock.getUTCMinutes()]).flatMap((minute) =>
      (seconds ?? [clock.getUTCSeconds()]).map((second) => ((hour * 60 + minute) * 60 + second) * 1_000),
    ),
  );
}

/** The hours, minutes or seconds of one day that are in the rule's phase, each with what BY parts make of it. */
function* clockPeriods(
  rule: Rule,
  frequency: keyof typeof units,
  start: number,
  midnight: number,
  work: Work,
): Generator<number[]> {
  const { hours, minutes, seconds } = rule.by;
  const unit = units[frequency];
  const length = unit * rule.interval;
  const origin = Math.floor(start / unit) * unit;
  const first = origin + Math.max(0, Math.ceil((midnight - origin) / length)) * length;
  const rest = new Date(start);
  for (let at = first; at < midnight + dayMs; at += length) {
    step(work, 1);
    const clock = new Date(at);
    if (hours !== null && !hours.includes(clock.getUTCHours())) continue;
    if (frequency === "HOURLY") {
      const inner = (minutes ?? [rest.getUTCMinutes()]).flatMap((minute) =>
        (seconds ?? [rest.getUTCSeconds()]).map((second) => at + (minute * 60 + second) * 1_000),
      );
      yield inner;
      continue;
    }
    if (minutes !== null && !minutes.includes(clock.getUTCMinutes())) continue;
    if (frequency === "MINUTELY")
      yield (seconds ?? [rest.getUTCSeconds()]).map((second) => at + second * 1_000);
    else if (seconds === null || seconds.includes(clock.getUTCSeconds())) yield [at];
  }
}
