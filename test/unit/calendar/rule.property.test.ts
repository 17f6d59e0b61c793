import { assert, constantFrom, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRule, ruleStarts } from "../../../src/calendar/rule.ts";
import { naiveStarts } from "./naive-rule.ts";
import { randomRule, randomStart } from "./random-series.ts";

const from = Date.UTC(2026, 0, 1);
const to = Date.UTC(2028, 6, 1);

describe("any rule", () => {
  it("gives the starts that a reading of the standard day by day gives", () => {
    const counts = constantFrom("", "", "", ";COUNT=7", ";COUNT=60");
    assert(
      property(randomRule("DAILY"), counts, randomStart(2015, 2027), (text, count, start) => {
        const rule = parseRule(text + count);
        if (rule === null) throw new Error(`${text} is not read`);
        const request = { start, until: null, from, to, limit: 100_000, withStart: false };
        expect(ruleStarts(rule, request)).toEqual({
          kind: "starts",
          walls: naiveStarts(text + count, start, from, to),
        });
      }),
      { seed: 5545, numRuns: 100 },
    );
  });

  it.each([
    [
      "a last week of the year by the weekday of the start",
      "FREQ=YEARLY;BYWEEKNO=-40",
      "2015-12-07T04:00Z",
      "2026-03-30",
    ],
    [
      "days of a year, some by number and some all",
      "FREQ=YEARLY;BYDAY=TU,46FR",
      "2013-03-23T22:00Z",
      "2026-01-06",
    ],
    [
      "a day that is named by month and by week",
      "FREQ=YEARLY;BYMONTHDAY=25,9;BYWEEKNO=7,37,43",
      "2011-11-06T22:00Z",
      "2026-02-09",
    ],
  ])("that other expanders get wrong is right: %s", (_, text, start, first) => {
    const rule = parseRule(text);
    if (rule === null) throw new Error("unread");
    const found = ruleStarts(rule, { start: Date.parse(start), until: null, from, to, limit: 1_000 });
    const walls = found.kind === "starts" ? found.walls : [];
    expect(new Date(walls[0] ?? 0).toISOString().slice(0, 10)).toBe(first);
  });

  it("that is hostile ends in time", () => {
    const rule = parseRule("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=28;BYSETPOS=3");
    if (rule === null) throw new Error("unread");
    const request = { start: Date.UTC(1990, 0, 1), until: null, from, to, limit: 1_000 };
    expect(ruleStarts(rule, request).kind).toBe("too-many");
  });
});
