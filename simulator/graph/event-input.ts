import {
  dayMs,
  dayOf,
  formatDay,
  formatWall,
  parseWall,
  resolveZone,
  toInstant,
  toInstants,
  toWall,
} from "./local-time.ts";
import type { EventContent, Item, Mailbox, Span } from "./model.ts";
import { expandDays } from "./recurrence.ts";
import type { MonthEnd, Recurrence } from "./recurrence.ts";

export type DateTimeTimeZone = { readonly dateTime: string; readonly timeZone: string };

/** An event as a person or an application makes it: Graph's own form, everything but the time optional. */
export type EventInput = Partial<EventContent> & {
  readonly start: DateTimeTimeZone;
  readonly end: DateTimeTimeZone;
  readonly isAllDay?: boolean;
  readonly recurrence?: Recurrence | null;
  /** The GlobalObjectId, where a copy of a meeting in another mailbox has to have the same. */
  readonly iCalUId?: string;
  /** UID of the invitation of another calendar system, which Exchange packs into its GlobalObjectId. */
  readonly foreignUid?: string;
  /** What Graph calls the zone where it has no name for it: `tzone://Microsoft/Custom`, `Customized Time Zone`. */
  readonly reportedTimeZone?: string;
};

/** The temporal half of an item. */
export type Placement = Pick<Item, "isAllDay" | "zone" | "zoneNames" | "span" | "recurrence">;

type Times = Pick<EventInput, "start" | "end" | "isAllDay" | "recurrence" | "reportedTimeZone">;

const noResponse = { response: "none", time: "0001-01-01T00:00:00Z" };

/** Splits the content off an input: the properties that are there, nothing else. */
export function contentOf(input: Partial<EventInput>): Partial<EventContent> {
  const { start: _s, end: _e, isAllDay: _a, recurrence: _r, iCalUId: _i, ...rest } = input;
  const { foreignUid: _f, reportedTimeZone: _z, ...content } = rest;
  // As in Exchange, a new location takes the places of the old one away.
  return "location" in content && !("locations" in content) ? { ...content, locations: [] } : content;
}

/** What Exchange fills in for an event that an owner of a mailbox makes. */
export function defaultContent(mailbox: Mailbox, input: EventInput): EventContent {
  const isOrganizer = input.isOrganizer ?? true;
  return {
    subject: "",
    body: { contentType: "html", content: "" },
    location: "",
    locations: [],
    attendees: [],
    organizer: { name: mailbox.displayName, address: mailbox.userPrincipalName },
    isOrganizer,
    responseStatus: isOrganizer
      ? { ...noResponse, response: "organizer" }
      : { ...noResponse, response: "notResponded" },
    responseRequested: true,
    allowNewTimeProposals: true,
    hideAttendees: false,
    showAs: input.isAllDay === true ? "free" : "busy",
    sensitivity: "normal",
    importance: "normal",
    categories: [],
    isReminderOn: true,
    reminderMinutesBeforeStart: 15,
    attachments: [],
    isCancelled: false,
    isDraft: false,
    isOnlineMeeting: false,
    transactionId: null,
    ...contentOf(input),
  };
}

/**
 * Reads times and recurrence. As in Exchange, a series whose start does not fit its pattern begins at the
 * first date that does. @throws Error with Graph's code in front where Graph would refuse
 */
export function place(input: Times, monthEnd: MonthEnd): Placement {
  const recurrence = input.recurrence ?? null;
  const isAllDay = input.isAllDay ?? false;
  const zone = zoneOf(recurrence?.range.recurrenceTimeZone ?? input.start.timeZone);
  const span = readSpan(input.start, input.end, isAllDay, zone);
  const zoneNames = {
    start: input.reportedTimeZone ?? input.start.timeZone,
    end: input.reportedTimeZone ?? input.end.timeZone,
    recurrence: input.reportedTimeZone ?? recurrence?.range.recurrenceTimeZone ?? input.start.timeZone,
  };
  if (recurrence === null) return { isAllDay, zone, zoneNames, span, recurrence };
  const startDate = formatDay(dayOf(span.startWall));
  if (recurrence.range.startDate !== startDate) {
    throw new Error(
      `ErrorPropertyValidationFailure: range.startDate must be the day of start, ${startDate}.`,
    );
  }
  const first = firstDay(recurrence, dayOf(span.startWall), monthEnd);
  const shift = (first - dayOf(span.startWall)) * dayMs;
  const walls = { startWall: span.startWall + shift, endWall: span.endWall + shift };
  return {
    isAllDay,
    zone,
    zoneNames,
    span: { ...walls, ...toInstants(zone, walls) },
    recurrence: { ...recurrence, range: { ...recurrence.range, startDate: formatDay(first) } },
  };
}

/** Reads a new time for an existing item or for one occurrence of it; what is not given stays. */
export function placeAgain(
  item: Item,
  span: Span,
  changes: Partial<EventInput>,
  monthEnd: MonthEnd,
): Placement {
  const placement = place(
    {
      start: changes.start ?? { dateTime: formatWall(span.startWall), timeZone: item.zone },
      end: changes.end ?? { dateTime: formatWall(span.endWall), timeZone: item.zone },
      isAllDay: changes.isAllDay ?? item.isAllDay,
      recurrence: changes.recurrence === undefined ? item.recurrence : changes.recurrence,
      ...(changes.reportedTimeZone === undefined ? {} : { reportedTimeZone: changes.reportedTimeZone }),
    },
    monthEnd,
  );
  return changes.start === undefined && changes.reportedTimeZone === undefined
    ? { ...placement, zoneNames: item.zoneNames }
    : placement;
}

/** Start and end in a zone. */
export function readSpan(
  start: DateTimeTimeZone,
  end: DateTimeTimeZone,
  isAllDay: boolean,
  zone: string,
): Span {
  const walls = { startWall: parseWall(start.dateTime), endWall: parseWall(end.dateTime) };
  if (isAllDay) {
    if (walls.startWall % dayMs !== 0 || walls.endWall % dayMs !== 0 || walls.endWall <= walls.startWall) {
      throw new Error("ErrorPropertyValidationFailure: an all-day event lasts from midnight to midnight.");
    }
    return { ...walls, ...toInstants(zone, walls) };
  }
  const from = toInstant(zoneOf(start.timeZone), walls.startWall);
  const until =
    start.timeZone === end.timeZone
      ? toInstants(zoneOf(start.timeZone), walls).end
      : toInstant(zoneOf(end.timeZone), walls.endWall);
  if (until < from) throw new Error("ErrorPropertyValidationFailure: the end is before the start.");
  return { startWall: toWall(zone, from), endWall: toWall(zone, until), start: from, end: until };
}

function zoneOf(name: string): string {
  const zone = resolveZone(name);
  if (zone === null) throw new Error(`TimeZoneNotSupportedException: no time zone is called "${name}".`);
  return zone;
}

function firstDay(recurrence: Recurrence, from: number, monthEnd: MonthEnd): number {
  const first = expandDays(recurrence, from, Number.POSITIVE_INFINITY, monthEnd).next();
  if (first.done === true)
    throw new Error("ErrorPropertyValidationFailure: the recurrence has no occurrence.");
  return first.value;
}
