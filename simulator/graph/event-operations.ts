import type { EventInput } from "./event-input.ts";
import { calendarOf, eventOf, mailboxOf } from "./find.ts";
import { changeKeyOf } from "./ids.ts";
import { viewOf } from "./instances.ts";
import { dayOf, parseWall } from "./local-time.ts";
import type { Calendar, Item, Mailbox } from "./model.ts";
import {
  alterOccurrence,
  cancelOccurrence,
  createItem,
  deleteItem,
  moveItem,
  updateItem,
} from "./mutations.ts";
import { reportOccurrence } from "./occurrence-report.ts";
import type { ReportedOccurrence } from "./occurrence-report.ts";
import { seedEvents } from "./seed.ts";
import type { SeedOptions } from "./seed.ts";
import { switchesFor } from "./world.ts";
import type { World } from "./world.ts";

/** Names a calendar of a mailbox; without one the default calendar. */
export type CalendarName = { readonly mailbox: string; readonly calendar?: string };

/** Names an event of a mailbox by either of its ids. */
export type EventName = { readonly mailbox: string; readonly event: string };

/** Names an occurrence by the date (`yyyy-mm-dd`) that it had in its series' zone. */
export type OccurrenceName = EventName & { readonly date: string };

/** How an event is known after it was made or changed. */
export type EventHandle = {
  readonly immutableId: string;
  readonly id: string;
  readonly iCalUId: string;
  readonly etag: string;
  readonly subject: string;
  readonly isSeries: boolean;
};

/** What people and applications do with events. */
export function eventOperations(world: World) {
  const find = ({ mailbox, event }: EventName): { mailbox: Mailbox; calendar: Calendar; item: Item } => {
    const found = mailboxOf(world, mailbox);
    return { mailbox: found, ...eventOf(found, event) };
  };
  return {
    createEvent({ mailbox, calendar, event }: CalendarName & { readonly event: EventInput }): EventHandle {
      return handleOf(createItem(world, calendarOf(mailboxOf(world, mailbox), calendar), event));
    },

    /** Changes an event or a whole series; a new time or pattern drops the series' exceptions. */
    updateEvent({ changes, ...name }: EventName & { readonly changes: Partial<EventInput> }): EventHandle {
      const { calendar, item } = find(name);
      return handleOf(updateItem(world, calendar, item, changes));
    },

    deleteEvent(name: EventName): void {
      const { calendar, item } = find(name);
      deleteItem(world, calendar, item);
    },

    /** Moves an event to another calendar of its mailbox: new default id, same immutable id. */
    moveEvent({ to, ...name }: EventName & { readonly to: string }): EventHandle {
      const { mailbox, calendar, item } = find(name);
      return handleOf(moveItem(world, calendar, calendarOf(mailbox, to), item));
    },

    /** Deletes one occurrence. */
    cancelOccurrence({ date, ...name }: OccurrenceName): EventHandle {
      const { calendar, item } = find(name);
      return handleOf(cancelOccurrence(world, calendar, item, dayOf(parseWall(date))));
    },

    /** Changes one occurrence. @throws Error `ErrorOccurrenceCrossingBoundary` */
    alterOccurrence({
      date,
      changes,
      ...name
    }: OccurrenceName & { readonly changes: Partial<EventInput> }): EventHandle {
      const { calendar, item } = find(name);
      return handleOf(alterOccurrence(world, calendar, item, dayOf(parseWall(date)), changes));
    },

    /** All events and series of a calendar. */
    events({ mailbox, calendar }: CalendarName): EventHandle[] {
      const { folder } = calendarOf(mailboxOf(world, mailbox), calendar);
      return [...folder.items.values()].map(handleOf);
    },

    /** The truth: what a calendar view of [from, until) (ISO 8601 instants) has to report, by start. */
    occurrences(
      name: CalendarName & { readonly from: string; readonly until: string },
    ): readonly ReportedOccurrence[] {
      const mailbox = mailboxOf(world, name.mailbox);
      const calendar = calendarOf(mailbox, name.calendar);
      const { monthEnd } = switchesFor(world, mailbox, calendar);
      return viewOf(calendar.folder, Date.parse(name.from), Date.parse(name.until), monthEnd)
        .toSorted((a, b) => a.span.start - b.span.start)
        .map(reportOccurrence);
    },

    /** Fills a calendar with generated events of all kinds; the same seed gives the same events. */
    seedEvents({ mailbox, calendar, ...options }: CalendarName & SeedOptions): EventHandle[] {
      return seedEvents(world, calendarOf(mailboxOf(world, mailbox), calendar), options).map(handleOf);
    },
  };
}

function handleOf(item: Item): EventHandle {
  return {
    immutableId: item.immutableId,
    id: item.id,
    iCalUId: item.iCalUId,
    etag: `W/"${changeKeyOf(item)}"`,
    subject: item.content.subject,
    isSeries: item.recurrence !== null,
  };
}
