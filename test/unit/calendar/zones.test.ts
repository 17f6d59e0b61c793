import windowsZones from "cldr-core/supplemental/windowsZones.json" with { type: "json" };
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calendarZones } from "../../../src/calendar/calendar-zones.ts";
import { parseCalendar } from "../../../src/calendar/component.ts";
import { timeZoneBlock } from "../../../src/calendar/vtimezone.ts";
import { ianaZone, zoneOf } from "../../../src/calendar/zones.ts";
import { naiveInstant } from "../graph-translate/naive-expander.ts";

describe("the IANA zone of a name", () => {
  it.each([
    ["Europe/Berlin", "Europe/Berlin"],
    ["Pacific Standard Time", "America/Los_Angeles"],
    ["pacific standard time", "America/Los_Angeles"],
    ["Central Asia Standard Time", "Asia/Bishkek"],
    ["Mountain Standard Time (Mexico)", "America/Mazatlan"],
    ["UTC", "UTC"],
    ["tzone://Microsoft/Utc", "Etc/UTC"],
    ["Coordinated Universal Time", "Etc/UTC"],
    ["Customized Time Zone", null],
    ["tzone://Microsoft/Custom", null],
    ["+02:00", null],
    ["", null],
    [null, null],
    ["Europe/Atlantis", null],
  ])("%s is %s", (name, expected) => {
    expect(ianaZone(name)).toBe(expected);
  });

  it("exists for every Windows zone, with a VTIMEZONE to write", () => {
    const names = windowsZones.supplemental.windowsZones.mapTimezones.map(
      ({ mapZone: { _other: name } }) => name,
    );
    expect(names.length).toBeGreaterThan(100);
    expect(
      names.filter((name) => timeZoneBlock(ianaZone(name) ?? "", Date.UTC(2026, 0, 1)) === null),
    ).toEqual([]);
  });
});

describe("a wall clock", () => {
  it.each([
    ["in a gap is read with the offset before it", "2026-03-08T02:30:00Z", "2026-03-08T07:30:00.000Z"],
    ["that repeats is the first of the two", "2026-11-01T01:30:00Z", "2026-11-01T05:30:00.000Z"],
    ["in winter", "2026-01-01T12:00:00Z", "2026-01-01T17:00:00.000Z"],
  ])("%s", (_, wall, instant) => {
    expect(new Date(zoneOf("America/New_York").toInstant(Date.parse(wall))).toISOString()).toBe(instant);
  });

  it("agrees with the machine's own tables in every zone", () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
    const minutes = fc.integer({ min: Date.UTC(2000, 0, 1) / 60_000, max: Date.UTC(2037, 0, 1) / 60_000 });
    fc.assert(
      fc.property(zones, minutes, (name, minute) => {
        const zone = zoneOf(name);
        const instant = zone.toInstant(minute * 60_000);
        expect(instant).toBe(naiveInstant(minute * 60_000, name));
        expect(zone.toInstant(zone.toWall(instant))).toBe(instant);
      }),
      { numRuns: 100, seed: 20261122 },
    );
  });
});

const observance = (kind: string, month: number, from: string, to: string): string[] => [
  `BEGIN:${kind}`,
  "DTSTART:16010101T020000",
  `TZOFFSETFROM:${from}`,
  `TZOFFSETTO:${to}`,
  `RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=${month}`,
  `END:${kind}`,
];
const custom = [
  "BEGIN:VTIMEZONE",
  "TZID:Customized Time Zone",
  ...observance("DAYLIGHT", 3, "+0100", "+0200"),
  ...observance("STANDARD", 10, "+0200", "+0100").with(1, "DTSTART:16010101T030000"),
  "END:VTIMEZONE",
];

const described = (tzid: string, ...more: readonly string[]) => [
  ...custom.with(1, `TZID:${tzid}`).slice(0, 2),
  ...more,
  ...custom.slice(2),
];

function zonesOf(lines: readonly string[]) {
  const parsed = parseCalendar(["BEGIN:VCALENDAR", ...lines, "END:VCALENDAR"].join("\n"));
  if (parsed.kind === "unreadable") throw new Error(parsed.problem);
  return calendarZones(parsed.calendar, "America/New_York");
}

