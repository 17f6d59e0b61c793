import type { Window } from "../../calendar/window.ts";
import type { CalendarReader } from "./calendar-reader.ts";
import { asEvent, bare, type IdentifiedEvent } from "./event.ts";
import { type GraphEvent, type GraphInstance, type GraphInstances, typeOf } from "./native.ts";
import { dayOfOccurrenceId, occurrenceIdOf } from "./occurrence-id.ts";

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

/** The exceptions among them, as stubs that say what they replace. */
export function exceptionsAmong(instances: GraphInstances | null): readonly IdentifiedEvent[] {
  return (instances?.items ?? []).flatMap((instance) => {
    const { id, originalStart } = instance;
    return typeOf(instance) === "exception" && id !== undefined
      ? [{ id, originalStart: originalStart ?? null }]
      : [];
  });
}

/** The exceptions, each with the original start that the instance of its id tells. */
export function placedBy(
  instances: GraphInstances | null,
  exceptions: readonly IdentifiedEvent[],
): readonly IdentifiedEvent[] {
  const originals = new Map((instances?.items ?? []).map(({ id, originalStart }) => [id, originalStart]));
  return exceptions.map((exception) => {
    const originalStart = saysWhatItReplaces(exception) ? undefined : originals.get(exception.id);
    return originalStart ? { ...exception, originalStart } : exception;
  });
}

/** True for an exception that can be placed in its series. */
export function saysWhatItReplaces(exception: GraphEvent): boolean {
  return Boolean(exception.originalStart) || dayOfOccurrenceId(occurrenceIdOf(exception)) !== null;
}

function slim(event: IdentifiedEvent): GraphInstance {
  const { id, type, start, end, originalStart } = bare(event);
  return Object.fromEntries(
    Object.entries({ id, type, start, end, originalStart }).filter(([, value]) => value !== undefined),
  );
}
