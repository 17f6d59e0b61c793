import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guessedZone } from "../../../src/calendar/zone-guess.ts";
import { ianaZone, writtenName, zoneOf } from "../../../src/calendar/zones.ts";

describe("the IANA zone of a name", () => {
  it.each([
    ["america/new_york", "America/New_York"],
    ["EUROPE/BERLIN", "Europe/Berlin"],
    ["(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"],
    ["(GMT-05:00) Eastern Time (US & Canada)", "America/New_York"],
    ["(GMT+01.00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Berlin"],
    ["(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "Asia/Calcutta"],
    ["(UTC) Coordinated Universal Time", "Etc/UTC"],
    ["(GMT) Greenwich Mean Time: Dublin, Edinburgh, Lisbon, London", "Europe/London"],
    ["(GMT-06:00) Guadalajara, Mexico City, Monterrey - New", "America/Mexico_City"],
    ["(GMT-06:00) Guadalajara, Mexico City, Monterrey - Old", "America/Mexico_City"],
    ["(GMT-08:00) Tijuana, Baja California", "America/Tijuana"],
    ["(GMT+06:00) Astana, Dhaka", "Asia/Dhaka"],
    ["(UTC+13:00) Samoa", "Pacific/Apia"],
    ["(UTC-04:00) Asuncion", "America/Asuncion"],
    ["(UTC+10:30) Lord Howe Island", "Australia/Lord_Howe"],
    ["Armenian Standard Time", "Asia/Yerevan"],
    ["Mexico Standard Time", "America/Mexico_City"],
    ["Mexico Standard Time 2", "America/Chihuahua"],
    ["(UTC-02:00) Mid-Atlantic - Old", null],
    ["Hawaii", null],
    ["(UTC-05:00) ", null],
  ])("%s is %s", (name, expected) => {
    expect(ianaZone(name)).toBe(expected);
  });
});

describe("a zone as Windows shows it, with an offset that it has not", () => {
  it.each(["(GMT-11:00) Samoa", "(UTC+06:00) Astana", "(UTC+04:00) Volgograd", "(UTC+05:00) Hawaii"])(
    "is not known: %s",
    (name) => {
      expect(ianaZone(name)).toBeNull();
    },
  );
});

describe("the name that is written for a zone", () => {
  // Names that V8 accepts; those it lists itself, and former ones of several kinds.
  const former = [
    "US/Eastern",
    "GB",
    "Asia/Saigon",
    "America/Indianapolis",
    "EST",
    "CET",
    "Pacific/Truk",
    "Iceland",
    "W-SU",
  ];
  const names = [...Intl.supportedValuesOf("timeZone"), ...former];

  it("is a zone with the same clock", () => {
    const renamed = names.filter((name) => writtenName(name) !== name);
    expect(renamed.length).toBeGreaterThan(20);
    fc.assert(
      fc.property(
        fc.constantFrom(...renamed),
        fc.integer({ min: Date.UTC(2015, 0, 1) / 60_000, max: Date.UTC(2037, 0, 1) / 60_000 }),
        (name, minute) => {
          expect(zoneOf(writtenName(name)).toWall(minute * 60_000)).toBe(
            zoneOf(name).toWall(minute * 60_000),
          );
        },
      ),
      { numRuns: 60, seed: 20261122 },
    );
  });

  it("stays what it is once written", () => {
    expect(names.filter((name) => writtenName(writtenName(name)) !== writtenName(name))).toEqual([]);
  });

  it("is no former one", () => {
    expect(former.filter((name) => writtenName(name) === name)).toEqual([]);
    expect(
      ["Asia/Calcutta", "Asia/Katmandu", "Asia/Rangoon", "America/Buenos_Aires", "America/Godthab"].map(
        writtenName,
      ),
    ).toEqual([
      "Asia/Kolkata",
      "Asia/Kathmandu",
      "Asia/Yangon",
      "America/Argentina/Buenos_Aires",
      "America/Nuuk",
    ]);
  });
});

describe("a TZID that is no name of a zone", () => {
  it.each([
    ["GMT+0100", "Etc/GMT-1"],
    ["UTC-05:00", "Etc/GMT+5"],
    ["GMT+1", "Etc/GMT-1"],
    ["utc+05:30", "Asia/Kolkata"],
    ["UTC+00:00", "UTC"],
    ["GMT+10:17", null],
    ["UTC+25", null],
    ["+0100", null],
    ["Eastern", "America/New_York"],
    ["W. Europe", "Europe/Berlin"],
    ["Pacific Daylight Time", "America/Los_Angeles"],
    ["Customized Time Zone", null],
    ["Mine", null],
  ])("%s may mean %s", (tzid, expected) => {
    expect(guessedZone(tzid)).toBe(expected);
  });

  it("has the offset that it says", () => {
    fc.assert(
      fc.property(fc.integer({ min: -12, max: 14 }), (hours) => {
        const name = guessedZone(`GMT${hours < 0 ? "-" : "+"}${String(Math.abs(hours)).padStart(2, "0")}00`);
        expect(zoneOf(name ?? "").toWall(0)).toBe(hours * 3_600_000);
      }),
    );
  });
});