describe("a TZID of an object", () => {
  it("without a name of a zone follows the object's own rules, also where clocks change", () => {
    const zone = zonesOf(custom).zone("Customized Time Zone");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 365 * 24 * 4 }), (quarters) => {
        const wall = Date.UTC(2026, 0, 1) + quarters * 900_000;
        expect(zone.toInstant(wall)).toBe(naiveInstant(wall, "Europe/Berlin"));
        expect(zone.toInstant(zone.toWall(zone.toInstant(wall)))).toBe(zone.toInstant(wall));
      }),
    );
  });

  it.each<[string, (index: number) => readonly string[]]>([
    ["ever more onsets", (index) => [`DTSTART:16010101T0000${10 + (index % 40)}`, "RRULE:FREQ=YEARLY"]],
    ["an onset every day", () => ["DTSTART:19700101T000000", "RRULE:FREQ=DAILY;COUNT=1900"]],
    ["too many observances", (index) => [`DTSTART:${1900 + index}0101T000000`]],
    ["onsets without end", () => ["DTSTART:19700101T000000", "RRULE:FREQ=MINUTELY"]],
  ])("with %s is not looked at for long: the fallback counts", (_, lines) => {
    const observances = Array.from({ length: 100 }, (_unused, index) => [
      "BEGIN:STANDARD",
      ...lines(index),
      "TZOFFSETFROM:+0100",
      "TZOFFSETTO:+0100",
      "END:STANDARD",
    ]);
    const zone = zonesOf(["BEGIN:VTIMEZONE", "TZID:Mine", ...observances.flat(), "END:VTIMEZONE"]).zone(
      "Mine",
    );
    const noon = Date.UTC(2026, 6, 1, 12);
    expect(zone.toInstant(noon)).toBe(zoneOf("America/New_York").toInstant(noon));
  });

  it("counts an observance that stands there again and again once", () => {
    const copies = Array.from({ length: 100 }, () => custom.slice(2, -1)).flat();
    const zone = zonesOf([...custom.slice(0, 2), ...copies, "END:VTIMEZONE"]).zone("Customized Time Zone");
    const noon = Date.UTC(2026, 6, 1, 12);
    expect(zone.toInstant(noon)).toBe(zoneOf("Europe/Berlin").toInstant(noon));
  });

  it.each<[string, string[], string]>([
    ["EST", described("EST"), "Europe/Berlin"],
    ["EST", described("EST", "X-LIC-LOCATION:EST"), "Europe/Berlin"],
    ["EST", described("EST", "X-LIC-LOCATION:America/Chicago"), "America/Chicago"],
    ["MST", ["BEGIN:VTIMEZONE", "TZID:MST", "END:VTIMEZONE"], "MST"],
    ["Mine", ["BEGIN:VTIMEZONE", "TZID:Mine", "X-LIC-LOCATION:MST", "END:VTIMEZONE"], "MST"],
    ["CET", [], "CET"],
    ["UTC", described("UTC"), "UTC"],
    ["Asia/Tokyo", described("Asia/Tokyo"), "Asia/Tokyo"],
    ["Tokyo Standard Time", described("Tokyo Standard Time"), "Asia/Tokyo"],
  ])("%s with the block %j is read as %s: only an abbreviation gives way to it", (tzid, block, name) => {
    const noon = Date.UTC(2026, 6, 1, 12);
    expect(zonesOf(block).zone(tzid).toInstant(noon)).toBe(zoneOf(name).toInstant(noon));
  });

  it.each([
    ["/mozilla.org/20050126_1/Europe/Berlin", "Europe/Berlin"],
    ["/freeassociation.sourceforge.net/America/Argentina/Ushuaia", "America/Argentina/Ushuaia"],
    ["W. Europe Standard Time", "Europe/Berlin"],
    ["nowhere", "America/New_York"],
  ])("%s is read as %s", (tzid, name) => {
    const noon = Date.UTC(2026, 6, 1, 12);
    expect(zonesOf([]).zone(tzid).toInstant(noon)).toBe(zoneOf(name).toInstant(noon));
  });
});
