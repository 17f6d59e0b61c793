import type { ResolveContext } from "./resolve-context.ts";

/** The owner's zone; UTC stands in for one that is missing or unknown (which has been reported). */
export function resolveTimezone(context: ResolveContext, written: string | undefined): string {
  if (written === undefined) return "UTC";
  const known = canonicalZone(written);
  if (known !== undefined) return known;
  context.reporter.error(["timezone"], "unknown time zone", {
    found: true,
    allowed: "an IANA name such as America/New_York",
    words: Intl.supportedValuesOf("timeZone"),
  });
  return "UTC";
}

/** The zone as written, in the usual spelling; undefined for what is no IANA name (`+02:00` is none). */
function canonicalZone(written: string): string | undefined {
  if (!/^[A-Za-z]/.test(written)) return undefined;
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: written }).resolvedOptions();
    const miswritten = written === written.toLowerCase() || timeZone.toLowerCase() === written.toLowerCase();
    return miswritten ? timeZone : written;
  } catch {
    return undefined;
  }
}
