import { type ContentLine, contentLine, parameterOf } from "../../calendar/content-line.ts";
import {
  type DateValue,
  dateParameters,
  formatDateValue,
  parseDateValue,
} from "../../calendar/date-value.ts";

const loose =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)? ?(?:(Z)|([+-])(\d{2}):?(\d{2}))?)?$/;

/**
 * A date or time as it was meant: in small letters, with the dashes, colons, fractions and offsets of ISO 8601,
 * without seconds, at 24 o'clock. Null where no date can be made of it.
 */
export function readDate(text: string, tzid: string | null): DateValue | null {
  const strict = parseDateValue(text, tzid);
  if (strict !== null) return strict;
  const match = loose.exec(text.trim().toUpperCase());
  if (match === null) return null;
  const [, year = "", month = "", day = "", hour, minute = "", second = "00", z, sign, hours, minutes] =
    match;
  const date = `${year}${month}${day}`;
  if (hour === undefined) return parseDateValue(date, tzid);
  const isMidnight = hour === "24" && minute === "00";
  const basic = `${date}T${isMidnight ? "00" : hour}${minute}${second}${z ?? ""}`;
  const value = parseDateValue(basic, sign === undefined ? tzid : null);
  if (value === null) return null;
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000 * (sign === "-" ? -1 : 1);
  const wall = value.wall + (isMidnight ? 86_400_000 : 0) - offset;
  return sign === undefined ? { ...value, wall } : { form: "utc", wall };
}

/** All values of a line, each read by itself; null for those that cannot be. */
export function readDates(line: ContentLine): (DateValue | null)[] {
  const tzid = parameterOf(line, "TZID");
  return line.value.split(",").map((text) => readDate(text, tzid));
}

/** The line with this value and the parameters that go with it; as it stood where it says just that. */
export function dateLine(given: ContentLine, value: DateValue): ContentLine {
  const text = formatDateValue(value);
  const wanted = dateParameters(value);
  const stated = parameterOf(given, "VALUE")?.toUpperCase() ?? null;
  const isTyped = value.form === "date" ? stated === "DATE" : stated === null || stated === "DATE-TIME";
  if (given.value === text && isTyped && (parameterOf(given, "TZID") ?? undefined) === wanted["TZID"])
    return given;
  const others = given.params.filter((one) => one.name !== "VALUE" && one.name !== "TZID");
  const params = Object.fromEntries(others.map((one) => [one.name, one.values]));
  return contentLine(given.name, text, { ...wanted, ...params });
}
