import { type ContentLine, contentLine, parameterOf } from "./content-line.ts";

/**
 * A DATE or DATE-TIME value (RFC 5545 3.3.4, 3.3.5). `wall` is the wall clock in milliseconds as if it
 * were UTC, midnight for a date; of a `utc` value it is the instant itself.
 */
export type DateValue =
  | { readonly form: "date"; readonly wall: number }
  | { readonly form: "floating"; readonly wall: number }
  | { readonly form: "utc"; readonly wall: number }
  | { readonly form: "zoned"; readonly wall: number; readonly tzid: string };

const shape = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?$/;

/** Reads one value; null if it is no date of the calendar. `tzid` is the line's parameter. */
export function parseDateValue(text: string, tzid: string | null): DateValue | null {
  const match = shape.exec(text.trim());
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  // A leap second is the second before it: no clock of ours knows the 60th.
  const iso = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, Math.min(second ?? 0, 59));
  const date = new Date(iso);
  const valid =
    (year ?? 0) >= 100 &&
    date.getUTCMonth() + 1 === month &&
    date.getUTCDate() === day &&
    (hour ?? 0) < 24 &&
    (minute ?? 0) < 60 &&
    (second ?? 0) <= 60;
  if (!valid) return null;
  if (match[4] === undefined) return { form: "date", wall: iso };
  if (match[7] === "Z") return { form: "utc", wall: iso };
  return tzid === null || tzid === "" ? { form: "floating", wall: iso } : { form: "zoned", wall: iso, tzid };
}

/** The values of DTSTART, DTEND, RECURRENCE-ID (one) or EXDATE, RDATE (several); null if one is no date. */
export function dateValuesOf(line: ContentLine): DateValue[] | null {
  const tzid = parameterOf(line, "TZID");
  const values = line.value
    .split(",")
    // A PERIOD of an RDATE begins with its start.
    .map((part) => parseDateValue(part.split("/")[0] ?? "", tzid));
  return values.every((value) => value !== null) ? values : null;
}

/** `20260105T090000`, with `Z` for a `utc` value, `20260105` for a date. */
export function formatDateValue(value: DateValue): string {
  const basic = new Date(value.wall).toISOString().replace(/[-:]|\.\d+/g, "");
  switch (value.form) {
    case "date":
      return basic.slice(0, 8);
    case "utc":
      return basic;
    case "floating":
    case "zoned":
      return basic.slice(0, 15);
    default:
      return value satisfies never;
  }
}

/** The parameters that go with a value on its line. */
export function dateParameters(value: DateValue): Record<string, string> {
  if (value.form === "date") return { VALUE: "DATE" };
  return value.form === "zoned" ? { TZID: value.tzid } : {};
}

/** A line of one date or time. */
export function dated(name: string, value: DateValue): ContentLine {
  return contentLine(name, formatDateValue(value), dateParameters(value));
}

/** True if two values are of one form and, with a zone, of one TZID: their wall clocks can be compared. */
export function isOnSameClock(a: DateValue, b: DateValue): boolean {
  return a.form === b.form && (a.form !== "zoned" || b.form !== "zoned" || a.tzid === b.tzid);
}

const durationShape =
  /^([+-]?)P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/;

/** Nothing lasts longer than a century; dates beyond the year 9999 cannot be written. */
const longestDays = 36_525;

/** A DURATION in milliseconds: whole days (nominal) and the rest (exact); null if it is none, or too long for one. */
export function parseDuration(text: string): { readonly days: number; readonly ms: number } | null {
  const match = durationShape.exec(text.trim());
  if (match === null || !/\d/.test(text)) return null;
  const [weeks, days, hours, minutes, seconds] = match.slice(2).map((part) => Number(part ?? 0));
  const sign = match[1] === "-" ? -1 : 1;
  const whole = (weeks ?? 0) * 7 + (days ?? 0);
  const rest = (hours ?? 0) * 3_600_000 + (minutes ?? 0) * 60_000 + (seconds ?? 0) * 1_000;
  return whole + rest / dayMs > longestDays ? null : { days: sign * whole, ms: sign * rest };
}

export const dayMs = 86_400_000;
