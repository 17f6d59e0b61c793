import { type GraphEvent, type GraphNative, serialiseNative } from "../../src/sources/graph/native.ts";

/** Native forms of a mailbox that between them hold what servers are known to change or to stumble over, by name. */
export function graphNatives(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries({ ...singles, ...seriesByName }).map(([name, native]) => [name, serialiseNative(native)]),
  );
}

type Pattern = NonNullable<NonNullable<GraphEvent["recurrence"]>["pattern"]>;

const eastern = "Eastern Standard Time";

const meeting: GraphEvent = {
  id: "AAMk",
  type: "singleInstance",
  iCalUId: "040000008200E00074C5B7101A82E008000000008CC9FCFA2C0ADA010000000000000000100000",
  subject: "Budget",
  start: { dateTime: "2027-03-02T19:00:00.0000000", timeZone: "UTC" },
  end: { dateTime: "2027-03-02T20:00:00.0000000", timeZone: "UTC" },
  originalStartTimeZone: eastern,
  originalEndTimeZone: eastern,
  isAllDay: false,
  isOrganizer: false,
  showAs: "busy",
  createdDateTime: "2026-01-05T08:00:00.1234567Z",
  lastModifiedDateTime: "2026-01-06T08:00:00Z",
  isReminderOn: false,
};

const single = (changes: Partial<GraphEvent>): GraphNative => ({
  kind: "single",
  event: { ...meeting, ...changes },
});

const plain = (content: string): NonNullable<GraphEvent["body"]> => ({ contentType: "text", content });
const midnight = (date: string) => ({ dateTime: `${date}T00:00:00.0000000`, timeZone: "UTC" });

const singles: Readonly<Record<string, GraphNative>> = {
  "Graph: nothing but times": single({ subject: "" }),
  "Graph: in a Windows zone, with a reminder and people": single({
    isReminderOn: true,
    reminderMinutesBeforeStart: 15,
    importance: "high",
    sensitivity: "private",
    organizer: { emailAddress: { name: 'Dana "D" Swope; Ltd.', address: "dana@contoso.example" } },
    attendees: [
      {
        type: "optional",
        status: { response: "accepted" },
        emailAddress: { name: "O'Neil, Ann", address: "ann@x.example" },
      },
    ],
  }),
  "Graph: a whole day": single({
    isAllDay: true,
    start: midnight("2027-03-01"),
    end: midnight("2027-03-03"),
    showAs: "free",
  }),
  "Graph: away for months, in UTC": single({
    showAs: "oof",
    end: { dateTime: "2027-06-02T20:00:00.0000000", timeZone: "UTC" },
    originalStartTimeZone: "UTC",
    originalEndTimeZone: "UTC",
  }),
  "Graph: emoji of several code points": single({
    subject: "👩‍👩‍👧‍👦 Familie 🏳️‍🌈 e\u0301 \u{1F1E9}\u{1F1EA} 🎉",
    body: plain("🎉".repeat(100)),
  }),
  "Graph: right to left": single({
    subject: "פגישה \u200Fעם דנה\u200E — اجتماع",
    body: plain("\u202Bשלום עולם\u202C"),
  }),
  "Graph: backslashes, commas, semicolons, quotes, colons": single({
    subject: 'C:\\table, a;b "q": 1',
    body: plain("first\r\n second\n\n\tthird, with a tab\\"),
    categories: ["Blue; Yellow", "back\\slash", "Blue; Yellow"],
    location: { displayName: 'Room "4", 2nd floor; left: C:\\' },
  }),
  "Graph: a backslash before an n": single({ subject: "C:\\new, and \\n is no break" }),
  "Graph: categories with commas": single({ categories: ["Red, Green", "Blue"] }),
  "Graph: breaks of all kinds": single({
    subject: "one\u2028two\u0085three\r\nfour",
    body: plain("a\u2028b\u2029c\u0085d\u000be\u000cf"),
  }),
  "Graph: blanks where servers trim": single({
    subject: "  in the middle   of  ",
    body: plain("  first line is indented\n\n\n  last one too  \n"),
  }),
  "Graph: a body of 100 KB": single({
    body: {
      contentType: "html",
      content: `<p>${"Ünïcode & <b>bold</b>, 日本語; ".repeat(3000)}</p>`,
    },
  }),
  "Graph: one word that is longer than many lines": single({
    subject: "é".repeat(600),
    body: plain("x".repeat(5000)),
  }),
  "Graph: HTML with a link": single({
    body: {
      contentType: "html",
      content:
        '<html><body><p>Hi <a href="https://example.com/a?b=1&amp;c=2;3,4">there</a></p></body></html>',
    },
    webLink: "https://outlook.office365.com/owa/?itemid=AA%3D%3D&exvsurl=1",
  }),
  "Graph: an online meeting": single({
    isOnlineMeeting: true,
    onlineMeeting: {
      joinUrl: "https://teams.microsoft.com/l/meetup-join/19%3ameeting_1%40thread.v2/0?a=%7b%7d",
    },
  }),
  "Graph: an address to join with a comma in it": single({
    onlineMeeting: { joinUrl: "https://example.com/join,1;2?pin=3" },
  }),
  "Graph: several places with positions": single({
    locations: [
      {
        displayName: "Fourth Coffee, Ltd.",
        address: {
          street: '4 "Main" St; Apt 2',
          city: "Redmond",
          postalCode: "98052",
          countryOrRegion: "US",
        },
        coordinates: { latitude: 47.672, longitude: -102.103 },
      },
      { displayName: "Home: office" },
    ],
  }),
};

