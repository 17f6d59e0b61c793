import type { GraphEvent } from "./native.ts";

/** The `occurrenceId` of an event, in either of the spellings that are sent; null if there is none. */
export function occurrenceIdOf(event: GraphEvent): string | null {
  return event.occurrenceId ?? event.OccurrenceId ?? null;
}

/**
 * The day (`yyyy-mm-dd`, in the series' zone) of an id `OID.<master>.<yyyy-mm-dd>`, which may have a time
 * behind it; null if it has none.
 */
export function dayOfOccurrenceId(id: string | null | undefined): string | null {
  const day = /^OID\..*\.(\d{4}-\d\d-\d\d)(?:T[\d:]*(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)?$/s.exec(id ?? "")?.[1];
  return day === undefined || Number.isNaN(Date.parse(day)) ? null : day;
}
