import type { CalendarObject } from "../calendar/candidate.ts";
import { calendarZones } from "../calendar/calendar-zones.ts";
import { parseCalendar } from "../calendar/component.ts";
import { expand } from "../calendar/recurrence.ts";
import { meetingUidOf } from "../calendar/slot.ts";
import type { Context } from "./context.ts";
import { translateNative } from "./translate-native.ts";
import type { AccountInUse } from "./account-in-use.ts";

/**
 * The object behind a candidate, translated again from its native form: a pure function of it, so
 * nothing but the native form needs to be kept. `key` is the meeting's. Undefined when the native form no longer gives it.
 */
export function desiredObject(
  context: Context,
  entry: AccountInUse,
  native: string,
  { key, instance }: { readonly key: string; readonly instance: string | null },
): CalendarObject | undefined {
  const translation = translateNative(context, entry, native);
  if (translation.kind !== "translated") return undefined;
  // One object may hold several meetings, and several parts of one.
  const uid = meetingUidOf(key);
  return translation.events.find((event) => event.instance === instance && event.meetingUid === uid)?.object;
}

const dayMs = 86_400_000;

/** Whether a series has an occurrence whose original start is `instance` (an ISO instant, or a date for all-day). */
export function containsInstance(series: CalendarObject, instance: string, zone: string): boolean {
  const parsed = parseCalendar(series.ics);
  if (parsed.kind === "unreadable") return false;
  const original = Date.parse(instance);
  // An override may have been moved far from its original start, so the original is looked for, not the time.
  const span = { from: original - 400 * dayMs, until: original + 400 * dayMs, limit: 10_000 };
  const expansion = expand(parsed.calendar, calendarZones(parsed.calendar, zone), span);
  return (
    expansion.kind === "occurrences" &&
    expansion.occurrences.some((occurrence) => occurrence.original === original)
  );
}
