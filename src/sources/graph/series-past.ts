import {
  type GraphEvent,
  type GraphInstance,
  type GraphInstances,
  type GraphSeries,
  typeOf,
} from "./native.ts";
import { dayOfOccurrenceId, occurrenceIdOf } from "./occurrence-id.ts";
import { instantOf } from "./translate/graph-time.ts";

const dayMs = 86_400_000;
/** What lies further back than this before the window is forgotten. */
const longestPastMs = 3 * 365 * dayMs;

/** What the instances of a series tell of it. */
export type InstancesRead = {
  readonly instances: GraphInstances;
  /** Those that were found among the instances; null where Graph gave its own list. */
  readonly exceptions: readonly GraphEvent[] | null;
};

/**
 * A new read of instances, with what the one staged before told of the days before its window: otherwise every window
 * that moves on would bring back what was cancelled there, and lose what was changed. Only while the series recurs as
 * it did then, and where no time lies between the two windows.
 */
export function withPast(read: InstancesRead, master: GraphEvent, before: GraphSeries | null): InstancesRead {
  const old = before?.instances ?? null;
  if (before === null || old === null || !isSameRecurrence(master, before.master)) return read;
  const from = Date.parse(read.instances.window.from);
  const begins = Math.max(Date.parse(old.window.from), from - longestPastMs);
  if (!(begins < from && from <= Date.parse(old.window.until))) return read;
  if (old.items.some((item) => spanOf(item) === null)) return read;
  const seen = new Set(read.instances.items.map(({ id }) => id));
  const isPast = (event: GraphInstance): boolean => {
    const span = spanOf(event);
    if (span === null || (event.id !== undefined && seen.has(event.id))) return false;
    // Where whole days begin depends on a zone. Of all others, what reaches into the window had to be in the answer.
    const isBefore = span.start < from && (master.isAllDay === true || span.end <= from);
    return isBefore && (span.end > begins || span.start >= begins);
  };
  const window = { ...read.instances.window, from: new Date(begins).toISOString() };
  // Behind those of the window, which come first where there are too many.
  const items = [...read.instances.items, ...old.items.filter(isPast)];
  return { instances: { window, items }, exceptions: exceptionsWithPast(read, before, isPast) };
}

function exceptionsWithPast(
  { instances, exceptions }: InstancesRead,
  before: GraphSeries,
  isPast: (event: GraphInstance) => boolean,
): readonly GraphEvent[] | null {
  if (exceptions === null) return null;
  const known = new Map(before.instances?.items.map((item) => [item.id, item]));
  const unchanged = new Set(
    instances.items.filter((item) => typeOf(item) !== "exception").map((item) => spanOf(item)?.start),
  );
  const past = before.exceptions.filter((exception) => {
    const original = originalOf(exception);
    // One whose occurrence is inside the window, and there again, was undone.
    return isPast(known.get(exception.id) ?? exception) && (original === null || !unchanged.has(original));
  });
  return [...exceptions, ...past];
}

/** Instants; null where the start cannot be read. */
function spanOf({ start, end }: GraphInstance): { readonly start: number; readonly end: number } | null {
  const begins = instantOf(start);
  return begins === null ? null : { start: begins, end: Math.max(begins, instantOf(end) ?? begins) };
}

function originalOf(exception: GraphEvent): number | null {
  const text = exception.originalStart ?? dayOfOccurrenceId(occurrenceIdOf(exception));
  const at = Date.parse(text ?? "");
  return Number.isNaN(at) ? null : at;
}

function isSameRecurrence(a: GraphEvent, b: GraphEvent): boolean {
  return a.id === b.id && timesOf(a) === timesOf(b);
}

function timesOf({ recurrence, start, end, isAllDay }: GraphEvent): string {
  return JSON.stringify([recurrence, start, end, isAllDay]);
}
