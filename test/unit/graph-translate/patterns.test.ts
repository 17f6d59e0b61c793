import type { DayOfWeek, RecurrencePattern, WeekIndex } from "@microsoft/microsoft-graph-types";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ruleOfPattern } from "../../../src/sources/graph/translate/recurrence-rule.ts";
import { linesOf, master, startsOf, translate } from "./graph-events.ts";
import { naiveDays, naiveInstant } from "./naive-expander.ts";

const day = 86_400_000;
const zones = [
  ["Eastern Standard Time", "America/New_York"],
  ["W. Europe Standard Time", "Europe/Berlin"],
  ["Lord Howe Standard Time", "Australia/Lord_Howe"],
  ["New Zealand Standard Time", "Pacific/Auckland"],
  ["India Standard Time", "Asia/Kolkata"],
  ["UTC", "UTC"],
] as const;

const weekday = fc.constantFrom<DayOfWeek[]>(
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
);
const filler = {
  month: 0,
  dayOfMonth: 0,
  index: "first" as WeekIndex,
  firstDayOfWeek: "sunday" as DayOfWeek,
};
const interval = fc.integer({ min: 1, max: 4 });
const index = fc.constantFrom<WeekIndex[]>("first", "second", "third", "fourth", "last");
const weekdays = fc.uniqueArray(weekday, { minLength: 1, maxLength: 7 });
const month = fc.integer({ min: 1, max: 12 });
const dayOfMonth = fc.integer({ min: 1, max: 31 });
const pattern: fc.Arbitrary<RecurrencePattern> = fc.oneof(
  fc.record({ ...constants("daily"), interval }),
  fc.record({ ...constants("weekly"), interval, daysOfWeek: weekdays, firstDayOfWeek: weekday }),
  fc.record({ ...constants("absoluteMonthly"), interval, dayOfMonth }),
  fc.record({ ...constants("relativeMonthly"), interval, daysOfWeek: weekdays, index }),
  fc.record({ ...constants("absoluteYearly"), interval: fc.integer({ min: 1, max: 2 }), dayOfMonth, month }),
  fc.record({
    ...constants("relativeYearly"),
    interval: fc.integer({ min: 1, max: 2 }),
    daysOfWeek: weekdays,
    index,
    month,
  }),
);

function constants<T extends NonNullable<RecurrencePattern["type"]>>(type: T) {
  return {
    type: fc.constant(type),
    month: fc.constant(filler.month),
    dayOfMonth: fc.constant(filler.dayOfMonth),
    index: fc.constant(filler.index),
    firstDayOfWeek: fc.constant(filler.firstDayOfWeek),
  };
}

function dateText(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

describe("a series of Graph", () => {
  it("has the occurrences that a day-by-day search finds, in every zone and across changes of clocks", () => {
    const start = fc.integer({ min: 0, max: 500 }).map((days) => Date.UTC(2025, 0, 1) + days * day);
    const minutes = fc.constantFrom(0, 90, 120, 150, 180, 540, 1_410);
    const range = fc.oneof(
      fc.constant({ type: "noEnd" as const }),
      fc.record({ type: fc.constant("endDate" as const), length: fc.integer({ min: 0, max: 800 }) }),
      fc.record({
        type: fc.constant("numbered" as const),
        numberOfOccurrences: fc.integer({ min: 1, max: 40 }),
      }),
    );
    fc.assert(
      fc.property(pattern, start, minutes, range, fc.constantFrom(...zones), (rule, first, at, end, zone) => {
        const [windows, iana] = zone;
        const horizon = Date.UTC(2027, 11, 31);
        const last = end.type === "endDate" ? first + end.length * day : horizon;
        const all = naiveDays(rule, first, Math.min(last, horizon));
        fc.pre(all.length > 0);
        const counted = end.type === "numbered" ? all.slice(0, end.numberOfOccurrences) : all;
        const expected = counted
          .map((date) => naiveInstant(date + at * 60_000, iana))
          .filter((instant) => instant < horizon)
          .map((instant) => new Date(instant).toISOString());
        const wall = new Date(first + at * 60_000).toISOString().slice(0, -1);
        const translation = translate({
          kind: "series",
          master: {
            ...master,
            start: { dateTime: wall, timeZone: windows },
            end: { dateTime: wall, timeZone: windows },
            recurrence: {
              pattern: rule,
              range: {
                numberOfOccurrences: 0,
                ...end,
                startDate: dateText(first),
                endDate: end.type === "endDate" ? dateText(last) : "0001-01-01",
                recurrenceTimeZone: windows,
              },
            },
          },
          exceptions: [],
          cancelled: [],
          instances: null,
        });
        const found = startsOf(translation, "2024-01-01T00:00:00Z", new Date(horizon).toISOString());
        expect(found).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  }, 30_000);

  it.each<[string, RecurrencePattern, string]>([
    ["every other day", { type: "daily", interval: 2 }, "FREQ=DAILY;INTERVAL=2"],
    ["Tuesdays", { type: "weekly", interval: 1, daysOfWeek: ["tuesday"] }, "FREQ=WEEKLY;BYDAY=TU;WKST=SU"],
    [
      "a day of the month",
      { type: "absoluteMonthly", interval: 1, dayOfMonth: 15 },
      "FREQ=MONTHLY;BYMONTHDAY=15",
    ],
    [
      "the last day of the month",
      { type: "absoluteMonthly", interval: 1, dayOfMonth: 31 },
      "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
    ],
    [
      "the second Thursday",
      { type: "relativeMonthly", interval: 1, daysOfWeek: ["thursday"], index: "second" },
      "FREQ=MONTHLY;BYDAY=2TH",
    ],
    [
      "the last working day",
      {
        type: "relativeMonthly",
        interval: 3,
        daysOfWeek: ["monday", "tuesday", "wednesday", "thursday", "friday"],
        index: "last",
      },
      "FREQ=MONTHLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    ],
    [
      "a birthday in April, whose 31st is its 30th",
      { type: "absoluteYearly", interval: 1, dayOfMonth: 31, month: 4 },
      "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=30",
    ],
    [
      "a leap day",
      { type: "absoluteYearly", interval: 1, dayOfMonth: 29, month: 2 },
      "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1",
    ],
    [
      "Thanksgiving",
      { type: "relativeYearly", interval: 1, daysOfWeek: ["thursday"], index: "fourth", month: 11 },
      "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
    ],
  ])("%s becomes one rule", (_, given, rule) => {
    expect(ruleOfPattern(given, "clamp")).toBe(rule);
  });

  it.each<[string, RecurrencePattern]>([
    ["without a type", { interval: 1 }],
    ["of an unknown type", { type: JSON.parse('"hourly"'), interval: 1 }],
    ["with an interval of zero", { type: "daily", interval: 0 }],
    ["of no weekday", { type: "weekly", interval: 1, daysOfWeek: [] }],
    ["of a weekday that is none", { type: "weekly", interval: 1, daysOfWeek: [JSON.parse('"noday"')] }],
    ["of month 13", { type: "absoluteYearly", interval: 1, dayOfMonth: 1, month: 13 }],
  ])("a pattern %s is no rule", (_, given) => {
    expect(ruleOfPattern(given, "clamp")).toBeNull();
  });

  it("ends with the last second of its last day, in UTC", () => {
    const lines = linesOf(
      translate({ kind: "series", master, exceptions: [], cancelled: [], instances: null }),
    );
    expect(lines).toContain("RRULE:FREQ=WEEKLY;BYDAY=MO,WE;WKST=SU;UNTIL=20260326T035959Z");
  });
});
