import type { CalendarZones } from "../../calendar/calendar-zones.ts";
import { type DateValue, dayMs } from "../../calendar/date-value.ts";
import { untilWall } from "../../calendar/recurrence.ts";
import { parseRule, ruleStarts } from "../../calendar/rule.ts";

/** More than this many occurrences are not written down one by one, nor looked through to take a series apart. */
export const mostListed = 2_000;
const mostStarts = 20_000;

/** Starts of a rule (wall clocks, in order) up to `to`; null where it cannot be expanded or has too many. */
export function startsOf(
  text: string,
  start: DateValue,
  zones: CalendarZones,
  to: number,
  withStart = true,
): readonly number[] | null {
  const rule = parseRule(text);
  if (rule === null) return null;
  const until = untilWall(rule, start, zones);
  const request = { start: start.wall, until, from: start.wall, to, limit: mostStarts, withStart };
  const found = ruleStarts(rule, request);
  return found.kind === "starts" ? found.walls : null;
}

const weekdays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/** A weekly rule's BYDAY some days later; of others the text as it is (whoever asks compares the starts). */
export function onOtherDays(text: string, days: number): string {
  if (!/(?:^|;)FREQ=WEEKLY(?:;|$)/.test(text)) return text;
  return text.replace(/(^|;)BYDAY=([A-Z,]+)/, (_, before: string, list: string) => {
    const moved = list
      .split(",")
      .map((day) => weekdays[(((weekdays.indexOf(day) + days) % 7) + 7) % 7] ?? day);
    return `${before}BYDAY=${moved.join(",")}`;
  });
}

/**
 * Whether sabre/vobject can walk through a rule: it fails at some parts that RFC 5545 allows, never ends with others,
 * and walks through every day or hour where it does not know the part that thins them out.
 */
export function isWalkable(text: string, start: DateValue, until: number): boolean {
  const rule = parseRule(text);
  if (rule === null) return true;
  const { frequency, parts } = rule;
  const has = (...names: readonly string[]): boolean => names.some((name) => parts.has(name));
  const byDay = parts.get("BYDAY") ?? "";
  if (/[+-]?(?:[6-9]|\d\d)[A-Z]/.test(byDay)) return false;
  if (frequency === "MINUTELY" || frequency === "SECONDLY") return false;
  if (frequency === "WEEKLY" && has("BYHOUR") && !has("BYDAY")) return false;
  // It takes the weekday of another day.
  if (has("BYYEARDAY") && has("BYDAY")) return false;
  const isThinned = has("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS");
  const days = (until - start.wall) / dayMs;
  if (frequency === "HOURLY") return !(isThinned || has("BYDAY", "BYHOUR")) || days * 24 < 3_000;
  return frequency !== "DAILY" || !isThinned || has("BYDAY", "BYHOUR") || days < 3_000;
}
