import type { CaldavControl } from "./control.ts";

/** An object for a calendar: its name in the collection and its body. */
export type SeedObject = { readonly name: string; readonly body: string };

/** How many objects, from which day on (epoch milliseconds, midnight UTC), and the seed of the dice. */
export type SeedOptions = { readonly count: number; readonly from: number; readonly seed?: number };

const day = 24 * 3600 * 1000;
const zones = ["America/New_York", "Europe/Berlin", "Asia/Tokyo"] as const;
const titles = [
  "Dentist",
  "School run",
  "Müller & Söhne",
  "Call; with, commas",
  "Turnen 🤸",
  "Budget review",
  "Flight LH 441",
];
const places = ["Café Central", "Room 4.01", "1 Infinite Loop\\, Cupertino", "Zoom"];

/**
 * Makes objects as Apple's clients write them: VTIMEZONE, alarms, `X-APPLE-…`, all-day events, series with
 * overrides and EXDATEs, default-alarm stubs, a duplicate DTSTAMP now and then. Same options, same objects.
 */
export function seedObjects(options: SeedOptions): SeedObject[] {
  const dice = diceOf(options.seed ?? 1);
  return Array.from({ length: options.count }, (_, index) => {
    const uid = uuid(dice);
    return { name: `${uid}.ics`, body: seedBody(index, uid, options.from, dice) };
  });
}

/** Puts seeded objects into a calendar, without HTTP. */
export function seedCalendar(
  control: CaldavControl,
  user: string,
  calendar: string,
  options: SeedOptions,
): void {
  for (const object of seedObjects(options)) control.putObject(user, calendar, object.name, object.body);
}

type Dice = (sides: number) => number;

function seedBody(index: number, uid: string, from: number, dice: Dice): string {
  const zone = zones[dice(zones.length)] ?? "Europe/Berlin";
  const start = from + dice(365) * day + (7 + dice(12)) * 3600 * 1000;
  const event = (lines: readonly string[]): string[] => [
    "BEGIN:VEVENT",
    ...common(uid, dice),
    ...lines,
    "END:VEVENT",
  ];
  const times = (at: number): string[] => [
    `DTSTART;TZID=${zone}:${local(at)}`,
    `DTEND;TZID=${zone}:${local(at + 3600 * 1000)}`,
  ];
  const title = `SUMMARY:${titles[dice(titles.length)] ?? ""}`.replaceAll(/(?<!\\)([;,])/g, "\\$1");
  switch (index % 10) {
    case 0:
      return vcalendar(
        [],
        event([title, `DTSTART:${local(start)}Z`, `DTEND:${local(start + 1800 * 1000)}Z`, ...alarm(uid)]),
      );
    case 1:
      return vcalendar(
        [],
        event([title, ...allDay(start, 1 + dice(3)), "TRANSP:TRANSPARENT", ...defaultAlarmStub(uid)]),
      );
    case 2:
      return vcalendar(
        [zone],
        [
          ...event([
            title,
            ...times(start),
            "RRULE:FREQ=WEEKLY;COUNT=20",
            `EXDATE;TZID=${zone}:${local(start + 14 * day)}`,
          ]),
          ...event([
            "SUMMARY:Moved",
            `RECURRENCE-ID;TZID=${zone}:${local(start + 7 * day)}`,
            ...times(start + 7 * day + 7200 * 1000),
          ]),
        ],
      );
    case 3:
      return vcalendar(
        [zone],
        event([title, ...times(start), "RRULE:FREQ=MONTHLY;BYDAY=2TU", ...alarm(uid)]),
      );
    case 4:
      return vcalendar([], event([title, ...allDay(start, 1), "RRULE:FREQ=YEARLY"]));
    case 5:
      return vcalendar(
        [zone],
        event([title, ...times(start), ...location(dice), "X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT30M"]),
      );
    case 6:
      return vcalendar(
        [zone],
        event([title, ...times(start), "DTSTAMP:20260102T030405Z", ...defaultAlarmStub(uid)]),
      );
    default:
      return vcalendar([zone], event([title, ...times(start), ...alarm(uid)]));
  }
}

