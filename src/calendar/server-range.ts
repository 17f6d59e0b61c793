import type { CalendarZones } from "./calendar-zones.ts";
import { dayMs } from "./date-value.ts";
import type { EventTimes } from "./event-times.ts";

/** Baikal on PostgreSQL keeps times in 32 bits and refuses everything outside (instants, exclusive both ways). */
export const earliest = Date.UTC(1970, 0, 2);
export const latest = Date.UTC(2038, 0, 18);

/** The window moves on for a month before a series is looked at again. */
export const slackMs = 62 * dayMs;

/** Whether a server can keep the first occurrence; false where there is none. */
export function isInRange(times: EventTimes | null, zones: CalendarZones): boolean {
  if (times === null) return false;
  const start = zones.instant(times.start);
  return start >= earliest && start + times.length <= latest;
}
