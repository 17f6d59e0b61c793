import { dayMs, dayOf, parseWall } from "./local-time.ts";

const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;
const indexes = ["first", "second", "third", "fourth", "last"] as const;

/** The last day that Exchange can store: 4500-08-31. */
const lastDay = dayOf(Date.UTC(4500, 7, 31));

export type DayOfWeek = (typeof weekdays)[number];

/** Graph's recurrencePattern, as it is sent. */
export type RecurrencePattern = {
  readonly type:
    | "daily"
    | "weekly"
    | "absoluteMonthly"
    | "relativeMonthly"
    | "absoluteYearly"
    | "relativeYearly";
  readonly interval: number;
  readonly daysOfWeek?: readonly DayOfWeek[];
  readonly firstDayOfWeek?: DayOfWeek;
  readonly dayOfMonth?: number;
  readonly month?: number;
  readonly index?: (typeof indexes)[number];
};

/** Graph's recurrenceRange, as it is sent. Dates are local to `recurrenceTimeZone`. */
export type RecurrenceRange = {
  readonly type: "endDate" | "noEnd" | "numbered";
  readonly startDate: string;
  readonly endDate?: string;
  readonly numberOfOccurrences?: number;
  readonly recurrenceTimeZone?: string;
};

export type Recurrence = { readonly pattern: RecurrencePattern; readonly range: RecurrenceRange };

/** What becomes of day 31 in a short month: Outlook takes the last day; a plain BYMONTHDAY would skip. */
export type MonthEnd = "clamp" | "skip";

/** A pattern cut into numbered periods (days, weeks, months, years of the interval), each with its dates. */
type Periods = {
  datesOf(period: number): number[];
  startOf(period: number): number;
  of(day: number): number;
};

/**
 * The days of a recurrence between two day numbers, both inclusive, in order. The day of `startDate` need
 * not be one of them: the first occurrence is the first match.
 */
export function* expandDays(
  recurrence: Recurrence,
  from: number,
  until: number,
  monthEnd: MonthEnd,
): Generator<number> {
  const { pattern, range } = recurrence;
  const first = dayOf(parseWall(range.startDate));
  const end = range.type === "endDate" ? dayOf(parseWall(range.endDate ?? "")) : lastDay;
  const stop = Math.min(until, end);
  const periods = periodsOf(pattern, first, monthEnd);
  let remaining = range.type === "numbered" ? (range.numberOfOccurrences ?? 0) : Number.POSITIVE_INFINITY;
  // A numbered series has to be counted from its start; all others may begin near the window.
  let period = range.type === "numbered" ? 0 : Math.max(0, periods.of(Math.max(from, first)) - 1);
  for (; periods.startOf(period) <= stop; period += 1) {
    for (const day of periods.datesOf(period)) {
      if (day < first) continue;
      if (day > stop || remaining === 0) return;
      remaining -= 1;
      if (day >= from) yield day;
    }
  }
}

function periodsOf(pattern: RecurrencePattern, first: number, monthEnd: MonthEnd): Periods {
  const { interval } = pattern;
  const wanted = new Set((pattern.daysOfWeek ?? []).map((name) => weekdays.indexOf(name)));
  switch (pattern.type) {
    case "daily":
      return linear(first, interval, (start) => [start]);
    case "weekly": {
      const lead = (weekdayOf(first) - weekdays.indexOf(pattern.firstDayOfWeek ?? "sunday") + 7) % 7;
      return linear(first - lead, interval * 7, (start) =>
        [0, 1, 2, 3, 4, 5, 6].map((offset) => start + offset).filter((day) => wanted.has(weekdayOf(day))),
      );
    }
    case "absoluteMonthly":
      return monthly(first, interval, (month) => absoluteDay(month, pattern.dayOfMonth ?? 1, monthEnd));
    case "relativeMonthly":
      return monthly(first, interval, (month) => relativeDay(month, wanted, pattern.index ?? "first"));
    case "absoluteYearly":
      return yearly(first, pattern, (month) => absoluteDay(month, pattern.dayOfMonth ?? 1, monthEnd));
    case "relativeYearly":
      return yearly(first, pattern, (month) => relativeDay(month, wanted, pattern.index ?? "first"));
    default:
      throw new Error(`"${String(pattern.type satisfies never)}" is not a recurrence pattern of Graph.`);
  }
}

function linear(first: number, step: number, dates: (start: number) => number[]): Periods {
  return {
    startOf: (period) => first + period * step,
    datesOf: (period) => dates(first + period * step),
    of: (day) => Math.floor((day - first) / step),
  };
}

/** Months are counted from year 0. */
function monthly(first: number, interval: number, date: (month: number) => number | null): Periods {
  const origin = monthOf(first);
  return {
    startOf: (period) => monthStart(origin + period * interval),
    datesOf: (period) => toList(date(origin + period * interval)),
    of: (day) => Math.floor((monthOf(day) - origin) / interval),
  };
}

function yearly(first: number, pattern: RecurrencePattern, date: (month: number) => number | null): Periods {
  const origin = Math.floor(monthOf(first) / 12) * 12 + (pattern.month ?? 1) - 1;
  const step = pattern.interval * 12;
  return {
    startOf: (period) => monthStart(origin + period * step),
    datesOf: (period) => toList(date(origin + period * step)),
    of: (day) => Math.floor((monthOf(day) - origin) / step),
  };
}

function toList(day: number | null): number[] {
  return day === null ? [] : [day];
}

function absoluteDay(month: number, dayOfMonth: number, monthEnd: MonthEnd): number | null {
  const length = monthStart(month + 1) - monthStart(month);
  if (dayOfMonth > length && monthEnd === "skip") return null;
  return monthStart(month) + Math.min(dayOfMonth, length) - 1;
}

/** The n-th day of the month that is any of the wanted weekdays. */
function relativeDay(
  month: number,
  wanted: ReadonlySet<number>,
  index: (typeof indexes)[number],
): number | null {
  const start = monthStart(month);
  const matches = Array.from({ length: monthStart(month + 1) - start }, (_, offset) => start + offset).filter(
    (day) => wanted.has(weekdayOf(day)),
  );
  return (index === "last" ? matches.at(-1) : matches[indexes.indexOf(index)]) ?? null;
}

function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

function monthOf(day: number): number {
  const date = new Date(day * dayMs);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function monthStart(month: number): number {
  return Date.UTC(Math.floor(month / 12), month % 12, 1) / dayMs;
}
