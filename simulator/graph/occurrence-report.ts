import { occurrenceId } from "./ids.ts";
import { spanOn } from "./instances.ts";
import type { Instance } from "./instances.ts";
import { dayOf, formatDay } from "./local-time.ts";

/** An occurrence or single event as it truly is, for comparing with what a client made of it. */
export type ReportedOccurrence = {
  /** Immutable and default id. */
  readonly id: string;
  readonly defaultId: string;
  /** Immutable id of the series, or null. */
  readonly seriesMasterId: string | null;
  readonly type: "singleInstance" | "occurrence" | "exception";
  /** Of the single event or the whole series. */
  readonly iCalUId: string;
  readonly subject: string;
  readonly isAllDay: boolean;
  /** ISO 8601 instants; dates (`yyyy-mm-dd`, end exclusive) for all-day events. */
  readonly start: string;
  readonly end: string;
  /** In the same form; null for single events. */
  readonly originalStart: string | null;
  readonly isCancelled: boolean;
  readonly showAs: string;
  readonly sensitivity: string;
};

/** Describes what stands in a view. */
export function reportOccurrence(instance: Instance): ReportedOccurrence {
  const { item, day, exception, span } = instance;
  const content = { ...item.content, ...exception?.content };
  const time = (instant: number, wall: number): string =>
    item.isAllDay ? formatDay(dayOf(wall)) : new Date(instant).toISOString();
  const original = day === null ? null : spanOn(item, day);
  return {
    id: day === null ? item.immutableId : occurrenceId(item.immutableId, day),
    defaultId: day === null ? item.id : occurrenceId(item.id, day),
    seriesMasterId: day === null ? null : item.immutableId,
    type: day === null ? "singleInstance" : exception === null ? "occurrence" : "exception",
    iCalUId: item.iCalUId,
    subject: content.subject,
    isAllDay: item.isAllDay,
    start: time(span.start, span.startWall),
    end: time(span.end, span.endWall),
    originalStart: original === null ? null : time(original.start, original.startWall),
    isCancelled: content.isCancelled,
    showAs: content.showAs,
    sensitivity: content.sensitivity,
  };
}
