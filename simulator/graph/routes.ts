import { answerAttachments } from "./attachments.ts";
import { answerDelta } from "./delta.ts";
import { answerEvent, answerExceptions, answerSeriesInstances, answerView } from "./events.ts";
import type { GraphRequest } from "./graph-request.ts";
import {
  answerCalendar,
  answerCalendars,
  answerCategories,
  answerEventsDelta,
  answerSettings,
  answerSupportedTimeZones,
  answerTimeZone,
} from "./mailbox-resources.ts";
import type { Reply } from "./reply.ts";

/** Something that can be read of a mailbox, with the permission that it takes. */
type Route = {
  /** Path below `/v1.0/users/{user}`. */
  readonly template: string;
  readonly permission: string;
  readonly answer: (request: GraphRequest) => Reply;
};

export type RouteMatch = {
  readonly route: Route;
  /** Decoded; null where the path has none. */
  readonly calendarId: string | null;
  readonly eventId: string | null;
};

const roots = ["", "/calendar", "/calendars/{calendar}"];
const read = "Calendars.Read";

const routes: readonly Route[] = [
  { template: "/calendars", permission: read, answer: answerCalendars },
  { template: "/calendar", permission: read, answer: answerCalendar },
  { template: "/calendars/{calendar}", permission: read, answer: answerCalendar },
  ...roots.flatMap((root) => [
    { template: `${root}/calendarView`, permission: read, answer: answerView },
    { template: `${root}/calendarView/delta`, permission: read, answer: answerDelta },
    { template: `${root}/events/delta`, permission: read, answer: answerEventsDelta },
    { template: `${root}/events/{event}`, permission: read, answer: answerEvent },
    { template: `${root}/events/{event}/instances`, permission: read, answer: answerSeriesInstances },
    { template: `${root}/events/{event}/attachments`, permission: read, answer: answerAttachments },
    { template: `${root}/events/{event}/exceptionOccurrences`, permission: read, answer: answerExceptions },
  ]),
  { template: "/mailboxSettings", permission: "MailboxSettings.Read", answer: answerSettings },
  { template: "/mailboxSettings/timeZone", permission: "MailboxSettings.Read", answer: answerTimeZone },
  { template: "/outlook/masterCategories", permission: "MailboxSettings.Read", answer: answerCategories },
  ...["", "(TimeZoneStandard=microsoft.graph.timeZoneStandard'Iana')"].map((suffix) => ({
    template: `/outlook/supportedTimeZones${suffix}`,
    permission: "User.Read.All",
    answer: answerSupportedTimeZones,
  })),
];

/** Finds the route of a path below the user. Names are case-insensitive, ids are not. */
export function matchRoute(path: string): RouteMatch | null {
  const segments = path.split("/").slice(1);
  for (const route of routes) {
    const match = matchTemplate(route, segments);
    if (match !== null) return match;
  }
  return null;
}

function matchTemplate(route: Route, segments: readonly string[]): RouteMatch | null {
  const names = route.template.split("/").slice(1);
  if (names.length !== segments.length) return null;
  let calendarId: string | null = null;
  let eventId: string | null = null;
  for (const [index, name] of names.entries()) {
    const segment = decodeURIComponent(segments[index] ?? "");
    if (name === "{calendar}") calendarId = segment;
    else if (name === "{event}") eventId = segment;
    else if (name.toLowerCase() !== segment.toLowerCase()) return null;
  }
  return { route, calendarId, eventId };
}
