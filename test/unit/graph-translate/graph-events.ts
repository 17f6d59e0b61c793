import { calendarZones } from "../../../src/calendar/calendar-zones.ts";
import type { TranslatedEvent, Translation } from "../../../src/calendar/candidate.ts";
import { parseCalendar } from "../../../src/calendar/component.ts";
import { expand } from "../../../src/calendar/recurrence.ts";
import type { Window } from "../../../src/calendar/window.ts";
import { type GraphEvent, type GraphNative, serialiseNative } from "../../../src/sources/graph/native.ts";
import { graphTranslator } from "../../../src/sources/graph/translate/translator.ts";

export const window: Window = { from: "2026-01-01T00:00:00.000Z", until: "2027-07-01T00:00:00.000Z" };
export const zone = "America/New_York";

/** A timed meeting read in UTC: 14:00 to 15:00 in New York. */
export const meeting: GraphEvent = {
  id: "AAMk-1",
  type: "singleInstance",
  iCalUId:
    "040000008200E00074C5B7101A82E00800000000DA2B357D94B5D201000000000000000010000000EC4597557F0CB34EA4CC2887EA7B17C3",
  subject: "Budget",
  start: { dateTime: "2026-03-02T19:00:00.0000000", timeZone: "UTC" },
  end: { dateTime: "2026-03-02T20:00:00.0000000", timeZone: "UTC" },
  originalStartTimeZone: "Eastern Standard Time",
  originalEndTimeZone: "Eastern Standard Time",
  isAllDay: false,
  isCancelled: false,
  isOrganizer: true,
  createdDateTime: "2026-01-05T08:00:00.1234567Z",
  lastModifiedDateTime: "2026-01-06T08:00:00Z",
  isReminderOn: false,
  reminderMinutesBeforeStart: 15,
};

/** Weekly on Mondays and Wednesdays at 09:00 in New York from 2 March 2026 on, read in its own zone. */
export const master: GraphEvent = {
  ...meeting,
  id: "AAMk-master",
  type: "seriesMaster",
  subject: "Stand-up",
  start: { dateTime: "2026-03-02T09:00:00.0000000", timeZone: "Eastern Standard Time" },
  end: { dateTime: "2026-03-02T09:30:00.0000000", timeZone: "Eastern Standard Time" },
  recurrence: {
    pattern: {
      type: "weekly",
      interval: 1,
      month: 0,
      dayOfMonth: 0,
      daysOfWeek: ["monday", "wednesday"],
      firstDayOfWeek: "sunday",
      index: "first",
    },
    range: {
      type: "endDate",
      startDate: "2026-03-02",
      endDate: "2026-03-25",
      recurrenceTimeZone: "Eastern Standard Time",
      numberOfOccurrences: 0,
    },
  },
};

export function translate(native: GraphNative, within: Window = window): Translation {
  return graphTranslator.translate(serialiseNative(native), { zone, window: within, categoryColors: {} });
}

export function single(changes: Partial<GraphEvent> = {}): Translation {
  return translate({ kind: "single", event: { ...meeting, ...changes } });
}

export function onlyEvent(translation: Translation): TranslatedEvent {
  if (translation.kind !== "translated") throw new Error(`${translation.kind}: ${translation.reason}`);
  const [event, ...more] = translation.events;
  if (event === undefined || more.length > 0) throw new Error("not exactly one event");
  return event;
}

/** Unfolded lines of the object's VEVENTs. */
export function linesOf(translation: Translation): string[] {
  const unfolded = onlyEvent(translation).object.ics.replaceAll("\r\n ", "");
  return unfolded.slice(unfolded.indexOf("BEGIN:VEVENT")).split("\r\n");
}

/** ISO starts of the occurrences in a span. */
export function startsOf(translation: Translation, from: string, until: string): string[] {
  const parsed = parseCalendar(onlyEvent(translation).object.ics);
  if (parsed.kind === "unreadable") throw new Error(parsed.problem);
  const span = { from: Date.parse(from), until: Date.parse(until), limit: 10_000 };
  const expansion = expand(parsed.calendar, calendarZones(parsed.calendar, zone), span);
  if (expansion.kind !== "occurrences") throw new Error(expansion.kind);
  return expansion.occurrences.map((occurrence) => new Date(occurrence.start).toISOString());
}
