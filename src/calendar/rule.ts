import { type RuleParts, readParts } from "./rule-parts.ts";
import { periodStarts, TooMuchWork } from "./rule-periods.ts";

/** A readable RRULE. `text` is what stood there; `parts` its parts in upper case. */
export type Rule = {
  readonly text: string;
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count: number | null;
  /** As it stands: a DATE or DATE-TIME. */
  readonly until: string | null;
  readonly parts: ReadonlyMap<string, string>;
  readonly by: RuleParts;
};

const frequencies = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"] as const;
type Frequency = (typeof frequencies)[number];

/** Reads an RRULE value; null if it is none that can be expanded. */
export function parseRule(text: string): Rule | null {
  const parts = new Map<string, string>();
  for (const part of text.toUpperCase().split(";")) {
    const [key = "", value = "", ...more] = part.split("=").map((piece) => piece.trim());
    if (key === "" && value === "") continue;
    if (value === "" || more.length > 0 || parts.has(key)) return null;
    parts.set(key, value);
  }
  const frequency = parts.get("FREQ") ?? "";
  const interval = wholeNumber(parts.get("INTERVAL") ?? "1");
  const count = parts.has("COUNT") ? wholeNumber(parts.get("COUNT") ?? "") : null;
  if (!isFrequency(frequency) || interval === null || (parts.has("COUNT") && count === null)) return null;
  if (!isGregorian(parts)) return null;
  const by = readParts(parts);
  return by === null
    ? null
    : { text, frequency, interval, count, until: parts.get("UNTIL") ?? null, parts, by };
}

/** The rule without the parts that mean nothing where the start is a day (RFC 5545 3.3.10: they are ignored). */
export function withoutClock(rule: Rule): Rule {
  const names = ["BYHOUR", "BYMINUTE", "BYSECOND"];
  if (!names.some((name) => rule.parts.has(name))) return rule;
  const parts = new Map([...rule.parts].filter(([name]) => !names.includes(name)));
  return { ...rule, parts, by: { ...rule.by, hours: null, minutes: null, seconds: null } };
}

function isFrequency(text: string): text is Frequency {
  return frequencies.some((one) => one === text);
}

/** RFC 7529 brings other calendars and other ways with days that a month has not: none of them can be expanded. */
function isGregorian(parts: ReadonlyMap<string, string>): boolean {
  return (parts.get("RSCALE") ?? "GREGORIAN") === "GREGORIAN" && (parts.get("SKIP") ?? "OMIT") === "OMIT";
}

function wholeNumber(text: string): number | null {
  return /^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : null;
}

/** Wall clocks of a rule; none if they are more than the limit, or more work than is reasonable. */
export type RuleStarts =
  | { readonly kind: "starts"; readonly walls: readonly number[] }
  | { readonly kind: "too-many" };

export type RuleRequest = {
  /** DTSTART's wall clock; the first start, as servers and phones have it (see `withStart`). */
  readonly start: number;
  /** UNTIL as a wall clock, inclusive; null for none. */
  readonly until: number | null;
  /** Wall clocks; both inclusive. */
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  /** False: DTSTART is a start only where the rule gives it (the default is that it always is). */
  readonly withStart?: boolean;
};

/**
 * Expands a rule between two wall clocks, in order. Wall clocks that a zone skips are among them, as in
 * Exchange, iOS and sabre (RFC 5545 would drop them).
 */
export function ruleStarts(rule: Rule, request: RuleRequest): RuleStarts {
  const { start, limit } = request;
  const to = Math.min(request.to, request.until ?? request.to);
  const walls: number[] = [];
  const withStart = request.withStart ?? true;
  // A count is counted from the start; without one, whatever lies before the span can be passed over.
  let left = rule.count ?? Number.POSITIVE_INFINITY;
  const from = rule.count === null ? Math.max(request.from, start) : start;
  const take = (wall: number): boolean => {
    left--;
    if (wall >= request.from) walls.push(wall);
    return left > 0 && walls.length <= limit;
  };
  if (to < Math.max(request.from, start)) return { kind: "starts", walls };
  try {
    if (withStart && from <= start && !take(start)) return ended(walls, limit);
    for (const wall of periodStarts(rule, start, from, to)) {
      if (withStart && wall === start) continue;
      if (!take(wall)) break;
    }
  } catch (error) {
    if (error instanceof TooMuchWork) return { kind: "too-many" };
    throw error;
  }
  return ended(walls, limit);
}

function ended(walls: readonly number[], limit: number): RuleStarts {
  return walls.length > limit ? { kind: "too-many" } : { kind: "starts", walls };
}
