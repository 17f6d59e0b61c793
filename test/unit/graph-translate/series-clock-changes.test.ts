import { describe, expect, it } from "vitest";
import type { GraphEvent, GraphSeries } from "../../../src/sources/graph/native.ts";
import { linesOf, master, translate } from "./graph-events.ts";
import { plain } from "./series-fixture.ts";

const zone = "Eastern Standard Time";

/** Every day from `start` to `end` (wall clocks in New York), without end. */
function daily(start: string, end: string, changes: Partial<GraphEvent> = {}): GraphSeries {
  const range = { type: "noEnd" as const, startDate: start.slice(0, 10), recurrenceTimeZone: zone };
  const pattern = { type: "daily" as const, interval: 1 };
  const times = { start: { dateTime: start, timeZone: zone }, end: { dateTime: end, timeZone: zone } };
  return { ...plain, master: { ...master, ...times, recurrence: { pattern, range }, ...changes } };
}

const blockOf = (lines: readonly string[], id: string): readonly string[] => {
  const at = lines.indexOf(id);
  return lines.slice(lines.lastIndexOf("BEGIN:VEVENT", at), lines.indexOf("END:VEVENT", at));
};

const originals = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => line.startsWith("RECURRENCE-ID"));

describe("an occurrence of Exchange around a change of clocks", () => {
  it("by day needs nothing said", () => {
    const lines = linesOf(translate(daily("2026-01-05T09:00:00", "2026-01-05T17:00:00")));
    expect(originals(lines)).toEqual([]);
  });

  it("ends by the wall clock, although a rule repeats the exact length", () => {
    const lines = linesOf(translate(daily("2026-01-05T22:00:00", "2026-01-06T06:00:00")));
    expect(originals(lines)).toEqual([
      "RECURRENCE-ID;TZID=America/New_York:20260307T220000",
      "RECURRENCE-ID;TZID=America/New_York:20261031T220000",
      "RECURRENCE-ID;TZID=America/New_York:20270313T220000",
      "RECURRENCE-ID;TZID=America/New_York:20271106T220000",
    ]);
    const spring = blockOf(lines, "RECURRENCE-ID;TZID=America/New_York:20260307T220000");
    expect(spring).toContain("DTSTART;TZID=America/New_York:20260307T220000");
    expect(spring).toContain("DTEND;TZID=America/New_York:20260308T060000");
  });

  it("is written in UTC where its hour comes twice, and moved on where it never comes", () => {
    const lines = linesOf(translate(daily("2026-01-05T01:30:00", "2026-01-05T02:30:00")));
    const autumn = blockOf(lines, "RECURRENCE-ID;TZID=America/New_York:20261101T013000");
    expect(autumn).toEqual(expect.arrayContaining(["DTSTART:20261101T053000Z", "DTEND:20261101T073000Z"]));
    const skipped = linesOf(translate(daily("2026-01-05T02:30:00", "2026-01-05T03:00:00")));
    const spring = blockOf(skipped, "RECURRENCE-ID;TZID=America/New_York:20260308T023000");
    expect(spring).toContain("DTSTART;TZID=America/New_York:20260308T033000");
  });

  it("alters nothing while the window moves on inside its years", () => {
    const series = daily("2026-01-05T22:00:00", "2026-01-06T06:00:00");
    const window = { from: "2026-04-20T00:00:00.000Z", until: "2027-11-30T00:00:00.000Z" };
    expect(translate(series, window)).toEqual(translate(series));
    const next = { from: "2027-01-20T00:00:00.000Z", until: "2028-11-30T00:00:00.000Z" };
    expect(originals(linesOf(translate(series, next)))).toHaveLength(4);
  });

  it("that is the first of its series does not lend its odd length to the others", () => {
    const lines = linesOf(translate(daily("2026-03-07T22:00:00", "2026-03-08T06:00:00")));
    const first = blockOf(lines, "RECURRENCE-ID;TZID=America/New_York:20260307T220000");
    expect(lines.slice(0, lines.indexOf("END:VEVENT"))).toContain("DURATION:PT28800S");
    expect(first).toContain("DTEND;TZID=America/New_York:20260308T060000");
  });

  it("is not brought back where it is cancelled, and not said twice where it was changed", () => {
    const cancelled = ["OID.x.2026-03-07"];
    const exception: GraphEvent = {
      id: "e",
      subject: "Later",
      occurrenceId: "OID.x.2026-10-31",
      start: { dateTime: "2026-11-01T23:00:00", timeZone: zone },
      end: { dateTime: "2026-11-02T00:00:00", timeZone: zone },
    };
    const series = daily("2026-01-05T22:00:00", "2026-01-06T06:00:00");
    const lines = linesOf(translate({ ...series, cancelled, exceptions: [exception] }));
    expect(originals(lines).map((line) => line.slice(-15))).toEqual([
      "20261031T220000",
      "20270313T220000",
      "20271106T220000",
    ]);
    expect(lines).toContain("EXDATE;TZID=America/New_York:20260307T220000");
    expect(lines).toContain("SUMMARY:Later");
  });
});