const series = (
  pattern: Pattern,
  start = "2027-01-04",
  range: object = { type: "noEnd" },
): GraphNative & { kind: "series" } => ({
  kind: "series",
  master: {
    ...meeting,
    type: "seriesMaster",
    start: { dateTime: `${start}T09:00:00.0000000`, timeZone: eastern },
    end: { dateTime: `${start}T09:30:00.0000000`, timeZone: eastern },
    recurrence: { pattern, range: { startDate: start, recurrenceTimeZone: eastern, ...range } },
  },
  exceptions: [],
  cancelled: [],
  instances: null,
});

const weekly: Pattern = { type: "weekly", interval: 1, daysOfWeek: ["monday"], firstDayOfWeek: "monday" };

const exception = (day: string, changes: Partial<GraphEvent>): GraphEvent => ({
  ...meeting,
  type: "exception",
  id: `AAMk-${day}`,
  occurrenceId: `OID.AAMk.${day}`,
  originalStart: `${day}T14:00:00Z`,
  start: { dateTime: `${day}T11:00:00.0000000`, timeZone: eastern },
  end: { dateTime: `${day}T12:00:00.0000000`, timeZone: eastern },
  ...changes,
});

const wholeDays = series({ type: "weekly", interval: 2, daysOfWeek: ["monday"] }, "2027-01-04", {
  type: "numbered",
  numberOfOccurrences: 6,
});

const seriesByName: Readonly<Record<string, GraphNative>> = {
  "Graph: daily to a day": series({ type: "daily", interval: 3 }, "2027-01-04", {
    type: "endDate",
    endDate: "2027-04-30",
  }),
  "Graph: weekly, two moved, two cancelled": {
    ...series(weekly),
    exceptions: [
      exception("2027-01-18", { subject: "Later, elsewhere" }),
      exception("2027-03-15", {
        originalStart: "2027-03-15T13:00:00Z",
        isReminderOn: true,
        reminderMinutesBeforeStart: 0,
      }),
    ],
    cancelled: ["OID.AAMk.2027-01-11", "OID.AAMk.2027-03-22"],
  },
  "Graph: several days of every second week": series(
    { ...weekly, interval: 2, daysOfWeek: ["monday", "wednesday", "friday"], firstDayOfWeek: "sunday" },
    "2027-01-04",
    { type: "numbered", numberOfOccurrences: 20 },
  ),
  "Graph: the 31st": series({ type: "absoluteMonthly", interval: 1, dayOfMonth: 31 }, "2027-01-31"),
  "Graph: last Friday": series(
    { type: "relativeMonthly", interval: 1, index: "last", daysOfWeek: ["friday"] },
    "2027-01-29",
  ),
  "Graph: first working day, by position": series(
    {
      type: "relativeMonthly",
      interval: 1,
      index: "first",
      daysOfWeek: ["monday", "tuesday", "wednesday", "thursday", "friday"],
    },
    "2027-01-01",
  ),
  "Graph: 29 February": series(
    { type: "absoluteYearly", interval: 1, dayOfMonth: 29, month: 2 },
    "2028-02-29",
  ),
  "Graph: fourth Thursday of November": series(
    { type: "relativeYearly", interval: 1, index: "fourth", daysOfWeek: ["thursday"], month: 11 },
    "2027-11-25",
  ),
  "Graph: whole days, one cancelled": {
    ...wholeDays,
    master: {
      ...wholeDays.master,
      isAllDay: true,
      start: midnight("2027-01-04"),
      end: midnight("2027-01-05"),
    },
    cancelled: ["OID.AAMk.2027-01-18"],
  },
  "Graph: daily for more years than servers count": series({ type: "daily", interval: 1 }, "2010-01-04"),
};
