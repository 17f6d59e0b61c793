import type { EventInput } from "./event-input.ts";
import { instancesOf } from "./instances.ts";
import { dayMs, dayOf, formatDay } from "./local-time.ts";
import type { Attendee, Calendar, Item } from "./model.ts";
import { alterOccurrence, cancelOccurrence, createItem } from "./mutations.ts";
import { extrasOf } from "./seed-extras.ts";
import { createRandom } from "./random.ts";
import type { Random } from "./random.ts";
import type { DayOfWeek, RecurrencePattern, RecurrenceRange } from "./recurrence.ts";
import { switchesFor } from "./world.ts";
import type { World } from "./world.ts";

export type SeedOptions = {
  /** How many events and series. */
  readonly count: number;
  readonly seed: number;
  /** Events begin in [from, until), dates `yyyy-mm-dd`. */
  readonly from: string;
  readonly until: string;
  /** Share of series among them, 0.3 unless given. */
  readonly seriesShare?: number;
};

const zones = [
  "Pacific Standard Time",
  "Eastern Standard Time",
  "W. Europe Standard Time",
  "GMT Standard Time",
  "India Standard Time",
  "AUS Eastern Standard Time",
  "UTC",
  "America/New_York",
] as const;
const workdays: readonly DayOfWeek[] = ["monday", "tuesday", "wednesday", "thursday", "friday"];
const weekend: readonly DayOfWeek[] = ["sunday", "saturday"];
const subjects = [
  "Review",
  "Stand-up",
  "Planning",
  "Budget",
  "Interview",
  "Dentist",
  "Retrospective",
  "Lunch — Ünïcode 🎉",
];
const rooms = ["", "Room 1", "Harry's Bar", "Conf Room 3; Fourth Coffee", "Microsoft Teams Meeting"];
const people = ["Adele Vance", "Alex Wilber", "Samantha Booth", "Dana Swope", "Lynne Robbins"];

/** Fills a calendar with events of every kind, the same ones for the same seed. */
export function seedEvents(world: World, calendar: Calendar, options: SeedOptions): Item[] {
  const random = createRandom(options.seed);
  return Array.from({ length: options.count }, (_, index) => {
    // Drawn apart, so that times and kinds of a seed stay what they are.
    const extras = extrasOf(createRandom(options.seed * 100_003 + index));
    const item = createItem(world, calendar, { ...generate(random, index, options), ...extras });
    return item.recurrence === null ? item : disturb(world, calendar, item, random);
  });
}

/** One event in eight lasts whole days; kind, time, zone and content are a matter of chance. */
function generate(
  random: Random,
  index: number,
  { from, until, seriesShare = 0.3 }: SeedOptions,
): EventInput {
  const day = random.integer(dayOf(Date.parse(from)), dayOf(Date.parse(until)) - 1);
  const zone = random.pick(zones);
  const isAllDay = random.chance(0.12);
  // By day only: in the hours when clocks change, events are to be made on purpose.
  const minutes = isAllDay ? 0 : random.integer(10, 40) * 30;
  const isSeries = random.chance(seriesShare);
  // An occurrence has to be over before the next one begins.
  const days = isSeries ? 1 : random.integer(1, 3);
  const length = isAllDay ? days * 1440 : random.pick([0, 30, 30, 60, 90, 180]);
  const time = (offset: number): EventInput["start"] => ({
    dateTime: new Date(day * dayMs + (minutes + offset) * 60_000).toISOString().slice(0, 19),
    timeZone: zone,
  });
  return {
    ...describe(random, index),
    start: time(0),
    end: time(length),
    isAllDay,
    recurrence: isSeries
      ? { pattern: patternOf(random, day), range: { ...rangeOf(random, day), recurrenceTimeZone: zone } }
      : null,
  };
}

function describe(random: Random, index: number): Partial<EventInput> {
  const subject = `${random.pick(subjects)} ${index}`;
  const attendees = random.chance(0.3)
    ? people.slice(0, random.integer(1, people.length)).map((name) => attendeeOf(random, name))
    : [];
  const isMeeting = attendees.length > 0;
  const isOnline = isMeeting && random.chance(0.5);
  const organizer = { name: "Lee Gu", address: "lee.gu@fabrikam.example" };
  return {
    subject,
    location: random.pick(rooms),
    body: {
      contentType: "html",
      content: isOnline ? teamsBody(subject) : random.pick(["", `Notes on ${subject}`]),
    },
    attendees,
    isOnlineMeeting: isOnline,
    ...(isMeeting && random.chance(0.5)
      ? {
          isOrganizer: false,
          organizer,
          isCancelled: random.chance(0.1),
          responseStatus: {
            response: random.pick(["accepted", "tentativelyAccepted", "notResponded"]),
            time: "2026-01-05T08:00:00Z",
          },
          ...(random.chance(0.2) ? { foreignUid: `event-${index}@calendar.example` } : {}),
        }
      : {}),
    showAs: random.pick(["busy", "busy", "busy", "free", "tentative", "oof", "workingElsewhere"]),
    sensitivity: random.pick(["normal", "normal", "normal", "private", "confidential", "personal"]),
    importance: random.pick(["normal", "normal", "low", "high"]),
    categories: random.chance(0.2) ? ["Red category"] : [],
    isReminderOn: random.chance(0.7),
    hideAttendees: random.chance(0.05),
  };
}

