const seconds = /^\d+(?:\.\d+)?$/;
const httpDate = /^(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? .*\d\d:\d\d:\d\d/;

/**
 * The most that a server is obeyed. One that asks for a year, or whose date is read by a clock that is wrong by one,
 * must not stop a calendar for as long: it is asked again after an hour, which is no burden to anybody.
 */
export const longestRetryAfterMs = 3_600_000;

/**
 * Milliseconds to wait according to a `Retry-After` value (RFC 9110 section 10.2.3): seconds, also with a fraction as
 * Exchange Online sends them ("2.128"), or an HTTP date. Null where the header is absent or makes no sense; never negative,
 * never more than `longestRetryAfterMs`.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | null {
  const text = value?.trim() ?? "";
  if (seconds.test(text)) {
    const ms = Math.ceil(Number(text) * 1000);
    return Number.isSafeInteger(ms) ? Math.min(ms, longestRetryAfterMs) : null;
  }
  if (!httpDate.test(text)) return null;
  // The asctime form names no zone and means UTC.
  const at = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - now), longestRetryAfterMs);
}
