import { type GraphEvent, type GraphNative, serialiseNative } from "../src/sources/graph/native.ts";

const dayMs = 86_400_000;
const firstDay = Date.UTC(2026, 0, 5);
const zones = [
  "Eastern Standard Time",
  "W. Europe Standard Time",
  "India Standard Time",
  "Pacific Standard Time",
];

/** A month's mail of a busy mailbox: a third without a body, a third with a short one, a third with Teams' own. */
export function singleNatives(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    serialiseNative({ kind: "single", event: { ...meeting(index), ...times(index, "UTC") } }),
  );
}

/** The kinds of series that people have, by name: native forms of each as the mailbox answers them. */
export function seriesNatives(count: number): Readonly<Record<string, readonly string[]>> {
  const of = (make: (index: number) => GraphNative): readonly string[] =>
    Array.from({ length: count }, (_, index) => serialiseNative(make(index)));
  return {
    "weekly with exceptions": of(weeklyWithExceptions),
    "daily since years": of((index) => series(index, { type: "daily", interval: 1 }, "2016-01-04")),
    "monthly relative": of((index) =>
      series(index, { type: "relativeMonthly", interval: 1, index: "second", daysOfWeek: ["tuesday"] }),
    ),
    "day 31": of((index) =>
      series(index, { type: "absoluteMonthly", interval: 1, dayOfMonth: 31 }, "2026-01-31"),
    ),
    "all-day yearly": of((index) => ({
      ...series(index, { type: "absoluteYearly", interval: 1, dayOfMonth: 5, month: 1 }),
      master: allDay(series(index, { type: "absoluteYearly", interval: 1, dayOfMonth: 5, month: 1 }).master),
    })),
  };
}

/** Objects as an iPhone writes them, a fifth of them series with an override and an alarm. */
export function caldavNatives(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => appleObject(index));
}

type At = NonNullable<GraphEvent["start"]>;
type Pattern = NonNullable<NonNullable<GraphEvent["recurrence"]>["pattern"]>;

function series(index: number, pattern: Pattern, startDate = "2026-01-05"): GraphNative & { kind: "series" } {
  const zone = zoneOf(index);
  const master: GraphEvent = {
    ...meeting(index),
    type: "seriesMaster",
    start: { dateTime: `${startDate}T09:00:00.0000000`, timeZone: zone },
    end: { dateTime: `${startDate}T09:30:00.0000000`, timeZone: zone },
    recurrence: { pattern, range: { type: "noEnd", startDate, recurrenceTimeZone: zone } },
  };
  return { kind: "series", master, exceptions: [], cancelled: [], instances: null };
}

const week = (number: number): string => new Date(firstDay + number * 7 * dayMs).toISOString().slice(0, 10);

/** Four of its occurrences moved, two cancelled. */
function weeklyWithExceptions(index: number): GraphNative {
  const weekly = series(index, {
    type: "weekly",
    interval: 1,
    daysOfWeek: ["monday"],
    firstDayOfWeek: "sunday",
  });
  const zone = zoneOf(index);
  const exceptions = [3, 8, 13, 21].map(
    (number): GraphEvent => ({
      ...meeting(index),
      id: `${weekly.master.id}-${number}`,
      type: "exception",
      subject: `Moved to the afternoon of week ${number}`,
      originalStart: `${week(number)}T14:00:00Z`,
      occurrenceId: `OID.${weekly.master.id}.${week(number)}`,
      start: { dateTime: `${week(number)}T15:00:00.0000000`, timeZone: zone },
      end: { dateTime: `${week(number)}T16:00:00.0000000`, timeZone: zone },
    }),
  );
  const cancelled = [5, 10].map((number) => `OID.${weekly.master.id}.${week(number)}`);
  return { ...weekly, exceptions, cancelled };
}

function allDay(master: GraphEvent): GraphEvent {
  return { ...master, isAllDay: true, start: midnight("2026-01-05"), end: midnight("2026-01-06") };
}

function midnight(date: string): At {
  return { dateTime: `${date}T00:00:00.0000000`, timeZone: "UTC" };
}

