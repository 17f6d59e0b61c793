import { parseDuration } from "../../calendar/date-value.ts";

const loose =
  /^([+-]?)P(?:T(?=[+-]?\d))?([+-]?)(?:(\d{1,9})W)?(?:(\d{1,9})D)?T?(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?$/;

/**
 * A DURATION (RFC 5545 3.3.6) as it was meant, in capitals: with its sign within, or hours, minutes and seconds without
 * a T (there are no months). Null where no duration can be made of it; the text as it is where it is one.
 */
export function readDuration(text: string): string | null {
  const written = text.trim().toUpperCase();
  if (parseDuration(written) !== null) return written;
  const [, outer = "", inner = "", weeks, days, hours, minutes, seconds] = loose.exec(written) ?? [];
  if (outer !== "" && inner !== "") return null;
  const time = part(hours, "H") + part(minutes, "M") + part(seconds, "S");
  const meant = `${outer}${inner}P${part(weeks, "W")}${part(days, "D")}${time === "" ? "" : "T"}${time}`;
  return parseDuration(meant) === null ? null : meant;
}

function part(count: string | undefined, unit: string): string {
  return count === undefined ? "" : `${count}${unit}`;
}
