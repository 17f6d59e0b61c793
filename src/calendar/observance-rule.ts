import { dayMs } from "./date-value.ts";
import type { Rule } from "./rule.ts";

const known = new Set([
  "FREQ",
  "INTERVAL",
  "COUNT",
  "UNTIL",
  "WKST",
  "BYMONTH",
  "BYMONTHDAY",
  "BYDAY",
  "BYSETPOS",
]);
const longestRule = 200;
/** Days of a year that a rule may have to choose from: a bound on what reading it costs. */
const mostCandidates = 31;
const weekdays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
/** A rule that gives nothing for so long gives nothing at all. */
const emptyYears = 30;
const earliestYear = 1950;
const latestYear = 2100;

/** Numbers of a list; `days` with the week of the month they are in, null for any. */
type Parts = {
  readonly months: readonly number[];
  readonly dates: readonly number[] | null;
  readonly days: readonly { readonly week: number | null; readonly weekday: number }[] | null;
  readonly positions: readonly number[] | null;
};

/**
 * The wall clocks between 1950 and 2100 that a rule of a VTIMEZONE gives, without DTSTART unless it is one of them; by
 * arithmetic, because blocks are read often and may be hostile. `start` and `until` (inclusive) are wall clocks in
 * milliseconds as if UTC. Null for a rule that no time zone has (anything but a yearly one by months, dates and
 * weekdays), or more than `limit` of them.
 */
export function observanceOnsets(
  rule: Rule,
  { start, until, limit }: { readonly start: number; readonly until: number | null; readonly limit: number },
): readonly number[] | null {
  const parts = partsOf(rule, start);
  if (parts === null) return null;
  const startYear = new Date(start).getUTCFullYear();
  const skipped =
    rule.count === null ? Math.max(0, Math.ceil((earliestYear - startYear) / rule.interval)) : 0;
  const last = until ?? Number.POSITIVE_INFINITY;
  const onsets: number[] = [];
  const firstYear = startYear + skipped * rule.interval;
  for (let year = firstYear; year <= latestYear; year += rule.interval) {
    if (onsets.length === 0 && year - firstYear > emptyYears * rule.interval) return null;
    for (const day of daysOf(year, parts)) {
      const wall = day + (start - Math.floor(start / dayMs) * dayMs);
      if (wall > last || onsets.length === rule.count) return onsets;
      if (wall >= start) onsets.push(wall);
      if (onsets.length > limit) return null;
    }
  }
  return onsets;
}

function partsOf(rule: Rule, start: number): Parts | null {
  const { parts, frequency, text } = rule;
  if (frequency !== "YEARLY" || text.length > longestRule) return null;
  if ([...parts.keys()].some((key) => !known.has(key))) return null;
  const months = numbers(parts.get("BYMONTH"), 12);
  const dates = numbers(parts.get("BYMONTHDAY"), 31);
  const positions = numbers(parts.get("BYSETPOS"), 366);
  const days = daysOfWeek(parts.get("BYDAY"));
  if (months === undefined || dates === undefined || positions === undefined || days === undefined)
    return null;
  const first = new Date(start);
  const isByDate = dates !== null || days !== null;
  if (months === null && days !== null) return null;
  const found: Parts = {
    months: months ?? (isByDate ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] : [first.getUTCMonth() + 1]),
    dates: isByDate ? dates : [first.getUTCDate()],
    days,
    positions,
  };
  return candidates(found) > mostCandidates ? null : found;
}

function candidates({ months, dates, days }: Parts): number {
  const inMonth = dates?.length ?? days?.reduce((sum, { week }) => sum + (week === null ? 5 : 1), 0) ?? 1;
  return months.length * inMonth;
}

/** Null where there is no list, undefined where it cannot be read. */
function numbers(list: string | undefined, largest: number): readonly number[] | null | undefined {
  if (list === undefined) return null;
  const found = [...new Set(list.split(",").map((text) => (/^[+-]?\d{1,3}$/.test(text) ? Number(text) : 0)))];
  return found.every((one) => one !== 0 && Math.abs(one) <= largest) ? found : undefined;
}

function daysOfWeek(list: string | undefined): Parts["days"] | undefined {
  if (list === undefined) return null;
  const found = [...new Set(list.split(","))].map((text) => {
    const [, week, weekday = ""] = /^([+-]?[1-5])?(SU|MO|TU|WE|TH|FR|SA)$/.exec(text) ?? [];
    return { week: week === undefined ? null : Number(week), weekday: weekdays.indexOf(weekday) };
  });
  return found.every(({ weekday }) => weekday !== -1) ? found : undefined;
}

/** Midnights of a year, in order. */
function daysOf(year: number, { months, dates, days, positions }: Parts): readonly number[] {
  const found = months.flatMap((month) => {
    const first = Date.UTC(year, month - 1, 1);
    const length = Math.round((Date.UTC(year, month, 1) - first) / dayMs);
    const firstWeekday = (Math.floor(first / dayMs) + 4) % 7;
    const weekdayOf = (date: number): number => (((firstWeekday + date - 1) % 7) + 7) % 7;
    const onDays = (): number[] => (days ?? []).flatMap((day) => datesOn(day, length, weekdayOf));
    const chosen = dates
      ?.map((date) => (date < 0 ? length + 1 + date : date))
      .filter((date) => date >= 1 && date <= length)
      .filter((date) => days === null || onDays().includes(date));
    return [...new Set(chosen ?? onDays())].map((date) => first + (date - 1) * dayMs);
  });
  const inOrder = found.toSorted((a, b) => a - b);
  if (positions === null) return inOrder;
  return inOrder.filter(
    (_, index) => positions.includes(index + 1) || positions.includes(index - inOrder.length),
  );
}

function datesOn(
  { week, weekday }: { readonly week: number | null; readonly weekday: number },
  length: number,
  weekdayOf: (date: number) => number,
): number[] {
  const first = 1 + ((weekday - weekdayOf(1) + 7) % 7);
  const all = [0, 7, 14, 21, 28].map((days) => first + days).filter((date) => date <= length);
  return week === null ? all : all.slice(week > 0 ? week - 1 : week).slice(0, 1);
}