function common(uid: string, dice: Dice): string[] {
  return [
    `UID:${uid}`,
    "CREATED:20260101T080000Z",
    "DTSTAMP:20260102T030405Z",
    "LAST-MODIFIED:20260102T030405Z",
    `SEQUENCE:${dice(3)}`,
    "X-APPLE-CREATOR-IDENTITY:com.apple.mobilecal",
    "X-APPLE-CREATOR-TEAM-IDENTITY:0000000000",
  ];
}

function allDay(start: number, days: number): string[] {
  return [`DTSTART;VALUE=DATE:${dateOf(start)}`, `DTEND;VALUE=DATE:${dateOf(start + days * day)}`];
}

function dateOf(at: number): string {
  return local(at).slice(0, 8);
}

function alarm(uid: string): string[] {
  const inner = [`UID:${uid}-A`, "DESCRIPTION:Reminder", "TRIGGER:-PT15M", `X-WR-ALARMUID:${uid}-A`];
  return ["BEGIN:VALARM", "ACTION:DISPLAY", ...inner, "END:VALARM"];
}

function defaultAlarmStub(uid: string): string[] {
  const inner = [`UID:${uid}-N`, "TRIGGER;VALUE=DATE-TIME:19760401T005545Z", "X-APPLE-DEFAULT-ALARM:TRUE"];
  return ["BEGIN:VALARM", "ACTION:NONE", ...inner, "END:VALARM"];
}

function location(dice: Dice): string[] {
  const place = places[dice(places.length)] ?? "";
  return [
    `LOCATION:${place}`,
    `X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-APPLE-RADIUS=70.5;X-TITLE="${place.replaceAll("\\", "")}":geo:37.33182,-122.03118 `,
  ];
}

function vcalendar(usedZones: readonly string[], lines: readonly string[]): string {
  return (
    [
      "BEGIN:VCALENDAR",
      "CALSCALE:GREGORIAN",
      "PRODID:-//Apple Inc.//iOS 18.1//EN",
      "VERSION:2.0",
      ...usedZones.flatMap(timezone),
      ...lines,
      "END:VCALENDAR",
    ]
      .map(folded)
      .join("\r\n") + "\r\n"
  );
}

function observance(
  kind: string,
  rule: string,
  start: string,
  offsets: readonly [from: string, to: string],
  name: string,
): string[] {
  return [
    `BEGIN:${kind}`,
    `DTSTART:${start}`,
    ...(rule === "" ? [] : [`RRULE:${rule}`]),
    `TZOFFSETFROM:${offsets[0]}`,
    `TZOFFSETTO:${offsets[1]}`,
    `TZNAME:${name}`,
    `END:${kind}`,
  ];
}

function timezone(zone: string): string[] {
  const observances: Readonly<Record<string, string[]>> = {
    "America/New_York": [
      ...observance(
        "DAYLIGHT",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
        "20070311T020000",
        ["-0500", "-0400"],
        "EDT",
      ),
      ...observance(
        "STANDARD",
        "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
        "20071104T020000",
        ["-0400", "-0500"],
        "EST",
      ),
    ],
    "Europe/Berlin": [
      ...observance(
        "DAYLIGHT",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "19810329T020000",
        ["+0100", "+0200"],
        "GMT+2",
      ),
      ...observance(
        "STANDARD",
        "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "19961027T030000",
        ["+0200", "+0100"],
        "GMT+1",
      ),
    ],
    "Asia/Tokyo": observance("STANDARD", "", "19510909T010000", ["+1000", "+0900"], "JST"),
  };
  return ["BEGIN:VTIMEZONE", `TZID:${zone}`, ...(observances[zone] ?? []), "END:VTIMEZONE"];
}

function folded(line: string): string {
  const parts = line.match(/.{1,60}/gsu) ?? [line];
  return Buffer.byteLength(line) <= 75 ? line : parts.join("\r\n ");
}

function local(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
}

function uuid(dice: Dice): string {
  return [8, 4, 4, 4, 12]
    .map((length) => Array.from({ length }, () => dice(16).toString(16)).join(""))
    .join("-")
    .toUpperCase();
}

/** Mulberry32: small, quick, the same everywhere. */
function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  return (sides) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}
