import type { EventInput } from "../../simulator/graph/event-input.ts";
import { owner, phone } from "../../simulator/household.ts";

const dayMs = 86_400_000;

/** The date so many days after an instant, `yyyy-mm-dd`. */
export function dayAfter(now: number, days: number): string {
  return new Date(now + days * dayMs).toISOString().slice(0, 10);
}

/** A wall clock as Graph writes it. */
export function at(date: string, time: string, timeZone = "Eastern Standard Time"): EventInput["start"] {
  return { dateTime: `${date}T${time}:00`, timeZone };
}

/** An hour, or whatever else `more` says. */
export function meeting(subject: string, date: string, more: Partial<EventInput> = {}): EventInput {
  return { subject, start: at(date, "10:00"), end: at(date, "11:00"), ...more };
}

/** Every day from the date on, without end unless a number is given. */
export function daily(
  subject: string,
  date: string,
  more: Partial<EventInput> = {},
  occurrences?: number,
): EventInput {
  const event = meeting(subject, date, more);
  const range = { startDate: date, recurrenceTimeZone: event.start.timeZone };
  return {
    ...event,
    recurrence: {
      pattern: { type: "daily", interval: 1 },
      range:
        occurrences === undefined
          ? { type: "noEnd", ...range }
          : { type: "numbered", numberOfOccurrences: occurrences, ...range },
    },
  };
}

/** A whole day, as often as `daily` would. */
export function wholeDays(subject: string, date: string, occurrences: number): EventInput {
  const times = { start: at(date, "00:00"), end: at(dayAfter(Date.parse(date), 1), "00:00"), isAllDay: true };
  return daily(subject, date, times, occurrences);
}

/** Addresses of the sink's own users: a server with scheduling writes for them, if anybody lets it. */
export const ownAddresses = [`${owner}@calendar.invalid`, `${phone}@calendar.invalid`] as const;

/** People of a meeting in which the sink's own users take part. */
export function withOwnUsers(organizer: string): Partial<EventInput> {
  const response = { response: "accepted", time: "2026-01-05T08:00:00Z" };
  return {
    organizer: { name: organizer, address: organizer },
    attendees: [...ownAddresses, "dana@fabrikam.example"].map((address) => ({
      type: "required",
      status: response,
      emailAddress: { name: address, address },
    })),
  };
}

export type ObjectOptions = {
  readonly uid: string;
  readonly summary: string;
  /** UTC, `yyyymmddThhmmssZ`. */
  readonly start: string;
  readonly end: string;
  readonly lines?: readonly string[];
};

/** An object as Apple's calendar writes it. */
export function appleObject({ uid, summary, start, end, lines = [] }: ObjectOptions): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Apple Inc.//iPhone OS 18.1//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    `DTSTART:${start}`,
    `DTEND:${end}`,
    `SUMMARY:${summary}`,
    ...lines,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

/** `yyyy-mm-dd` and `hhmm` in UTC as iCalendar writes them. */
export function utcText(date: string, time: string): string {
  return `${date.replaceAll("-", "")}T${time}00Z`;
}
