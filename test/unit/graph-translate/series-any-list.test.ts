import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GraphEvent } from "../../../src/sources/graph/native.ts";
import { linesOf, master, translate } from "./graph-events.ts";
import { plain } from "./series-fixture.ts";

const day = fc
  .integer({ min: -5, max: 40 })
  .map((days) => new Date(Date.UTC(2026, 2, 1) + days * 86_400_000).toISOString().slice(0, 10));
const hour = fc.constantFrom("00:00:00", "09:00:00", "13:00:00", "14:00:00.0000000", "23:59:59", "25:00:00");
const dateTime = fc.tuple(day, hour).map(([date, time]) => `${date}T${time}`);
const zoneName = fc.constantFrom("UTC", "Eastern Standard Time", "Customized Time Zone", "", "Asia/Tokyo");
const time = fc.oneof(
  { weight: 8, arbitrary: fc.record({ dateTime, timeZone: zoneName }) },
  fc.constant(null),
  fc.record({ dateTime: fc.string() }),
);
const name = fc.oneof(
  day.map((date) => `OID.x.${date}`),
  fc.constantFrom("OID.x", "", "AAMk"),
);

const exception: fc.Arbitrary<GraphEvent> = fc.record(
  {
    id: fc.constantFrom("a", "b", "c"),
    type: fc.constantFrom("exception", "occurrence"),
    start: time,
    end: time,
    isAllDay: fc.boolean(),
    isCancelled: fc.boolean(),
    originalStart: fc.oneof(
      dateTime.map((at) => `${at.slice(0, 19)}Z`),
      fc.constant(null),
    ),
    occurrenceId: name,
  },
  { requiredKeys: [] },
);

const lists = fc.record({
  exceptions: fc.array(exception, { maxLength: 8 }),
  cancelled: fc.oneof(fc.constant(null), fc.array(name, { maxLength: 6 })),
  instances: fc.oneof(
    fc.constant(null),
    fc.record({
      window: fc.constant({ from: "2026-03-03T00:00:00.000Z", until: "2026-03-20T00:00:00.000Z" }),
      items: fc.array(exception, { maxLength: 8 }),
    }),
  ),
});

const midnight = (at: string) => ({ dateTime: `${at}T00:00:00`, timeZone: "Eastern Standard Time" });

describe("any list of exceptions, cancellations and instances", () => {
  it.each([false, true])(
    "makes at most one event of an occurrence, and no failure (all-day: %s)",
    (isAllDay) => {
      const wholeDays = { ...master, isAllDay, start: midnight("2026-03-02"), end: midnight("2026-03-03") };
      const series = { ...plain, master: isAllDay ? wholeDays : master };
      fc.assert(
        fc.property(lists, (some) => {
          const translation = translate({ ...series, ...some });
          if (translation.kind === "quarantined") expect(translation.reason).not.toContain("shape");
          if (translation.kind !== "translated") return;
          const lines = linesOf(translation);
          const originals = lines.filter((line) => line.startsWith("RECURRENCE-ID"));
          const excluded = lines.filter((line) => line.startsWith("EXDATE")).map((line) => line.slice(6));
          expect(new Set(originals).size).toBe(originals.length);
          expect(originals.filter((line) => excluded.includes(line.slice(13)))).toEqual([]);
        }),
        { seed: 20_260_301, numRuns: 400 },
      );
    },
  );
});
