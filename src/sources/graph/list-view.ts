import type { Window } from "../../calendar/window.ts";
import type { CalendarRef, ListedEvent } from "../source.ts";
import { asEvent, type IdentifiedEvent, kindOf } from "./event.ts";
import { encode, type Mailbox } from "./mailbox.ts";

/** Items are small here, and so a page may hold many: Graph takes up to 1,000. */
const pageSize = "500";

/** What tells a single event from an item of a series. The ETag comes along unasked. */
const fields = "id,type,seriesMasterId";

/**
 * The complete view of a calendar, page by page, as the events that are staged of it: an occurrence or an exception
 * stands for its series.
 *
 * Only single events have an ETag to compare. That of an occurrence is that of the whole series wherever it was seen,
 * but nowhere promised to be the master's, which is what is staged: a series that differs is found by the next complete
 * round instead.
 * https://learn.microsoft.com/graph/api/calendar-list-calendarview
 *
 * @throws RemoteError; `protocol` for a view that does not end
 */
export async function* listView(
  mailbox: Mailbox,
  calendar: CalendarRef,
  window: Window,
  signal: AbortSignal,
): AsyncGenerator<readonly ListedEvent[]> {
  const what = `calendar "${calendar.name}": listing all that it holds`;
  const target = {
    path: `/calendars/${encode(calendar.id)}/calendarView`,
    query: { startDateTime: window.from, endDateTime: window.until, $select: fields, $top: pageSize },
  };
  const series = new Set<string>();
  for await (const items of mailbox.pages({ target, what, signal })) {
    const page: ListedEvent[] = [];
    for (const item of items) {
      const listed = listedAs(asEvent(item, mailbox.describe(what)));
      if (listed.etag === null && series.has(listed.nativeId)) continue;
      if (listed.etag === null) series.add(listed.nativeId);
      page.push(listed);
    }
    yield page;
  }
}

function listedAs(event: IdentifiedEvent): ListedEvent {
  const kind = kindOf(event);
  if (kind === "single") return { nativeId: event.id, etag: event["@odata.etag"] ?? null };
  return { nativeId: kind === "instance" ? (event.seriesMasterId ?? event.id) : event.id, etag: null };
}
