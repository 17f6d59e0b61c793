import type { Window } from "../../calendar/window.ts";
import type { CalendarReader } from "./calendar-reader.ts";
import { stringAt } from "./json.ts";

/**
 * True where the event, or an occurrence of the series, stands in one of the spans. False only after the
 * last page of each.
 *
 * @throws RemoteError
 */
export async function isInAnyView(
  reader: CalendarReader,
  id: string,
  spans: readonly Window[],
): Promise<boolean> {
  for (const span of spans) {
    for await (const items of reader.view(span, "id,seriesMasterId")) {
      if (items.some((item) => stringAt(item, "id") === id || stringAt(item, "seriesMasterId") === id)) {
        return true;
      }
    }
  }
  return false;
}
