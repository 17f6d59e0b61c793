/** Objects of other CalDAV clients that between them hold what servers are known to change or to stumble over, by name. */
export function caldavNatives(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(byName).map(([name, parts]) => [`CalDAV: ${name}`, calendar(parts)]),
  );
}

type Parts = { readonly zones?: readonly string[]; readonly events: ReadonlyArray<readonly string[]> };

function calendar({ zones = [], events }: Parts): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Apple Inc.//iPhone OS 18.1//EN",
    "CALSCALE:GREGORIAN",
    ...zones,
    ...events.flatMap((lines) => [
      "BEGIN:VEVENT",
      "UID:0B7B8E0A-1",
      "DTSTAMP:20260101T000000Z",
      ...lines,
      "END:VEVENT",
    ]),
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

const at = (date: string, hours: readonly [string, string], tzid = "America/New_York"): string[] => [
  `DTSTART;TZID=${tzid}:${date}T${hours[0]}0000`,
  `DTEND;TZID=${tzid}:${date}T${hours[1]}0000`,
];
const times = at("20270302", ["09", "10"]);
const utcTimes = ["DTSTART:20270302T090000Z", "DTEND:20270302T100000Z"];
const alarm = (...lines: readonly string[]): string[] => ["BEGIN:VALARM", ...lines, "END:VALARM"];
const only = (...lines: readonly string[]): Parts => ({ events: [lines] });

/** A zone of nobody's list, as old Exchange servers write them. */
const ownZone = [
  "BEGIN:VTIMEZONE",
  "TZID:(GMT+01.00) Amsterdam\\, Berlin\\, Rome",
  "BEGIN:STANDARD",
  "DTSTART:16010101T030000",
  "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
  "TZOFFSETFROM:+0200",
  "TZOFFSETTO:+0100",
  "END:STANDARD",
  "BEGIN:DAYLIGHT",
  "DTSTART:16010101T020000",
  "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
  "TZOFFSETFROM:+0100",
  "TZOFFSETTO:+0200",
  "END:DAYLIGHT",
  "END:VTIMEZONE",
];

