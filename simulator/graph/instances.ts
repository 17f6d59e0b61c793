import { dayMs, dayOf, toInstants } from "./local-time.ts";
import type { Exception, Folder, Item, Span } from "./model.ts";
import { expandDays } from "./recurrence.ts";
import type { MonthEnd } from "./recurrence.ts";

/** A thing that stands in a calendar view: a single event, an occurrence or an exception. */
export type Instance = {
  readonly item: Item;
  /** Day number of the original start in the series' zone; null for a single event. */
  readonly day: number | null;
  readonly span: Span;
  readonly exception: Exception | null;
};

type View = {
  readonly from: number;
  readonly until: number;
  readonly monthEnd: MonthEnd;
  readonly version: number;
};

const views = new WeakMap<Folder, { readonly view: View; readonly instances: readonly Instance[] }[]>();
const viewsKept = 4;

/**
 * Everything in a folder that overlaps [from, until) (epoch ms). In no particular order; computed once per
 * state of the folder, because paging asks for the same view again and again.
 */
export function viewOf(folder: Folder, from: number, until: number, monthEnd: MonthEnd): readonly Instance[] {
  const view: View = { from, until, monthEnd, version: folder.log.length };
  const kept = views.get(folder) ?? [];
  const known = kept.find((entry) => JSON.stringify(entry.view) === JSON.stringify(view));
  if (known !== undefined) return known.instances;
  const instances = [...folder.items.values()].flatMap((item) => instancesOf(item, from, until, monthEnd));
  views.set(folder, [{ view, instances }, ...kept].slice(0, viewsKept));
  return instances;
}

/** What an item contributes to a view of [from, until): itself, or exceptions and then occurrences. */
export function instancesOf(item: Item, from: number, until: number, monthEnd: MonthEnd): Instance[] {
  if (item.recurrence === null) {
    return overlaps(item.span, from, until) ? [{ item, day: null, span: item.span, exception: null }] : [];
  }
  const found: Instance[] = [];
  for (const [day, exception] of item.exceptions) {
    if (overlaps(exception.span, from, until)) {
      found.push({ item, day, span: exception.span, exception });
    }
  }
  // A day of slack at both ends covers every zone's offset.
  const days = Math.ceil((item.span.endWall - item.span.startWall) / dayMs) + 1;
  for (const day of expandDays(item.recurrence, dayOf(from) - days, dayOf(until) + 1, monthEnd)) {
    if (item.cancelled.has(day) || item.exceptions.has(day)) continue;
    const span = spanOn(item, day);
    if (overlaps(span, from, until)) found.push({ item, day, span, exception: null });
  }
  return found;
}

/** The instance of a series on an original day; null if there is none (any more). */
export function instanceOn(item: Item, day: number, monthEnd: MonthEnd): Instance | null {
  if (item.recurrence === null || item.cancelled.has(day)) return null;
  const exception = item.exceptions.get(day) ?? null;
  if (exception !== null) return { item, day, span: exception.span, exception };
  if (expandDays(item.recurrence, day, day, monthEnd).next().done === true) return null;
  return { item, day, span: spanOn(item, day), exception: null };
}

/** An occurrence's time as the pattern has it: the wall clock of the first one, on another day. */
export function spanOn(item: Item, day: number): Span {
  const shift = (day - dayOf(item.span.startWall)) * dayMs;
  const walls = { startWall: item.span.startWall + shift, endWall: item.span.endWall + shift };
  return { ...walls, ...toInstants(item.zone, walls) };
}

function overlaps(span: Span, from: number, until: number): boolean {
  return span.start < until && (span.end > from || (span.end === span.start && span.start >= from));
}
