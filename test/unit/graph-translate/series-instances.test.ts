import { describe, expect, it } from "vitest";
import type { GraphEvent } from "../../../src/sources/graph/native.ts";
import { linesOf, startsOf, translate } from "./graph-events.ts";
import { all, from, moved, plain, read, until, withRange } from "./series-fixture.ts";

describe("a series whose instances were read", () => {
  it("leaves out the gaps of a complete read of instances, but none beside its window", () => {
    const seen = [all[2], all[4]].map((start, at) => ({
      id: `i${at}`,
      type: "occurrence" as const,
      start: { dateTime: (start ?? "").slice(0, 19), timeZone: "UTC" },
      end: { dateTime: (start ?? "").slice(0, 19), timeZone: "UTC" },
    }));
    const instances = {
      window: { from: "2026-03-05T00:00:00.000Z", until: "2026-03-17T00:00:00.000Z" },
      items: seen,
    };
    const translation = translate({ ...plain, cancelled: null, instances });
    expect(startsOf(translation, from, until)).toEqual(all.filter((_, at) => at !== 3));
    const withException = translate({ ...plain, cancelled: null, instances, exceptions: [moved] });
    expect(startsOf(withException, from, until)).toHaveLength(8);
  });

  it("believes the gaps beside an instance that only the exceptions can place", () => {
    const instances = {
      window: { from: "2026-03-05T00:00:00.000Z", until: "2026-03-17T00:00:00.000Z" },
      items: [...read("2026-03-09").items, { id: "AAMk-exception", type: "exception" as const }],
    };
    const translation = translate({ ...plain, cancelled: null, instances, exceptions: [moved] });
    expect(startsOf(translation, from, until)).toEqual([
      ...all.slice(0, 3),
      "2026-03-12T16:00:00.000Z",
      ...all.slice(5),
    ]);
  });

  it("gives an exception that says nothing the occurrence that is missing", () => {
    const instances = {
      window: { from: "2026-03-05T00:00:00.000Z", until: "2026-03-17T00:00:00.000Z" },
      items: [
        ...read("2026-03-09", "2026-03-16").items,
        { id: "AAMk-exception", type: "exception" as const },
      ],
    };
    const exceptions = [{ ...moved, originalStart: null }];
    const translation = translate({ ...plain, cancelled: null, instances, exceptions });
    expect(linesOf(translation)).toContain("RECURRENCE-ID;TZID=America/New_York:20260311T090000");
    expect(startsOf(translation, from, until)).toHaveLength(8);
    const complete = {
      ...instances,
      items: [...instances.items, ...read("2026-03-11").items],
    };
    const without = translate({ ...plain, cancelled: null, instances: complete, exceptions });
    expect(startsOf(without, from, until)).toEqual(all);
    expect(without).toMatchObject({ notes: [expect.stringContaining("1 changed occurrence")] });
  });

  it("believes no gap where an instance cannot be placed", () => {
    const instances = {
      window: { from: "2026-03-05T00:00:00.000Z", until: "2026-03-17T00:00:00.000Z" },
      items: [{ id: "x", type: "exception" as const }],
    };
    expect(startsOf(translate({ ...plain, cancelled: null, instances }), from, until)).toEqual(all);
  });

  it("of the 31st skips short months where the instances show that Exchange does", () => {
    const monthly: GraphEvent = {
      ...withRange({ type: "noEnd", startDate: "2026-01-31" }),
      start: { dateTime: "2026-01-31T09:00:00.0000000", timeZone: "Eastern Standard Time" },
      end: { dateTime: "2026-01-31T09:30:00.0000000", timeZone: "Eastern Standard Time" },
    };
    const series: GraphEvent = {
      ...monthly,
      recurrence: {
        ...monthly.recurrence,
        pattern: { type: "absoluteMonthly", interval: 1, dayOfMonth: 31 },
      },
    };
    const rules = [
      read("2026-01-31", "2026-03-31", "2026-05-31"),
      read("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"),
      null,
    ].map((instances) =>
      linesOf(translate({ ...plain, master: series, instances })).find((l) => l.startsWith("RRULE")),
    );
    expect(rules).toEqual([
      "RRULE:FREQ=MONTHLY;BYMONTHDAY=31",
      "RRULE:FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
      "RRULE:FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
    ]);
  });
});
