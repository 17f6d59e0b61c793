import { createHash } from "node:crypto";
import { type Component, parseCalendar } from "./component.ts";
import { normalForm } from "./normal-form.ts";

/** Raised whenever the same object may have another fingerprint than before: what is recorded is then computed anew. */
export const fingerprintVersion = 3;

/**
 * Hash of what matters in a calendar object, as 64 lower-case hexadecimal digits. It does not depend on
 * UID, X-KALENDS-ID, SEQUENCE, time stamps, VTIMEZONE, calendar-level properties, defaults, bookkeeping of alarms,
 * folding, escaping or any order; a TZID, an alarm and every other property count. An unreadable text is hashed as it
 * stands.
 */
export function fingerprint(ics: string): string {
  const parsed = parseCalendar(ics);
  return parsed.kind === "unreadable" ? hash(ics) : fingerprintOf(parsed.calendar, parsed.badLines);
}

/** The same of a calendar that was read already, with the lines of its text that are no iCalendar. */
export function fingerprintOf(calendar: Component, badLines: readonly string[] = []): string {
  return hash([...calendar.children.flatMap(normalForm).toSorted(), ...badLines.toSorted()].join("\n"));
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
