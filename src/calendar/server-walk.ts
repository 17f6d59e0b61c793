import { parseRule, type Rule } from "./rule.ts";

/** The most instances that sabre/vobject walks through: with 3,500, excluded ones not counted, it gives up with a 500. */
export const mostInstances = 3_499;

/** What BYDAY may hold for sabre (RRuleIterator::parseRRule); anything else is a 500. */
const weekdays = /^(?:[+-]?[1-5]?(?:MO|TU|WE|TH|FR|SA|SU))(?:,[+-]?[1-5]?(?:MO|TU|WE|TH|FR|SA|SU))*$/;

/**
 * The rule that sabre/vobject walks when it is given this one: it looks at some parts only, and at some only in
 * company of others (RRuleIterator::nextDaily … nextYearly). Null for a rule that it refuses, or on which it stands
 * still (MINUTELY and SECONDLY). Where it looks closer than its rule says (BYSETPOS of a year), this one gives more.
 */
export function serverRule(rule: Rule): Rule | null {
  const days = rule.parts.get("BYDAY");
  if (days !== undefined && !weekdays.test(days)) return null;
  if (days !== undefined && rule.parts.has("BYWEEKNO") && /\d/.test(days)) return null;
  const seen = partsSeen(rule);
  if (seen === null) return null;
  const kept = [...rule.parts].filter(([name]) => always.has(name) || seen.includes(name));
  // An hour of a week without a day is taken on every day.
  if (rule.frequency === "WEEKLY" && rule.parts.has("BYHOUR") && days === undefined)
    kept.push(["BYDAY", "MO,TU,WE,TH,FR,SA,SU"]);
  return parseRule(kept.map(([name, value]) => `${name}=${value}`).join(";"));
}

const always: ReadonlySet<string> = new Set(["FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"]);

function partsSeen({ frequency, parts }: Rule): readonly string[] | null {
  const has = (...names: readonly string[]): boolean => names.some((name) => parts.has(name));
  switch (frequency) {
    case "SECONDLY":
    case "MINUTELY":
      return null;
    case "HOURLY":
      return [];
    case "DAILY":
      return has("BYHOUR", "BYDAY") ? ["BYHOUR", "BYDAY", "BYMONTH"] : [];
    case "WEEKLY":
      return ["BYHOUR", "BYDAY"];
    case "MONTHLY":
      return has("BYMONTHDAY", "BYDAY") ? ["BYMONTHDAY", "BYDAY", "BYSETPOS"] : [];
    case "YEARLY":
      if (has("BYMONTH")) return ["BYMONTH", "BYMONTHDAY", "BYDAY"];
      if (has("BYWEEKNO")) return ["BYWEEKNO", "BYDAY"];
      return has("BYYEARDAY") ? ["BYYEARDAY", "BYDAY"] : [];
    default:
      return frequency satisfies never;
  }
}

/** A bound, without looking at the calendar, on the starts of a rule in so many days; infinite for an hourly one. */
export function roughCount(rule: Rule, days: number): number {
  if (rule.count !== null) return rule.count;
  const times =
    (rule.by.hours?.length ?? 1) * (rule.by.minutes?.length ?? 1) * (rule.by.seconds?.length ?? 1);
  switch (rule.frequency) {
    case "DAILY":
      return times * (days / rule.interval + 1);
    case "WEEKLY":
      return times * (rule.by.weekdays?.length ?? 1) * (days / (7 * rule.interval) + 2);
    case "MONTHLY":
    case "YEARLY":
      return times * (days + 1);
    case "HOURLY":
    case "MINUTELY":
    case "SECONDLY":
      return Number.POSITIVE_INFINITY;
    default:
      return rule.frequency satisfies never;
  }
}

/** The starts in so many days that are certain without looking at the calendar: those of every so many-th day. */
export function leastCount(rule: Rule, days: number): number {
  const isPlain = rule.frequency === "DAILY" && [...rule.parts.keys()].every((name) => always.has(name));
  return isPlain ? Math.min(rule.count ?? Number.POSITIVE_INFINITY, Math.floor(days / rule.interval) + 1) : 0;
}
