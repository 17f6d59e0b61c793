import { describe, expect, it } from "vitest";
import type { GraphEvent } from "../../../src/sources/graph/native.ts";
import { linesOf, master, startsOf, translate } from "./graph-events.ts";
import { all, from, moved, plain, read, until, withRange } from "./series-fixture.ts";

const mondays: GraphEvent = {
  ...master,
  recurrence: {
    ...master.recurrence,
    pattern: { ...master.recurrence?.pattern, daysOfWeek: ["monday"] },
  },
};
const everyMonday = all.filter((_start, at) => at % 2 === 0);
const valuesOf = (lines: readonly string[], name: string): readonly string[] =>
  lines.filter((line) => line.startsWith(name)).map((line) => line.slice(-15));

describe("an occurrence's id with a day on which the rule gives nothing", () => {
  const changed: GraphEvent = { ...moved, occurrenceId: "OID.A.2026-03-10" };

  it("counts less than the original start", () => {
    const exception = { ...changed, originalStart: "2026-03-09T13:00:00Z" };
    const translation = translate({ ...plain, master: mondays, exceptions: [exception] });
    expect(valuesOf(linesOf(translation), "RECURRENCE-ID")).toEqual(["20260309T090000"]);
    expect(startsOf(translation, from, until)).toHaveLength(everyMonday.length);
  });

  it("means the occurrence of the day beside it, changed or cancelled", () => {
    const exceptions = [{ ...changed, originalStart: null }];
    const cancelled = ["OID.A.2026-03-15"];
    const lines = linesOf(translate({ ...plain, master: mondays, exceptions, cancelled }));
    expect(valuesOf(lines, "RECURRENCE-ID")).toEqual(["20260309T090000"]);
    expect(valuesOf(lines, "EXDATE")).toEqual(["20260316T090000"]);
  });

  it.each([
    ["between two occurrences", master, "2026-03-10"],
    ["behind the end of a daily series", withRange({ endDate: "2026-03-09" }), "2026-03-10"],
  ])("hits nothing %s", (what, event, day) => {
    const daily = { ...event.recurrence, pattern: { type: "daily" as const, interval: 1 } };
    const series = what.startsWith("behind") ? { ...event, recurrence: daily } : event;
    const untouched = startsOf(translate({ ...plain, master: series }), from, until);
    const cancelled = [`OID.A.${day}`];
    expect(startsOf(translate({ ...plain, master: series, cancelled }), from, until)).toEqual(untouched);
  });

  it("is judged as quickly in a long numbered series", () => {
    const range = { type: "numbered", numberOfOccurrences: 19_000 };
    const daily = { ...withRange(range).recurrence, pattern: { type: "daily" as const, interval: 1 } };
    const days = Array.from({ length: 400 }, (_, day) =>
      new Date(Date.UTC(2026, 2, 18_002 + day)).toISOString().slice(0, 10),
    );
    const cancelled = days.map((day) => `OID.A.${day}`);
    const series = { ...plain, master: { ...master, recurrence: daily }, cancelled };
    const started = performance.now();
    expect(translate(series).kind).toBe("translated");
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe("two exceptions that name one occurrence", () => {
  it("are both shown", () => {
    const start = { dateTime: "2026-03-13T16:00:00", timeZone: "UTC" };
    const other = { ...moved, id: "other", subject: "Other", start, end: start };
    const translation = translate({ ...plain, exceptions: [moved, other] });
    expect(startsOf(translation, from, until)).toEqual(
      [
        ...all.filter((_start, at) => at !== 3),
        "2026-03-12T16:00:00.000Z",
        "2026-03-13T16:00:00.000Z",
      ].toSorted(),
    );
  });

  it("are told where one would hide another occurrence", () => {
    const start = { dateTime: "2026-03-16T13:00:00", timeZone: "UTC" };
    const other = { ...moved, id: "other", subject: "Other", start, end: start };
    const translation = translate({ ...plain, exceptions: [moved, other] });
    expect(startsOf(translation, from, until)).toHaveLength(8);
    expect(translation).toMatchObject({ notes: [expect.stringContaining("1 changed occurrence cannot")] });
  });

  it("are one where Graph gave it twice", () => {
    const translation = translate({ ...plain, exceptions: [moved, moved] });
    expect(startsOf(translation, from, until)).toHaveLength(8);
    expect(translation).toMatchObject({ notes: [] });
  });
});

describe("an exception whose times cannot be read", () => {
  it("is shown at the time of its occurrence, with its own words", () => {
    const untimed = { ...moved, start: null, end: null };
    const translation = translate({ ...plain, exceptions: [untimed] });
    expect(startsOf(translation, from, until)).toEqual(all);
    expect(linesOf(translation)).toContain("SUMMARY:Stand-up\\, later");
    expect(translation).toMatchObject({ notes: [expect.stringContaining("1 changed occurrence is shown")] });
  });

  it("does not take the first occurrence's where it brings none", () => {
    const { start: _start, end: _end, ...partial } = moved;
    expect(startsOf(translate({ ...plain, exceptions: [partial] }), from, until)).toEqual(all);
  });

  it("is left out where the series has no occurrence", () => {
    const stray = { ...moved, start: null, end: null, originalStart: "2026-03-13T13:00:00Z" };
    const translation = translate({ ...plain, exceptions: [stray] });
    expect(startsOf(translation, from, until)).toEqual(all);
    expect(translation).toMatchObject({ notes: [expect.stringContaining("1 changed occurrence cannot")] });
  });

  it("has the length of the series where only its end is missing", () => {
    const lines = linesOf(translate({ ...plain, exceptions: [{ ...moved, end: null }] }));
    expect(lines).toContain("DTEND;TZID=America/New_York:20260312T123000");
  });
});

describe("a series of absurd size", () => {
  it("of the 31st bears any number of instances", { timeout: 60_000 }, () => {
    const instances = read("2026-03-31");
    const items = Array.from({ length: 150_000 }, () => instances.items).flat();
    const pattern = { type: "absoluteMonthly" as const, interval: 1, dayOfMonth: 31 };
    const event = withRange({ type: "noEnd", startDate: "2026-03-31" });
    const series = { ...event, start: items[0]?.start ?? null, end: items[0]?.end ?? null };
    const monthly = { ...series, recurrence: { ...series.recurrence, pattern } };
    const native = { ...plain, master: monthly, instances: { ...instances, items } };
    expect(translate(native).kind).toBe("translated");
  });

  it("of days that last for millennia is judged in no time", () => {
    const range = withRange({ type: "noEnd", startDate: "2026-09-07" });
    const pattern = { type: "daily" as const, interval: 1 };
    const event = {
      ...range,
      start: { dateTime: "2026-09-07T09:00:00", timeZone: "Eastern Standard Time" },
      end: { dateTime: "9026-09-07T09:00:00", timeZone: "Eastern Standard Time" },
      recurrence: { ...range.recurrence, pattern },
    };
    const started = performance.now();
    translate({ ...plain, master: event });
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("a type in other letters", () => {
  it("is read all the same", () => {
    const capital = JSON.parse('"Exception"');
    const items = [...read("2026-03-09", "2026-03-16").items];
    const instances = {
      window: { from: "2026-03-05T00:00:00.000Z", until: "2026-03-17T00:00:00.000Z" },
      items: [...items, { ...moved, id: "x", type: capital }],
    };
    const translation = translate({ ...plain, cancelled: null, instances });
    expect(startsOf(translation, from, until)).toEqual(all);
    expect(linesOf(translation).some((line) => line.startsWith("EXDATE"))).toBe(false);
  });
});
