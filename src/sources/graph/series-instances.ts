import type { Window } from "../../calendar/window.ts";
import type { CalendarReader } from "./calendar-reader.ts";
import { asEvent, bare, type IdentifiedEvent } from "./event.ts";
import type { GraphInstance, GraphInstances } from "./native.ts";

/** What the gap search needs; bodies of hundreds of occurrences are left where they are. */
const fields = "id,type,start,end,originalStart";

/**
 * A complete read of a series' instances over the window; deleted occurrences are missing from it.
 * https://learn.microsoft.com/graph/api/event-list-instances
 */
export async function readInstances(
  reader: CalendarReader,
  id: string,
  window: Window,
): Promise<GraphInstances> {
  const what = reader.describe(`reading the instances of the series ${id}`);
  const items = await reader.instances(id, window, fields);
  return { window, items: items.map((item) => slim(asEvent(item, what))) };
}

/** The exceptions among them, as stubs. */
export function exceptionsAmong(instances: GraphInstances | null): readonly IdentifiedEvent[] {
  return (instances?.items ?? []).flatMap((item) =>
    item.type === "exception" && item.id !== undefined ? [{ id: item.id }] : [],
  );
}

function slim(event: IdentifiedEvent): GraphInstance {
  const { id, type, start, end, originalStart } = bare(event);
  return Object.fromEntries(
    Object.entries({ id, type, start, end, originalStart }).filter(([, value]) => value !== undefined),
  );
}
