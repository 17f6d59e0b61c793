import { RRuleTemporal } from "rrule-temporal";
import { dayMs } from "./date-value.ts";

/** A readable RRULE. `text` is what stood there; `parts` its parts in upper case. */
export type Rule = {
  readonly text: string;
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count: number | null;
  /** As it stands: a DATE or DATE-TIME. */
  readonly until: string | null;
  readonly parts: ReadonlyMap<string, string>;
};

type Frequency = "YEARLY" | "MONTHLY" | "WEEKLY" | "DAILY" | "HOURLY" | "MINUTELY" | "SECONDLY";

/** How far one request to the expander may reach: the finer the rule, the shorter. */
const reach: Readonly<Record<Frequency, number>> = {
  YEARLY: 36_500 * dayMs,
  MONTHLY: 36_500 * dayMs,
  WEEKLY: 36_500 * dayMs,
  DAILY: 3_650 * dayMs,
  HOURLY: 100 * dayMs,
  MINUTELY: 2 * dayMs,
  SECONDLY: dayMs / 24,
};

const mostRequests = 500;

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
  return { text, frequency, interval, count, until: parts.get("UNTIL") ?? null, parts };
}

function isFrequency(text: string): text is Frequency {
  return Object.hasOwn(reach, text);
}

function wholeNumber(text: string): number | null {
  return /^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : null;
}

/** Wall clocks of a rule, or why there are none: more than the limit, or a rule that cannot be expanded. */
export type RuleStarts =
  | { readonly kind: "starts"; readonly walls: readonly number[] }
  | { readonly kind: "too-many" }
  | { readonly kind: "unsupported" };

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
  const to = Math.min(request.to, request.until ?? request.to);
  const walls: number[] = [];
  let from = Math.max(request.from, request.start);
  if (to < from) return { kind: "starts", walls };
  try {
    const expander = new RRuleTemporal({
      rruleString: [...rule.parts]
        .flatMap(([key, value]) => (key === "UNTIL" ? [] : `${key}=${value}`))
        .join(";"),
      dtstart: asUtc(request.start),
      tzid: "UTC",
      includeDtstart: request.withStart ?? true,
      maxIterations: 100_000,
    });
    for (let requests = 0; from <= to; requests++) {
      if (requests === mostRequests) return { kind: "too-many" };
      const end = Math.min(from + reach[rule.frequency], to);
      for (const start of expander.between(asUtc(from), asUtc(end), true))
        walls.push(start.epochMilliseconds);
      if (walls.length > request.limit) return { kind: "too-many" };
      from = end + 1;
    }
  } catch {
    return { kind: "unsupported" };
  }
  return { kind: "starts", walls: [...new Set(walls)].toSorted((a, b) => a - b) };
}

function asUtc(wall: number): { timeZoneId: string; toString(): string } {
  const text = `${new Date(wall).toISOString()}[UTC]`;
  return { timeZoneId: "UTC", toString: () => text };
}
