import type { Window } from "../../calendar/window.ts";
import type { OwedItem, Settlement } from "../source.ts";
import type { CalendarReader } from "./calendar-reader.ts";
import { asEvent, bare, type IdentifiedEvent, kindOf, stage } from "./event.ts";
import { isItemNotFound } from "./graph-error.ts";
import { type GraphEvent, type GraphInstance, parseNative } from "./native.ts";
import { readInstances } from "./series-instances.ts";
import { readEvent, type SeriesContext } from "./series.ts";
import { isInAnyView } from "./view-search.ts";

const dayMs = 86_400_000;

export type TombstoneContext = SeriesContext & {
  /** The mailbox's other calendars. */
  readonly elsewhere: readonly CalendarReader[];
};

/**
 * Decides whether an `@removed` is true. Graph also says it of events that were only changed outside the
 * window. A 404 ErrorItemNotFound proves it, unless another calendar of the mailbox has the event; an event that can still be read (a deleted item can) is gone
 * only if complete views around its old and its new time lack it; a series also has none of the occurrences
 * that it still claims to have in any view.
 *
 * @param staged what is staged under the id; null where nothing is, and then nothing needs to be asked
 * @throws RemoteError, for a 404 of any other code too
 */
export async function settleTombstone(
  context: TombstoneContext,
  item: OwedItem,
  staged: string | null,
): Promise<Settlement> {
  const { reader } = context;
  const native = staged === null ? null : parseNative(staged);
  if (native === null) return { kind: "void", item, reason: "Nothing is staged under this id." };
  const { nativeId: id } = item;
  const event = await readIfThere(reader, id);
  if (event === null) {
    return settledElsewhere(item, await lookElsewhere(context, id));
  }
  const old = native.kind === "single" ? native.event : native.master;
  const spans = [around(old), around(event)].filter((span) => span !== null);
  // The first occurrence of a series may be a cancelled one: its other occurrences count as well.
  if (kindOf(event) === "master" || native.kind === "series") spans.push(context.window);
  const isThere =
    (await isInAnyView(reader, id, spans)) ||
    (kindOf(event) === "master" && (await hasOccurrenceInView(context, event)));
  if (!isThere) return { kind: "gone", item, unlisted: "here" };
  const isSingle = kindOf(event) === "single";
  const found = isSingle
    ? stage(id, { kind: "single", event: bare(event) })
    : await readEvent(context, id, staged);
  return { kind: "staged", item, event: found };
}

function settledElsewhere(item: OwedItem, found: "shown" | "unlisted" | "nowhere"): Settlement {
  switch (found) {
    case "shown":
      return {
        kind: "void",
        item,
        reason: "It stands in another calendar, whose next complete reading brings it.",
      };
    case "unlisted":
      return { kind: "gone", item, unlisted: "elsewhere" };
    case "nowhere":
      return { kind: "gone", item };
    default:
      return found satisfies never;
  }
}

/** Whether another calendar has the event: a round of that one may have left it out. */
async function lookElsewhere(
  { elsewhere, window }: TombstoneContext,
  id: string,
): Promise<"shown" | "unlisted" | "nowhere"> {
  let found: "unlisted" | "nowhere" = "nowhere";
  for (const reader of elsewhere) {
    const event = await readIfThere(reader, id);
    if (event === null) continue;
    const day = around(event);
    const spans = kindOf(event) === "master" || day === null ? [window] : [day];
    if (await isInAnyView(reader, id, spans)) return "shown";
    found = "unlisted";
  }
  return found;
}

async function readIfThere(reader: CalendarReader, id: string): Promise<IdentifiedEvent | null> {
  try {
    return asEvent(await reader.event(id, {}), reader.describe(`reading the event ${id}`));
  } catch (error) {
    if (isItemNotFound(error)) return null;
    throw error;
  }
}

/** A calendar view, and a list of instances, may span 1,825 days. */
const halfSpanMs = 912 * dayMs;

/**
 * True where a view shows an occurrence of the series outside the window. What the series itself answers
 * proves nothing, since a deleted one still answers: it only tells on which days to look.
 */
async function hasOccurrenceInView(
  { reader, window }: SeriesContext,
  event: IdentifiedEvent,
): Promise<boolean> {
  const middle = (Date.parse(window.from) + Date.parse(window.until)) / 2;
  const long = { from: iso(middle - halfSpanMs), until: iso(middle + halfSpanMs) };
  const first = around(event);
  const spans =
    first === null || (first.from >= long.from && first.until <= long.until)
      ? [long]
      : [long, { from: first.from, until: iso(Date.parse(first.from) + 2 * halfSpanMs) }];
  for (const span of spans) {
    const starts = (await instancesIfThere(reader, event.id, span))
      .map((instance) => around(instance))
      .filter((day) => day !== null)
      .filter((day) => day.from < window.from || day.until > window.until);
    const ends = [starts.at(0), starts.at(-1)].filter((day) => day !== undefined);
    if (await isInAnyView(reader, event.id, ends)) return true;
  }
  return false;
}

async function instancesIfThere(
  reader: CalendarReader,
  id: string,
  span: Window,
): Promise<readonly GraphInstance[]> {
  try {
    return (await readInstances(reader, id, span)).items;
  } catch (error) {
    if (isItemNotFound(error)) return [];
    throw error;
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** A day before and after the start: enough for any zone it may be written in. Null where there is none. */
function around({ start }: Pick<GraphEvent, "start">): Window | null {
  const at = Date.parse(`${start?.dateTime?.slice(0, 19) ?? ""}Z`);
  if (Number.isNaN(at)) return null;
  return { from: iso(at - dayMs), until: iso(at + dayMs) };
}
