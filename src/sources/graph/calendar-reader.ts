import { RemoteError } from "../../http/remote-error.ts";
import type { Window } from "../../calendar/window.ts";
import type { CalendarRef } from "../source.ts";
import { concernsMailbox } from "./graph-error.ts";
import type { JsonObject } from "./json.ts";
import { encode, type Mailbox } from "./mailbox.ts";
import { absoluteLink } from "./odata-page.ts";

/** Reads of one calendar. Always addressed through the calendar: the mailbox's own path answers 404 for shared ones. */
export type CalendarReader = {
  /** Reads `/events/{id}` plus `suffix`. */
  event(id: string, read: EventRead): Promise<JsonObject>;
  /** A complete read of `/events/{id}/instances` over the window. */
  instances(id: string, window: Window, select: string): Promise<readonly JsonObject[]>;
  /** A complete read of the calendar's view, page by page. */
  view(window: Window, select: string): AsyncIterable<readonly JsonObject[]>;
  /** Reads on at a link that came inside an event. */
  rest(link: string, id: string, zone: string): Promise<readonly JsonObject[]>;
  /** The zone the mailbox's owner lives in; null where it cannot be had: its permission (MailboxSettings.Read) is optional. */
  mailboxZone(): Promise<string | null>;
  /** For messages: source, mailbox, calendar and what is done. */
  describe(what: string): string;
};

/** Reads of what is attached to the events of one calendar. */
export type AttachmentReader = {
  readonly calendarId: string;
  /** The complete list of what is attached to an event, contents left out. */
  attachments(id: string): Promise<readonly JsonObject[]>;
};

type EventRead = {
  readonly query?: Readonly<Record<string, string>>;
  readonly zone?: string;
};

const pageSize = "200";
const attachmentFields = "name,isInline";

/** @param signal stops every read of this reader */
export function createCalendarReader(
  mailbox: Mailbox,
  calendar: CalendarRef,
  signal: AbortSignal,
): CalendarReader & AttachmentReader {
  const base = `/calendars/${encode(calendar.id)}`;
  const named = (what: string): string => `calendar "${calendar.name}": ${what}`;
  let zone: Promise<string | null> | undefined;

  return {
    calendarId: calendar.id,
    event: (id, { query, zone: inZone }) =>
      mailbox.get({
        target: { path: `${base}/events/${encode(id)}`, ...(query === undefined ? {} : { query }) },
        what: named(`reading the event ${id}`),
        zone: inZone,
        signal,
      }),
    instances: (id, window, select) =>
      all(
        mailbox.pages({
          target: { path: `${base}/events/${encode(id)}/instances`, query: span(window, select) },
          what: named(`reading the instances of the series ${id}`),
          signal,
        }),
      ),
    view: (window, select) =>
      mailbox.pages({
        target: { path: `${base}/calendarView`, query: span(window, select) },
        what: named(`looking for an event between ${window.from} and ${window.until}`),
        signal,
      }),
    rest: (link, id, inZone) =>
      all(
        mailbox.pages({
          target: {
            link: absoluteLink(link, mailbox.address({ path: `${base}/events/${encode(id)}` })) ?? link,
          },
          what: named(`reading more exceptions of the series ${id}`),
          zone: inZone,
          signal,
        }),
      ),
    // https://learn.microsoft.com/graph/api/event-list-attachments
    attachments: (id) =>
      all(
        mailbox.pages({
          target: { path: `${base}/events/${encode(id)}/attachments`, query: { $select: attachmentFields } },
          what: named(`reading the attachments of the event ${id}`),
          signal,
        }),
      ),
    mailboxZone: () => (zone ??= readMailboxZone(mailbox, signal)),
    describe: (what) => mailbox.describe(named(what)),
  };
}

async function all(pages: AsyncIterable<readonly JsonObject[]>): Promise<readonly JsonObject[]> {
  return (await Array.fromAsync(pages)).flat();
}

function span(window: Window, select: string): Readonly<Record<string, string>> {
  return { startDateTime: window.from, endDateTime: window.until, $select: select, $top: pageSize };
}

async function readMailboxZone(mailbox: Mailbox, signal: AbortSignal): Promise<string | null> {
  try {
    const target = { path: "/mailboxSettings/timeZone" };
    const { value } = await mailbox.get({ target, what: "reading the mailbox's time zone", signal });
    return typeof value === "string" && value !== "" ? value : null;
  } catch (error) {
    // The permission is optional, and without it the series is still readable.
    if (error instanceof RemoteError && !concernsMailbox(error)) return null;
    throw error;
  }
}
