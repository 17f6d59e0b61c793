const seconds = /^\d+(?:\.\d+)?$/;
const httpDate = /^(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? .*\d\d:\d\d:\d\d/;

/**
 * Milliseconds to wait according to a `Retry-After` value (RFC 9110 section 10.2.3): seconds, also with a fraction as
 * Exchange Online sends them ("2.128"), or an HTTP date. Null where the header is absent or makes no sense; never negative.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | null {
  const text = value?.trim() ?? "";
  if (seconds.test(text)) {
    const ms = Math.ceil(Number(text) * 1000);
    return Number.isSafeInteger(ms) ? ms : null;
  }
  if (!httpDate.test(text)) return null;
  // The asctime form names no zone and means UTC.
  const at = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