const byName: Readonly<Record<string, Parts>> = {
  "an event of the phone": only(
    ...times,
    "SUMMARY:Dentist",
    "LOCATION:1 Infinite Loop\\, Cupertino\\nCalifornia",
    "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC",
    "X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT30M",
    "SEQUENCE:3",
    "TRANSP:OPAQUE",
    ...alarm("UID:A1", "X-WR-ALARMUID:A1", "ACTION:DISPLAY", "DESCRIPTION:Reminder", "TRIGGER:-PT15M"),
    ...alarm("UID:A2", "ACTION:AUDIO", "ATTACH;VALUE=URI:Chord", "TRIGGER;RELATED=END:PT0S"),
    ...alarm("ACTION:DISPLAY", "DESCRIPTION:At once", "TRIGGER;VALUE=DATE-TIME:20270301T080000Z"),
  ),
  "a place with a position": only(
    ...times,
    'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS="1 Infinite Loop\\nCupertino, CA";X-APPLE-MAPKIT-HANDLE=CAES9Q;X-APPLE-RADIUS=141.17;X-TITLE="Apple: HQ":geo:37.331741,-122.030333',
  ),
  "floating times": only("DTSTART:20270302T090000", "DTEND:20270302T100000", "SUMMARY:Wherever I am"),
  "a duration": only("DTSTART:20270302T090000Z", "DURATION:P1DT2H", "SUMMARY:Long"),
  "a whole day without an end": only("DTSTART;VALUE=DATE:20270302", "SUMMARY:Birthday", "TRANSP:TRANSPARENT"),
  "people, who become text": only(
    ...utcTimes,
    "SUMMARY:Lunch",
    "DESCRIPTION:Bring cake\\, please",
    'ORGANIZER;CN="Smith; Jo":mailto:jo@example.com',
    'ATTENDEE;CN="O\'Neil, Ann";PARTSTAT=ACCEPTED;ROLE=OPT-PARTICIPANT:mailto:ann@example.com',
    "ATTENDEE;CN=Room^n4;CUTYPE=ROOM:mailto:room@example.com",
  ),
  "parameters with quotes, colons, carets": only(
    ...utcTimes,
    'SUMMARY;LANGUAGE=de;X-NOTE="a:b;c,d":Zahnarzt',
    'LOCATION;ALTREP="http://xyzcorp.com/conf-rooms/f123.vcf":Conference Room',
    "COMMENT;X-CARET=one^ntwo^^three^'four:Kept",
    'X-LIST;A="x,y",z;B=c:value',
  ),
  "attachments and conferences": only(
    ...utcTimes,
    "SUMMARY:Files",
    'ATTACH;FMTTYPE=application/pdf;FILENAME="a, b.pdf":https://example.com/a.pdf?x=1;2,3',
    "ATTACH;VALUE=BINARY;ENCODING=BASE64;FMTTYPE=text/plain:SGVsbG8gd29ybGQh",
    'CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL="Join: now":https://meet.example.com/a',
    "URL;VALUE=URI:https://example.com/a;b,c?d=%7B1%7D",
    "COLOR:turquoise",
    "GEO:37.386013;-122.082932",
    "CATEGORIES:Work,Travel\\; far,Työ",
    "CATEGORIES:Second line",
    "CONTACT:Jim Dolittle\\, ABC Industries\\, +1-919-555-1234",
    "REQUEST-STATUS:2.0;Success",
  ),
  "lists with escaped commas": only(
    ...utcTimes,
    "CATEGORIES:Work\\, paid,Second",
    "RESOURCES:EASEL\\, large,PROJECTOR",
  ),
  "lower case, old and unknown properties": only(
    "dtstart;tzid=America/New_York:20270302T090000",
    "dtend;tzid=America/New_York:20270302T100000",
    "summary:lower case",
    "class:private",
    "Status:Tentative",
    "X-MOZ-LASTACK:20260101T000000Z",
    "X-MICROSOFT-DISALLOW-COUNTER:FALSE",
    "X-EMPTY:",
    "NEW-PROPERTY;NEW-PARAM=1:of a standard to come",
  ),
  "escapes that need none": only(
    ...utcTimes,
    'SUMMARY:Quoted \\"text\\"\\, \\; \\\\n',
    "DESCRIPTION:One\\NTwo\\nThree: a\\:b",
  ),
  "long lines that were never folded": only(
    ...utcTimes,
    `SUMMARY:${"日本語 ".repeat(80)}`,
    `DESCRIPTION:${"Ünïcode\\, 🎉 ".repeat(800)}`,
  ),
  "RDATEs beside a rule": only(
    ...times,
    "SUMMARY:Extra dates",
    "RRULE:FREQ=WEEKLY;COUNT=4",
    "RDATE;TZID=America/New_York:20270304T090000,20270305T090000",
    "RDATE;TZID=America/New_York:20270311T090000",
    "EXDATE;TZID=America/New_York:20270309T090000",
  ),
  "by position": only(
    ...times,
    "SUMMARY:Second last weekday",
    "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
  ),
  "a rule with everything": only(
    ...times,
    "SUMMARY:Everything",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYMONTH=3,9;BYDAY=TU;WKST=SU;UNTIL=20291231T235959Z",
  ),
  "a series with overrides and exclusions": {
    events: [
      [
        ...times,
        "SUMMARY:Yoga",
        "RRULE:FREQ=DAILY;COUNT=20",
        "EXDATE;TZID=America/New_York:20270304T090000",
        "EXDATE;TZID=America/New_York:20270305T090000,20270306T090000",
        "SEQUENCE:2",
      ],
      [
        "RECURRENCE-ID;TZID=America/New_York:20270308T090000",
        ...at("20270308", ["11", "12"]),
        "SUMMARY:Yoga\\, later",
      ],
      [
        "RECURRENCE-ID:20270316T130000Z",
        "DTSTART:20270316T150000Z",
        "DTEND:20270316T160000Z",
        "SUMMARY:Yoga in UTC",
      ],
    ],
  },
  "a series of whole days with one of them timed": {
    events: [
      [
        "DTSTART;VALUE=DATE:20270302",
        "DTEND;VALUE=DATE:20270303",
        "RRULE:FREQ=WEEKLY;COUNT=5",
        "EXDATE;VALUE=DATE:20270309",
        "SUMMARY:Market",
      ],
      [
        "RECURRENCE-ID;VALUE=DATE:20270316",
        "DTSTART;VALUE=DATE:20270317",
        "DTEND;VALUE=DATE:20270318",
        "SUMMARY:Market\\, Wednesday",
      ],
    ],
  },
  "a zone of its own": {
    zones: ownZone,
    events: [
      [
        'DTSTART;TZID="(GMT+01.00) Amsterdam, Berlin, Rome":20270302T090000',
        'DTEND;TZID="(GMT+01.00) Amsterdam, Berlin, Rome":20270302T100000',
        "RRULE:FREQ=WEEKLY;COUNT=10",
        "SUMMARY:From an old Exchange",
      ],
    ],
  },
  "a zone that nobody describes": only(
    ...at("20270302", ["09", "10"], "Europe/Berlin"),
    "SUMMARY:No VTIMEZONE",
  ),
};
