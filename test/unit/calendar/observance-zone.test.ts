import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calendarZones } from "../../../src/calendar/calendar-zones.ts";
import { parseCalendar } from "../../../src/calendar/component.ts";
import { zoneOf } from "../../../src/calendar/zones.ts";
import { naiveInstant } from "../graph-translate/naive-expander.ts";

const day = 86_400_000;

function zoneOfBlock(lines: readonly string[], tzid = "Mine") {
  const block = ["BEGIN:VTIMEZONE", `TZID:${tzid}`, ...lines, "END:VTIMEZONE"];
  const parsed = parseCalendar(["BEGIN:VCALENDAR", ...block, "END:VCALENDAR"].join("\n"));
  if (parsed.kind === "unreadable") throw new Error(parsed.problem);
  return calendarZones(parsed.calendar, "Asia/Tokyo").zone(tzid);
}

const observance = (kind: string, from: string, to: string, ...lines: readonly string[]): string[] => [
  `BEGIN:${kind}`,
  ...lines,
  `TZOFFSETFROM:${from}`,
  `TZOFFSETTO:${to}`,
  `END:${kind}`,
];

const winter = (...lines: readonly string[]) => observance("STANDARD", "-0400", "-0500", ...lines);
const summer = (...lines: readonly string[]) => observance("DAYLIGHT", "-0500", "-0400", ...lines);

