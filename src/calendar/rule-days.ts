import { dayMs } from "./date-value.ts";
import type { RuleParts } from "./rule-parts.ts";

/** Days are whole days since 1970-01-01, which was a Thursday. */
type Day = number;

/** A year and a month, from 0; the month may lie beyond its year. */
export function firstOfMonth(year: number, month: number): Day {
  return Date.UTC(year, month, 1) / dayMs;
}

/** 0 is Sunday. */
export function weekdayOf(day: Day): number {
  return (((day + 4) % 7) + 7) % 7;
}

export type DayFilterInput = {
  readonly parts: RuleParts;
  readonly frequency: string;
  /** Where the rule leaves something open, the day of the start decides. */
  readonly start: Day;
};

/** Whether a day is one of a rule, apart from INTERVAL and BYSETPOS (RFC 5545 3.3.10, the table of expansions). */
export function dayFilter({ parts, frequency, start }: DayFilterInput): (day: Day) => boolean {
  const { months, weekNumbers, yearDays, monthDays, weekdays } = parts;
  const isYearly = frequency === "YEARLY";
  const isMonthly = frequency === "MONTHLY";
  const begun = new Date(start * dayMs);
  const hasDay = weekNumbers !== null || yearDays !== null || monthDays !== null || weekdays !== null;
  const ownMonth = isYearly && !hasDay && months === null ? begun.getUTCMonth() + 1 : null;
  const ownMonthDay =
    (isYearly && !hasDay) || (isMonthly && monthDays === null && weekdays === null)
      ? begun.getUTCDate()
      : null;
  const isByWeek = isYearly && weekNumbers !== null && yearDays === null && monthDays === null;
  const ownWeekday = weekdays === null && (isByWeek || frequency === "WEEKLY") ? weekdayOf(start) : null;
  const isInMonth = isMonthly || months !== null;
  return (day) => {
    const date = new Date(day * dayMs);
    const year = date.getUTCFullYear();
    const month = date.getUTCMonth();
    if (months !== null && !months.includes(month + 1)) return false;
    if (ownMonth !== null && month + 1 !== ownMonth) return false;
    if (ownMonthDay !== null && date.getUTCDate() !== ownMonthDay) return false;
    if (ownWeekday !== null && weekdayOf(day) !== ownWeekday) return false;
    if (
      monthDays !== null &&
      !isListed(monthDays, day, firstOfMonth(year, month), firstOfMonth(year, month + 1))
    )
      return false;
    if (yearDays !== null && !isListed(yearDays, day, firstOfMonth(year, 0), firstOfMonth(year + 1, 0)))
      return false;
    if (weekNumbers !== null && !isWeekListed(weekNumbers, day, year, parts.weekStart)) return false;
    if (weekdays === null) return true;
    const from = firstOfMonth(year, isInMonth ? month : 0);
    const until = isInMonth ? firstOfMonth(year, month + 1) : firstOfMonth(year + 1, 0);
    const weekday = weekdayOf(day);
    return weekdays.some((one) => {
      if (one.weekday !== weekday) return false;
      if (one.nth === 0 || !(isYearly || isMonthly)) return true;
      return (
        one.nth === Math.floor((day - from) / 7) + 1 || one.nth === -Math.floor((until - 1 - day) / 7) - 1
      );
    });
  };
}

/** Whether the day's number in a span, from either end, is on the list. */
function isListed(list: readonly number[], day: Day, from: Day, until: Day): boolean {
  return list.includes(day - from + 1) || list.includes(day - until);
}

function isWeekListed(list: readonly number[], day: Day, year: number, weekStart: number): boolean {
  const next = firstWeek(year + 1, weekStart);
  const own = firstWeek(year, weekStart);
  const from = day >= next ? next : day >= own ? own : firstWeek(year - 1, weekStart);
  const until = day >= next ? firstWeek(year + 2, weekStart) : day >= own ? next : own;
  const week = Math.floor((day - from) / 7);
  return list.includes(week + 1) || list.includes(week - (until - from) / 7);
}

/** First day of the week that holds 4 January. */
function firstWeek(year: number, weekStart: number): Day {
  const fourth = firstOfMonth(year, 0) + 3;
  return fourth - ((weekdayOf(fourth) - weekStart + 7) % 7);
}
