import type {
  RecurrencePattern,
  RecurrencePatternType,
  RecurrenceRange,
  RecurrenceRangeType,
} from "@microsoft/microsoft-graph-types";

// All words are compared in lower case: not every version of Graph writes them alike.
const dayCodes: ReadonlyMap<string, string> = new Map([
  ["sunday", "SU"],
  ["monday", "MO"],
  ["tuesday", "TU"],
  ["wednesday", "WE"],
  ["thursday", "TH"],
  ["friday", "FR"],
  ["saturday", "SA"],
]);

const positions: ReadonlyMap<string, number> = new Map([
  ["first", 1],
  ["second", 2],
  ["third", 3],
  ["fourth", 4],
  ["last", -1],
]);

const patternTypes: ReadonlyMap<string, RecurrencePatternType> = new Map(
  (
    ["daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"] as const
  ).map((type) => [lower(type), type]),
);

const rangeTypes: ReadonlyMap<string, RecurrenceRangeType> = new Map(
  (["noEnd", "numbered", "endDate"] as const).map((type) => [lower(type), type]),
);

/** Null where the type is missing, or one that Graph may learn one day. */
function typeOf(pattern: RecurrencePattern): RecurrencePatternType | null {
  return patternTypes.get(lower(pattern.type ?? "")) ?? null;
}

/** False for a type that Graph may learn one day. */
export function isKnownPattern(pattern: RecurrencePattern): boolean {
  return typeOf(pattern) !== null;
}

function lower(word: string): string {
  return word.toLowerCase();
}

/**
 * What happens to day 29, 30 or 31 in a shorter month: `clamp` to its last day, as Outlook shows it, or
 * `skip` the month, as RFC 5545 has it.
 */
export type ShortMonths = "clamp" | "skip";

/**
 * The RRULE parts of a Graph pattern, without an end; null if the pattern cannot be read. Only the
 * properties that the type needs are looked at: Graph fills the others with zeros.
 */
export function ruleOfPattern(pattern: RecurrencePattern, shortMonths: ShortMonths): string | null {
  const parts = partsOf(pattern, shortMonths);
  const interval = pattern.interval ?? 1;
  if (parts === null || !Number.isInteger(interval) || interval < 1) return null;
  const [frequency, ...rest] = parts;
  return [frequency, ...(interval === 1 ? [] : [`INTERVAL=${interval}`]), ...rest].join(";");
}

function partsOf(pattern: RecurrencePattern, shortMonths: ShortMonths): string[] | null {
  const type = typeOf(pattern);
  switch (type) {
    case "daily":
      return ["FREQ=DAILY"];
    case "weekly": {
      const days = daysOf(pattern);
      const start = dayCodes.get(lower(pattern.firstDayOfWeek ?? "sunday"));
      return days === null || start === undefined
        ? null
        : ["FREQ=WEEKLY", `BYDAY=${days.join(",")}`, `WKST=${start}`];
    }
    case "absoluteMonthly":
      return combine(["FREQ=MONTHLY"], monthDay(pattern.dayOfMonth, null, shortMonths));
    case "relativeMonthly":
      return combine(["FREQ=MONTHLY"], relativeDay(pattern));
    case "absoluteYearly":
    case "relativeYearly": {
      const month = pattern.month ?? 0;
      if (!Number.isInteger(month) || month < 1 || month > 12) return null;
      const day =
        type === "relativeYearly" ? relativeDay(pattern) : monthDay(pattern.dayOfMonth, month, shortMonths);
      return combine(["FREQ=YEARLY", `BYMONTH=${month}`], day);
    }
    case null:
      return null;
    default:
      return type satisfies never;
  }
}

function combine(first: string[], second: string[] | null): string[] | null {
  return second === null ? null : [...first, ...second];
}

/** True for the patterns whose meaning depends on ShortMonths. */
export function dependsOnShortMonths(pattern: RecurrencePattern): boolean {
  const day = pattern.dayOfMonth ?? 0;
  const type = typeOf(pattern);
  if (type === "absoluteMonthly") return day > 28;
  return type === "absoluteYearly" && pattern.month === 2 && day > 28;
}

function monthDay(day: number | undefined, month: number | null, shortMonths: ShortMonths): string[] | null {
  if (day === undefined || !Number.isInteger(day) || day < 1 || day > 31) return null;
  const longest = month === null ? 31 : new Date(Date.UTC(2024, month, 0)).getUTCDate();
  const shortest = month === null ? 28 : new Date(Date.UTC(2023, month, 0)).getUTCDate();
  const last = Math.min(day, longest);
  if (shortMonths === "skip") return [`BYMONTHDAY=${day}`];
  if (last <= shortest) return [`BYMONTHDAY=${last}`];
  const days = [28, 29, 30, 31].filter((one) => one >= shortest && one <= last);
  return [`BYMONTHDAY=${days.join(",")}`, "BYSETPOS=-1"];
}

function relativeDay(pattern: RecurrencePattern): string[] | null {
  const days = daysOf(pattern);
  const position = positions.get(lower(pattern.index ?? "first"));
  const [only, second] = days ?? [];
  if (days === null || only === undefined || position === undefined) return null;
  // Several days mean the n-th day that is one of them, not the n-th of each.
  return second === undefined
    ? [`BYDAY=${position}${only}`]
    : [`BYDAY=${days.join(",")}`, `BYSETPOS=${position}`];
}

function daysOf(pattern: RecurrencePattern): string[] | null {
  const names = pattern.daysOfWeek ?? [];
  const days = names.flatMap((name) => dayCodes.get(lower(name)) ?? []);
  return days.length === 0 || days.length < names.length ? null : [...new Set(days)];
}

/** How a series ends: `never`, after `count` occurrences, or on `lastDay` (inclusive, midnight as if UTC). */
export type RangeEnd =
  | { readonly kind: "never" }
  | { readonly kind: "count"; readonly count: number }
  | { readonly kind: "last-day"; readonly lastDay: number };

/** Reads a Graph range's end; null if it cannot be read. */
export function endOfRange(range: RecurrenceRange): RangeEnd | null {
  const type = rangeTypes.get(lower(range.type ?? "")) ?? null;
  switch (type) {
    case "noEnd":
      return { kind: "never" };
    case "numbered": {
      const count = range.numberOfOccurrences ?? 0;
      return Number.isInteger(count) && count > 0 ? { kind: "count", count } : null;
    }
    case "endDate": {
      const date = /^\d{4}-\d\d-\d\d(?=T|$)/.exec(range.endDate ?? "")?.[0];
      const lastDay = Date.parse(`${date}T00:00:00Z`);
      return date === undefined || Number.isNaN(lastDay) ? null : { kind: "last-day", lastDay };
    }
    case null:
      return null;
    default:
      return type satisfies never;
  }
}
