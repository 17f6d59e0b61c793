import { calendarZones } from "../src/calendar/calendar-zones.ts";
import { eventsOf, parseCalendar } from "../src/calendar/component.ts";
import { eventTimes } from "../src/calendar/event-times.ts";
import { readObject } from "../src/calendar/read-object.ts";
import { expand } from "../src/calendar/recurrence.ts";
import { createAuthenticator } from "../src/dav/authenticator.ts";
import { listCalendars } from "../src/dav/calendars.ts";
import { sameHost } from "../src/dav/credential-hosts.ts";
import { createDavClient } from "../src/dav/dav-client.ts";
import { discoverHome } from "../src/dav/discovery.ts";
import { listEtags } from "../src/dav/list-etags.ts";
import { multiget } from "../src/dav/multiget.ts";
import { createTransport } from "../src/http/node-transport.ts";

/** One object as the phone has it: title, and the starts of its next occurrences. */
export type Seen = { readonly calendar: string; readonly title: string; readonly starts: readonly string[] };

/** A CalDAV client that reads like the iPhone: its own login, its own home, all calendars in it. */
export interface Phone extends AsyncDisposable {
  /** Everything in the calendars that Kalends feeds. */
  look(): Promise<readonly Seen[]>;
}

export type PhoneAccount = {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly ca: string | null;
};

const zone = "America/New_York";
const dayMs = 86_400_000;
const batchSize = 50;

/** Opens the phone's account. `calendarNames` are the display names to look into. */
export function openPhone(account: PhoneAccount, calendarNames: readonly string[]): Phone {
  const start = new URL(account.url);
  const client = createDavClient({
    transport: createTransport(account.ca === null ? {} : { ca: account.ca }),
    authenticator: createAuthenticator({
      username: account.username,
      password: account.password,
      scheme: "auto",
    }),
    account: "phone",
    mayReceiveCredentials: sameHost(start),
  });
  const signal = new AbortController().signal;
  return {
    async look() {
      const { homes } = await discoverHome(client, start, signal);
      const seen: Seen[] = [];
      for (const calendar of await listCalendars(client, homes[0], signal)) {
        if (calendar.displayName === null || !calendarNames.includes(calendar.displayName)) continue;
        const hrefs = (await listEtags(client, calendar.url, signal)).map((entry) => entry.href);
        for (let at = 0; at < hrefs.length; at += batchSize) {
          for (const result of await multiget(
            client,
            calendar.url,
            hrefs.slice(at, at + batchSize),
            signal,
          )) {
            if (result.kind === "found") seen.push(seenObject(calendar.displayName, result.data));
          }
        }
      }
      return seen;
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

function seenObject(calendar: string, ics: string): Seen {
  const read = readObject(ics, zone);
  return {
    calendar,
    title: read.kind === "facts" ? read.facts.summary : "(unreadable)",
    starts: startsOf(ics),
  };
}

/** Starts in the three weeks from today, in the owner's zone. */
function startsOf(ics: string): string[] {
  const parsed = parseCalendar(ics);
  if (parsed.kind === "unreadable") return [];
  const zones = calendarZones(parsed.calendar, zone);
  const from = Date.now() - dayMs;
  const expansion = expand(parsed.calendar, zones, { from, until: from + 21 * dayMs, limit: 200 });
  if (expansion.kind !== "occurrences") return [];
  const isAllDay = eventsOf(parsed.calendar).some((event) => eventTimes(event, zones)?.start.form === "date");
  return expansion.occurrences.map((occurrence) => formatStart(occurrence.start, isAllDay));
}

function formatStart(epochMs: number, isAllDay: boolean): string {
  const day = { weekday: "short", day: "numeric", month: "short" } as const;
  if (isAllDay) return new Intl.DateTimeFormat("en-GB", { ...day, timeZone: "UTC" }).format(epochMs);
  return new Intl.DateTimeFormat("en-GB", {
    ...day,
    hour: "2-digit",
    minute: "2-digit",
    timeZone: zone,
  }).format(epochMs);
}
