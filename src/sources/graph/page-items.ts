import type { OwedItem, Page } from "../source.ts";
import { asEvent, type IdentifiedEvent, isFull, kindOf } from "./event.ts";
import type { JsonObject } from "./json.ts";

/** The content of a page by what becomes of it. */
export type SortedItems = Pick<Page, "gone" | "owed"> & { readonly singles: readonly IdentifiedEvent[] };

/**
 * Sorts the items of a delta or calendarView page. No order is promised and an entity may come several
 * times: the last one wins.
 *
 * A deleted occurrence leaves no trace of its own, and any change to a series delivers all of it again,
 * most of it as stubs. So whatever belongs to a series only says that the series must be read anew.
 *
 * @throws RemoteError `protocol` for an item without an id.
 */
export function sortItems(items: readonly JsonObject[], attempted: string): SortedItems {
  const last = new Map<string, IdentifiedEvent>();
  for (const item of items) {
    const event = asEvent(item, attempted);
    last.set(event.id, event);
  }
  const singles: IdentifiedEvent[] = [];
  const gone: string[] = [];
  const owed = new Map<string, OwedItem>();
  for (const event of last.values()) {
    if ("@removed" in event) {
      gone.push(event.id);
      continue;
    }
    switch (kindOf(event)) {
      case "master":
        owed.set(event.id, { kind: "series", nativeId: event.id });
        break;
      case "instance": {
        const nativeId = event.seriesMasterId ?? event.id;
        owed.set(nativeId, { kind: "series", nativeId });
        break;
      }
      case "single":
        if (isFull(event)) singles.push(event);
        // Read like a series, of which a stub may be one: a fetch is of the attachments of what is staged.
        else owed.set(event.id, { kind: "series", nativeId: event.id });
        break;
    }
  }
  return { singles, gone, owed: [...owed.values()] };
}