function times(index: number, timeZone: string): Readonly<Record<"start" | "end", At>> {
  const start = firstDay + (index % 300) * dayMs + (13 + (index % 8)) * 3_600_000;
  const at = (instant: number): At => ({
    dateTime: `${new Date(instant).toISOString().slice(0, -1)}0000`,
    timeZone,
  });
  return { start: at(start), end: at(start + 1_800_000) };
}

function zoneOf(index: number): string {
  return zones[index % zones.length] ?? "UTC";
}

function meeting(index: number): GraphEvent {
  const zone = zoneOf(index);
  return {
    "@odata.etag": `W/"change-${index}"`,
    id: `AAMkAGI2NGVhZTVlLTI1OGMtNDI4My1iZmE5LTA5OGJiZGEzMTc0YQBGAAAAAADUuTJK1K9aTpCdqXop_4NaBwCd9${index}`,
    type: "singleInstance",
    iCalUId: `040000008200E00074C5B7101A82E008000000008CC9FCFA2C0ADA010000000000000000100000${String(index).padStart(8, "0")}AA47BE9A0F3B2B4B8C7D`,
    subject: `Budget review ${index}: Q3, Köln & Zürich`,
    body: { contentType: "html", content: bodies[index % bodies.length] ?? "" },
    bodyPreview: "Agenda",
    importance: "normal",
    sensitivity: "normal",
    showAs: "busy",
    isAllDay: false,
    isCancelled: false,
    isOrganizer: false,
    isReminderOn: true,
    reminderMinutesBeforeStart: 15,
    categories: index % 2 === 0 ? ["Blue category", "Finance, Europe"] : [],
    createdDateTime: "2025-11-05T08:00:00.1234567Z",
    lastModifiedDateTime: "2025-12-06T08:00:00Z",
    originalStartTimeZone: zone,
    originalEndTimeZone: zone,
    location: { displayName: "Conference room 4" },
    locations: [
      {
        displayName: "Conference room 4",
        locationType: "conferenceRoom",
        address: { street: "1 Main Street", city: "Springfield", countryOrRegion: "US", postalCode: "12345" },
        coordinates: { latitude: 47.64, longitude: -122.13 },
      },
      { displayName: "Microsoft Teams Meeting" },
    ],
    organizer: { emailAddress: { name: "Dana Swope", address: "danas@contoso.example" } },
    attendees: Array.from({ length: 3 + (index % 6) }, (_, number) => ({
      type: number % 3 === 2 ? ("optional" as const) : ("required" as const),
      status: { response: "accepted" as const, time: "2025-11-06T08:00:00Z" },
      emailAddress: { name: `Person ${number}`, address: `person${number}@contoso.example` },
    })),
    isOnlineMeeting: index % 3 === 2,
    ...(index % 3 === 2 ? { onlineMeeting: { joinUrl: `${teams}${index}` } } : {}),
    webLink: `https://outlook.office365.com/owa/?itemid=AAMk${index}&exvsurl=1&path=/calendar/item`,
  };
}

const teams =
  "https://teams.microsoft.com/l/meetup-join/19%3ameeting_OGQyYWNmZGYtMzY5%40thread.v2/0?context=%7b%22Tid%22%7d&n=";

const short = `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>
<p>Hello all,</p><p>please bring the <b>figures</b> of the third quarter.</p><ul><li>Sales</li><li>Costs</li></ul>
<p>Best regards<br>Dana</p></body></html>`;

const style =
  "style=\"font-family:'Segoe UI','Helvetica Neue',Helvetica,Arial,sans-serif; color:#252424; font-size:14px\"";

