import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayOf, formatDay, toInstant, toWall } from "../../../../simulator/graph/local-time.ts";
import { expandDays } from "../../../../simulator/graph/recurrence.ts";
import type { MonthEnd, Recurrence } from "../../../../simulator/graph/recurrence.ts";

function days(recurrence: Recurrence, until = "2035-01-01", monthEnd: MonthEnd = "clamp"): string[] {
  return [...expandDays(recurrence, 0, dayOf(Date.parse(until)), monthEnd)].map(formatDay);
}

const four = (startDate: string) => ({ type: "numbered", startDate, numberOfOccurrences: 4 }) as const;

describe("expandDays", () => {
  it.each<[string, Recurrence, string[]]>([
    [
      "daily",
      { pattern: { type: "daily", interval: 2 }, range: four("2026-02-26") },
      ["2026-02-26", "2026-02-28", "2026-03-02", "2026-03-04"],
    ],
    [
      "every second week, weeks from Monday",
      {
        pattern: { type: "weekly", interval: 2, daysOfWeek: ["sunday", "tuesday"], firstDayOfWeek: "monday" },
        range: four("2026-01-06"),
      },
      ["2026-01-06", "2026-01-11", "2026-01-20", "2026-01-25"],
    ],
    [
      "every second week, weeks from Sunday",
      {
        pattern: { type: "weekly", interval: 2, daysOfWeek: ["sunday", "tuesday"] },
        range: four("2026-01-06"),
      },
      ["2026-01-06", "2026-01-18", "2026-01-20", "2026-02-01"],
    ],
    [
      "by day of month, the last one where the month is short",
      { pattern: { type: "absoluteMonthly", interval: 1, dayOfMonth: 31 }, range: four("2026-01-31") },
      ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"],
    ],
    [
      "first workday of the month",
      {
        pattern: {
          type: "relativeMonthly",
          interval: 1,
          index: "first",
          daysOfWeek: ["monday", "tuesday", "wednesday", "thursday", "friday"],
        },
        range: four("2026-01-01"),
      },
      ["2026-01-01", "2026-02-02", "2026-03-02", "2026-04-01"],
    ],
    [
      "last Friday of every third month",
      {
        pattern: { type: "relativeMonthly", interval: 3, index: "last", daysOfWeek: ["friday"] },
        range: four("2026-01-30"),
      },
      ["2026-01-30", "2026-04-24", "2026-07-31", "2026-10-30"],
    ],
    [
      "a date of the year",
      {
        pattern: { type: "absoluteYearly", interval: 1, dayOfMonth: 29, month: 2 },
        range: four("2024-02-29"),
      },
      ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28"],
    ],
    [
      "fourth Thursday of November",
      {
        pattern: {
          type: "relativeYearly",
          interval: 1,
          index: "fourth",
          daysOfWeek: ["thursday"],
          month: 11,
        },
        range: four("2025-11-27"),
      },
      ["2025-11-27", "2026-11-26", "2027-11-25", "2028-11-23"],
    ],
  ])("%s", (_name, recurrence, expected) => {
    expect(days(recurrence)).toEqual(expected);
  });

  it("includes the end date, and may skip the months that are too short", () => {
    const recurrence: Recurrence = {
      pattern: { type: "absoluteMonthly", interval: 1, dayOfMonth: 31 },
      range: { type: "endDate", startDate: "2026-01-31", endDate: "2026-05-31" },
    };
    expect(days(recurrence, "2035-01-01", "skip")).toEqual(["2026-01-31", "2026-03-31", "2026-05-31"]);
  });

  it("gives a part of the whole for any window", () => {
    const pattern = fc.record({
      type: fc.constantFrom("daily", "weekly", "absoluteMonthly", "relativeMonthly", "relativeYearly"),
      interval: fc.integer({ min: 1, max: 4 }),
      daysOfWeek: fc.uniqueArray(fc.constantFrom("monday", "thursday", "sunday"), { minLength: 1 }),
      firstDayOfWeek: fc.constantFrom("sunday", "monday"),
      dayOfMonth: fc.integer({ min: 1, max: 31 }),
      month: fc.integer({ min: 1, max: 12 }),
      index: fc.constantFrom("first", "fourth", "last"),
    });
    const range = fc.constantFrom("noEnd", "numbered", "endDate").map((type) => ({
      type,
      startDate: "2026-01-10",
      endDate: "2029-06-01",
      numberOfOccurrences: 40,
    }));
    fc.assert(
      fc.property(pattern, range, fc.nat(2000), fc.nat(700), (anyPattern, anyRange, offset, length) => {
        const recurrence = { pattern: anyPattern, range: anyRange } as Recurrence;
        const from = dayOf(Date.parse("2025-12-01")) + offset;
        const whole = [...expandDays(recurrence, 0, from + length, "clamp")];
        const part = [...expandDays(recurrence, from, from + length, "clamp")];
        expect(part).toEqual(whole.filter((day) => day >= from));
      }),
      { numRuns: 200 },
    );
  });
});

const wall = (text: string): number => Date.parse(`${text}Z`);

describe("local time", () => {
  it("is right on both sides of a change of clocks", () => {
    const instant = (text: string): string =>
      new Date(toInstant("America/New_York", wall(text))).toISOString();
    expect(instant("2026-03-07T09:00")).toBe("2026-03-07T14:00:00.000Z");
    expect(instant("2026-03-08T09:00")).toBe("2026-03-08T13:00:00.000Z");
    expect(instant("2026-03-08T02:30"), "an hour that is missing").toBe("2026-03-08T07:30:00.000Z");
    expect(instant("2026-11-01T01:30"), "an hour that comes twice").toBe("2026-11-01T05:30:00.000Z");
    expect(toWall("Asia/Kolkata", wall("2026-01-01T00:00"))).toBe(wall("2026-01-01T05:30"));
  });
});
