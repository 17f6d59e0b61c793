import { type DateValue, dayMs } from "../../calendar/date-value.ts";

/** Lengths of the months of a year that is no leap year. */
const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Parts besides BYMONTH and BYMONTHDAY that choose days: what is skipped then depends on them. */
const others = ["BYDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"];

/**
 * A monthly or yearly rule with SKIP=FORWARD or BACKWARD (RFC 7529 4.1), which servers do not know, in words that they
 * do: the last day of a month, or days of the year. Null where it cannot be said so.
 */
export function withoutSkip(
  parts: ReadonlyMap<string, string>,
  start: DateValue,
): ReadonlyMap<string, string> | null {
  if (others.some((name) => parts.has(name))) return null;
  const begun = new Date(start.wall);
  const isMonthly = parts.get("FREQ") === "MONTHLY";
  const days = numbers(parts.get("BYMONTHDAY") ?? String(begun.getUTCDate()), 31);
  const ownMonth = begun.getUTCMonth() + 1;
  // Days of a month without one are those of each month.
  const isOfAll = isMonthly || parts.has("BYMONTHDAY");
  const usual = isOfAll ? "1,2,3,4,5,6,7,8,9,10,11,12" : String(ownMonth);
  const months = numbers(parts.get("BYMONTH") ?? usual, 12);
  if (days === null || months === null) return null;
  const kept = [...parts].filter(([name]) => !/^(?:RSCALE|SKIP|BYMONTHDAY)$/.test(name));
  const isBackward = parts.get("SKIP") === "BACKWARD";
  const isFebruary = months.every((month) => month === 2);
  if (isBackward && days.every((day) => day <= 28 || day === 31 || isFebruary)) {
    const month = isMonthly ? [] : [["BYMONTH", months.join(",")] as const];
    const ends = new Set(days.map((day) => (day <= 28 ? day : -1)));
    return new Map([...kept, ...month, ["BYMONTHDAY", [...ends].join(",")]]);
  }
  const interval = isMonthly ? Number(parts.get("INTERVAL") ?? 1) : 1;
  // Only then are they the same months every year.
  if (!(interval > 0 && 12 % interval === 0)) return null;
  const yearDays = months
    .filter((month) => (month - ownMonth) % interval === 0)
    .flatMap((month) => days.map((one) => yearDay(month, one, isBackward)));
  const yearly = kept.filter(([name]) => name !== "BYMONTH" && !(isMonthly && name === "INTERVAL"));
  if (yearDays.length === 0) return null;
  return new Map([
    ...yearly,
    ["FREQ", "YEARLY"],
    ["BYYEARDAY", [...new Set(yearDays)].toSorted((a, b) => a - b).join(",")],
  ]);
}

/** The same in every year: counted from its beginning up to February, from its end from March on. */
function yearDay(month: number, day: number, isBackward: boolean): number {
  const length = lengths[month - 1] ?? 31;
  // 29 February is the 60th day; in other years that is 1 March.
  if (month === 2 && day === 29 && !isBackward) return 60;
  // The last day of the month, leap day or not, or the first of the next.
  if (day > length) return fromEnd(month + 1) - (isBackward ? 1 : 0);
  return month <= 2 ? (month - 1) * 31 + day : fromEnd(month) + day - 1;
}

/** The first of a month (3 to 12), counted from the end of its year. */
function fromEnd(month: number): number {
  return (Date.UTC(2026, month - 1, 1) - Date.UTC(2027, 0, 1)) / dayMs;
}

function numbers(list: string, most: number): number[] | null {
  const found = list.split(",").map((text) => (/^\+?\d{1,2}$/.test(text) ? Number(text) : 0));
  return found.every((one) => one >= 1 && one <= most) ? [...new Set(found)] : null;
}