/** What Teams puts below every invitation: two kilobytes of text in four of markup. */
const blob = `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><style>
<!-- @font-face {font-family:"Cambria Math"} p.MsoNormal, li.MsoNormal, div.MsoNormal {margin:0in; font-size:11.0pt} -->
</style></head><body lang="EN-US" link="#0563C1" vlink="#954F72" style="word-wrap:break-word"><div class="WordSection1">
<p class="MsoNormal">Weekly review of the numbers.</p><p class="MsoNormal">&nbsp;</p></div><br>
<div style="width:100%"><span style="white-space:nowrap; color:#5F5F5F; opacity:.36">${"_".repeat(80)}</span></div>
<div class="me-email-text" lang="en-US" ${style}><div style="margin-top:24px; margin-bottom:20px">
<span style="font-size:24px; color:#252424">Microsoft Teams meeting</span></div>
<div style="margin-bottom:20px"><div style="margin-top:0px"><span ${style}>Join on your computer, mobile app or room device</span></div>
<a class="me-email-headline" ${style} href="${teams}1" target="_blank" rel="noreferrer noopener">Click here to join the meeting</a></div>
<div style="margin-bottom:20px"><div><span ${style}>Meeting ID: </span><span ${style}>234 567 890 123</span></div>
<div><span ${style}>Passcode: </span><span ${style}>aB3dEf</span></div>
<div><a ${style} href="https://www.microsoft.com/en-us/microsoft-teams/download-app">Download Teams</a> |
<a ${style} href="https://www.microsoft.com/microsoft-teams/join-a-meeting">Join on the web</a></div></div>
<div><span ${style}>Or call in (audio only)</span></div><div><a ${style} href="tel:+13235553214,,123456789#">+1 323-555-3214,,123456789#</a>
<span ${style}>&nbsp; United States, Los Angeles</span></div>
<div>Phone Conference ID: <span ${style}>123 456 789#</span></div>
<div><a ${style} href="https://dialin.teams.microsoft.com/1?id=123456789">Find a local number</a> |
<a ${style} href="https://mysettings.lync.com/pstnconferencing">Reset PIN</a></div>
<div style="margin-bottom:24px"><a ${style} href="https://aka.ms/JoinTeamsMeeting">Learn More</a> |
<a ${style} href="https://teams.microsoft.com/meetingOptions/?organizerId=1">Meeting options</a></div></div>
<div style="width:100%"><span style="white-space:nowrap; color:#5F5F5F; opacity:.36">${"_".repeat(80)}</span></div></body></html>`;

const bodies: readonly string[] = ["", short, blob];

function appleObject(index: number): string {
  const day = String(1 + (index % 28)).padStart(2, "0");
  const zone = "America/New_York";
  const isSeries = index % 5 === 0;
  const event = (...lines: readonly string[]): string[] => [
    "BEGIN:VEVENT",
    `UID:7E5C8A5B-${index}`,
    "DTSTAMP:20260101T000000Z",
    ...lines,
    "LOCATION:1 Infinite Loop\\, Cupertino",
    'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS="1 Infinite Loop\\nCupertino";',
    " X-APPLE-RADIUS=141;X-TITLE=Apple:geo:37.331741,-122.030333",
    "BEGIN:VALARM",
    `UID:alarm-${index}`,
    "ACTION:DISPLAY",
    "DESCRIPTION:Reminder",
    "TRIGGER:-PT15M",
    "END:VALARM",
    "END:VEVENT",
  ];
  const at = (date: string, hour: string): string => `TZID=${zone}:${date}T${hour}0000`;
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Apple Inc.//iPhone OS 18.1//EN",
    "CALSCALE:GREGORIAN",
    "BEGIN:VTIMEZONE",
    `TZID:${zone}`,
    "BEGIN:DAYLIGHT",
    "TZOFFSETFROM:-0500",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
    "DTSTART:20070311T020000",
    "TZNAME:EDT",
    "TZOFFSETTO:-0400",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "TZOFFSETFROM:-0400",
    "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
    "DTSTART:20071104T020000",
    "TZNAME:EST",
    "TZOFFSETTO:-0500",
    "END:STANDARD",
    "END:VTIMEZONE",
    ...event(
      `DTSTART;${at(`202603${day}`, "09")}`,
      `DTEND;${at(`202603${day}`, "10")}`,
      `SUMMARY:Dentist ${index}`,
      ...(isSeries ? ["RRULE:FREQ=DAILY;COUNT=30"] : []),
    ),
    ...(isSeries
      ? event(
          `RECURRENCE-ID;${at(`202603${day}`, "09")}`,
          `DTSTART;${at(`202603${day}`, "11")}`,
          `DTEND;${at(`202603${day}`, "12")}`,
          `SUMMARY:Dentist ${index}, later`,
        )
      : []),
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}