function attendeeOf(random: Random, name: string): Attendee {
  const response = random.pick(["none", "accepted", "tentativelyAccepted", "declined"]);
  return {
    type: random.pick(["required", "required", "optional"]),
    status: { response, time: response === "none" ? "0001-01-01T00:00:00Z" : "2026-01-05T08:00:00Z" },
    emailAddress: { name, address: `${name.replace(" ", ".").toLowerCase()}@contoso.example` },
  };
}

function teamsBody(subject: string): string {
  return `<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n</head>\r\n<body>\r\n<p>${subject}</p>\r\n<div style="width:100%"><span style="white-space:nowrap">________________________________________________________________________________</span></div>\r\n<div class="me-email-text"><a href="https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc%40thread.v2/0">Join the meeting now</a></div>\r\n</body>\r\n</html>\r\n`;
}

function patternOf(random: Random, day: number): RecurrencePattern {
  const date = new Date(day * dayMs);
  const weekday = (["sunday", ...workdays, "saturday"] as const)[date.getUTCDay()] ?? "monday";
  const relative = {
    index: random.pick(["first", "second", "third", "fourth", "last"] as const),
    daysOfWeek: random.pick([[weekday], workdays, weekend]),
  };
  const month = date.getUTCMonth() + 1;
  const dayOfMonth = date.getUTCDate();
  const interval = random.pick([1, 1, 1, 2, 3]);
  return random.pick<RecurrencePattern>([
    { type: "daily", interval },
    { type: "weekly", interval, daysOfWeek: [weekday], firstDayOfWeek: "sunday" },
    {
      type: "weekly",
      interval,
      daysOfWeek: [weekday, ...workdays.filter((name) => name !== weekday).slice(0, 2)],
      firstDayOfWeek: "monday",
    },
    { type: "absoluteMonthly", interval, dayOfMonth },
    { type: "relativeMonthly", interval, ...relative },
    { type: "absoluteYearly", interval: 1, dayOfMonth, month },
    { type: "relativeYearly", interval: 1, month, ...relative },
  ]);
}

function rangeOf(random: Random, day: number): RecurrenceRange {
  const startDate = formatDay(day);
  return random.pick<RecurrenceRange>([
    { type: "noEnd", startDate },
    { type: "endDate", startDate, endDate: formatDay(day + random.integer(370, 900)) },
    { type: "numbered", startDate, numberOfOccurrences: random.integer(2, 60) },
  ]);
}

/** Cancels some of the first occurrences of a series and changes others. */
function disturb(world: World, calendar: Calendar, series: Item, random: Random): Item {
  const { monthEnd } = switchesFor(world, calendar.folder.owner, calendar);
  const { start } = series.span;
  const days = instancesOf(series, start, start + 400 * dayMs, monthEnd).map(({ day }) => day ?? 0);
  let item = series;
  for (const day of days.slice(1, 12)) {
    const fate = random.integer(1, 12);
    if (fate === 1) item = cancelOccurrence(world, calendar, item, day);
    if (fate === 2) {
      const subject = `${item.content.subject} (changed)`;
      const times = item.isAllDay ? {} : shifted(item, day, random.integer(1, 6) * 10);
      item = alterOccurrence(world, calendar, item, day, { subject, ...times });
    }
  }
  return item;
}

/** The same day, some minutes earlier or later, as far as the day allows. */
function shifted(item: Item, day: number, minutes: number): Partial<EventInput> {
  const startOfDay = item.span.startWall % dayMs;
  const sign = startOfDay + minutes * 60_000 < dayMs ? 1 : -1;
  const at = (wall: number): EventInput["start"] => ({
    dateTime: new Date(wall + (day - dayOf(item.span.startWall)) * dayMs + sign * minutes * 60_000)
      .toISOString()
      .slice(0, 19),
    timeZone: item.zone,
  });
  return { start: at(item.span.startWall), end: at(item.span.endWall) };
}