/** New York in ways in which programs write it. */
const newYork: readonly [string, readonly string[]][] = [
  [
    "rules that end, unsorted",
    [
      ...winter("DTSTART:20071104T020000", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"),
      ...summer("DTSTART:20070311T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"),
      ...winter("DTSTART:19671029T020000", "RRULE:FREQ=YEARLY;UNTIL=20061029T060000Z;BYMONTH=10;BYDAY=-1SU"),
      ...summer("DTSTART:19870405T020000", "RRULE:FREQ=YEARLY;UNTIL=20060402T070000Z;BYMONTH=4;BYDAY=1SU"),
    ],
  ],
  [
    "an UNTIL in local time or as a date",
    [
      ...summer("DTSTART:19870405T020000", "RRULE:FREQ=YEARLY;UNTIL=20060402T020000;BYMONTH=4;BYDAY=1SU"),
      ...winter("DTSTART:19671029T020000", "RRULE:FREQ=YEARLY;UNTIL=20061029;BYMONTH=10;BYDAY=-1SU"),
      ...summer("DTSTART:20070311T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"),
      ...winter("DTSTART:20071104T020000", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"),
    ],
  ],
  [
    "lists of dates for the old rules",
    [
      ...summer("DTSTART:20040404T020000", "RDATE:20040404T020000,20050403T020000", "RDATE:20060402T020000"),
      ...winter("DTSTART:20031026T020000", "RDATE:20041031T020000,20051030T020000,20061029T020000"),
      ...summer("DTSTART:20070311T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=SU;BYSETPOS=2"),
      ...winter("DTSTART:20071104T020000", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=SU;BYMONTHDAY=1,2,3,4,5,6,7"),
    ],
  ],
  [
    "rules from 1601 on, offsets with a colon",
    [
      ...observance(
        "STANDARD",
        "-04:00",
        "-05:00",
        "DTSTART:16011104T020000",
        "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11;WKST=MO;INTERVAL=1",
      ),
      ...summer("DTSTART:16010311T020000", "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3"),
    ],
  ],
];

describe("a zone of an object's own", () => {
  it.each(newYork)("is read from %s", (_, lines) => {
    const zone = zoneOfBlock(lines);
    const years = { min: Date.UTC(2007, 1, 1) / 900_000, max: Date.UTC(2036, 0, 1) / 900_000 };
    const changes = [Date.UTC(2007, 2, 11), Date.UTC(2026, 10, 1), Date.UTC(2030, 2, 10)];
    const nearby = changes.flatMap((midnight) =>
      Array.from({ length: 24 }, (_unused, index) => midnight + index * 900_000),
    );
    for (const wall of nearby) expect(zone.toInstant(wall)).toBe(naiveInstant(wall, "America/New_York"));
    fc.assert(
      fc.property(fc.integer(years), (quarters) => {
        expect(zone.toInstant(quarters * 900_000)).toBe(naiveInstant(quarters * 900_000, "America/New_York"));
      }),
      { numRuns: 40, seed: 20261122 },
    );
  });

  it.each([2004, 2005, 2006])("keeps to its former rules in %i", (year) => {
    for (const [, lines] of newYork.slice(0, 3))
      for (let wall = Date.UTC(year, 3, 4); wall < Date.UTC(year, 11, 1); wall += day)
        expect(zoneOfBlock(lines).toInstant(wall)).toBe(naiveInstant(wall, "America/New_York"));
  });

  it.each<[string, string[], number]>([
    ["one STANDARD alone", observance("STANDARD", "+0300", "+0300", "DTSTART:19700101T000000"), 3],
    ["no TZOFFSETFROM", ["BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETTO:+0300", "END:STANDARD"], 3],
    ["an offset without a sign", observance("STANDARD", "0300", "0300", "DTSTART:19700101T000000"), 3],
    [
      "a rule that ended",
      observance("DAYLIGHT", "+0200", "+0300", "DTSTART:19800401T000000", "RRULE:FREQ=YEARLY;COUNT=2"),
      3,
    ],
  ])("may consist of %s", (_, lines, hours) => {
    expect(zoneOfBlock(lines).toInstant(Date.UTC(2026, 6, 1))).toBe(Date.UTC(2026, 6, 1) - hours * 3_600_000);
  });

  it("is the first readable one of its TZID", () => {
    const lines = [
      "END:VTIMEZONE",
      "BEGIN:VTIMEZONE",
      "TZID:Mine",
      ...observance("STANDARD", "+0300", "+0300", "DTSTART:19700101T000000"),
      "END:VTIMEZONE",
      "BEGIN:VTIMEZONE",
      "TZID:Mine",
      ...observance("STANDARD", "+0700", "+0700", "DTSTART:19700101T000000"),
    ];
    expect(zoneOfBlock(lines).toInstant(0)).toBe(-3 * 3_600_000);
  });

  it.each([
    ["GMT+0100", 2],
    ["Eastern", 2],
    ["EST", 2],
    ["Europe/Moscow", 3],
    ["(UTC+03:00) Moscow, St. Petersburg", 3],
  ])("counts before what %s may mean, not before the name of a zone", (tzid, hours) => {
    const lines = observance("STANDARD", "+0200", "+0200", "DTSTART:19700101T000000");
    const wall = Date.UTC(2026, 6, 1);
    expect(zoneOfBlock(lines, tzid).toInstant(wall)).toBe(wall - hours * 3_600_000);
  });

  it.each<[string, number, (index: number) => string[]]>([
    [
      "100,000 observances",
      100_000,
      (index) => [`DTSTART:16010101T0000${10 + (index % 50)}`, `COMMENT:${index}`],
    ],
    [
      "every Sunday",
      64,
      (index) => [
        `DTSTART:16010101T0000${10 + (index % 50)}`,
        "RRULE:FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYDAY=SU",
      ],
    ],
    ["every second", 64, () => ["DTSTART:16010101T000000", "RRULE:FREQ=SECONDLY"]],
    [
      "rules that never give a day",
      64,
      (index) => [
        `DTSTART:16010101T0000${10 + (index % 50)}`,
        `COMMENT:${index}`,
        "RRULE:FREQ=YEARLY;COUNT=9999;BYMONTH=1;BYDAY=SU,MO,TU;BYSETPOS=300",
      ],
    ],
    [
      "endless lists",
      64,
      (index) => [
        `DTSTART:16010101T0000${10 + (index % 50)}`,
        `RDATE:${"20260101T000000,".repeat(5_000)}20260101T000000`,
      ],
    ],
    [
      "an endless rule",
      64,
      () => ["DTSTART:16010101T000000", `RRULE:FREQ=YEARLY;BYMONTH=${"1,".repeat(50_000)}1`],
    ],
  ])("with %s costs little", (_, count, lines) => {
    const block = Array.from({ length: count }, (_unused, index) =>
      observance("STANDARD", "+0100", "+0200", ...lines(index)),
    ).flat();
    const parsed = parseCalendar(
      ["BEGIN:VCALENDAR", "BEGIN:VTIMEZONE", "TZID:Mine", ...block, "END:VTIMEZONE", "END:VCALENDAR"].join(
        "\n",
      ),
    );
    if (parsed.kind === "unreadable") throw new Error(parsed.problem);
    zoneOf("Asia/Tokyo").toInstant(0);
    const start = performance.now();
    calendarZones(parsed.calendar, "Asia/Tokyo").zone("Mine").toInstant(0);
    expect(performance.now() - start).toBeLessThan(250);
  });
});
