import { type Component, lineOf, mapEvents, valueOf } from "../../calendar/component.ts";
import { dated } from "../../calendar/date-value.ts";
import { firstDate } from "../../calendar/event-times.ts";
import { masterOf, overridesOf } from "../../calendar/recurrence.ts";

/**
 * Overrides with STATUS:CANCELLED become EXDATEs of the master; without a master they are left out. RECURRENCE-IDs
 * have the form of the series already (see `inSeriesForm`).
 */
export function cancelOccurrences(calendar: Component): Component {
  const cancelled = overridesOf(calendar).filter(isCancelled);
  if (cancelled.length === 0) return calendar;
  const hasMaster = masterOf(calendar) !== null;
  const originals = hasMaster ? cancelled.flatMap((event) => firstDate(event, "RECURRENCE-ID") ?? []) : [];
  const dates = originals.map((value) => dated("EXDATE", value));
  const left = new Set(cancelled);
  return mapEvents(calendar, (event) => {
    if (left.has(event)) return null;
    return lineOf(event, "RECURRENCE-ID") === null ? { ...event, lines: [...event.lines, ...dates] } : event;
  });
}

/** True for a meeting or an occurrence that was called off. */
export function isCancelled(event: Component): boolean {
  return valueOf(event, "STATUS")?.trim().toUpperCase() === "CANCELLED";
}
