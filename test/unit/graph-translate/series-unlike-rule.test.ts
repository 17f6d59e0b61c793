import { describe, expect, it } from "vitest";
import type { GraphEvent, GraphSeries } from "../../../src/sources/graph/native.ts";
import { linesOf, master, meeting, startsOf, translate } from "./graph-events.ts";
import { all, from, moved, plain, read, until, withRange } from "./series-fixture.ts";

const days = ["02", "04", "09", "11", "16", "18", "23", "25"].map((day) => `2026-03-${day}`);

describe("what the instances of a series show, and its rule does not give", () => {
  it("is shown: an occurrence on another day, without losing the rule", () => {
    const instances = read(...days, "2026-03-13");
    const translation = translate({ ...plain, instances });
    expect(startsOf(translation, from, until)).toEqual([...all, "2026-03-13T13:00:00.000Z"].toSorted());
    const lines = linesOf(translation);
    expect(lines).toContain("RECURRENCE-ID;TZID=America/New_York:20260313T090000");
    expect(lines.some((line) => line.startsWith("RRULE"))).toBe(true);
    expect(lines.some((line) => line.startsWith("RDATE"))).toBe(false);
  });

  it("is shown: an occurrence at another hour of its day, once", () => {
    const instances = read(...days);
    const items = instances.items.map((item) =>
      item.id === "2026-03-11"
        ? {
            ...item,
            start: { dateTime: "2026-03-11T15:00:00", timeZone: "Eastern Standard Time" },
            end: { dateTime: "2026-03-11T15:30:00", timeZone: "Eastern Standard Time" },
          }
        : item,
    );
    const translation = translate({ ...plain, instances: { ...instances, items } });
    expect(startsOf(translation, from, until)).toEqual([
      ...all.slice(0, 3),
      "2026-03-11T19:00:00.000Z",
      ...all.slice(4),
    ]);
  });

  it("is nothing where both agree", () => {
    const lines = linesOf(translate({ ...plain, instances: read(...days) }));
    expect(lines.filter((line) => /^(?:RECURRENCE-ID|EXDATE)/.test(line))).toEqual([]);
  });

  it("is all there is of a pattern that nobody knows, and said so", () => {
    const lunar: GraphEvent = {
      ...master,
      recurrence: { ...master.recurrence, pattern: JSON.parse('{"type":"lunarMonthly","interval":1}') },
    };
    const series: GraphSeries = { ...plain, master: lunar, instances: read("2026-03-03", "2026-04-02") };
    const translation = translate(series);
    expect(startsOf(translation, from, "2026-05-01T00:00:00Z")).toEqual([
      "2026-03-03T14:00:00.000Z",
      "2026-04-02T13:00:00.000Z",
    ]);
    expect(translation).toMatchObject({ notes: [expect.stringContaining("lunarMonthly")] });
    expect(translate({ ...series, instances: null }).kind).toBe("quarantined");
  });

  it("tells the zone of a series that names none", () => {
    const custom = "Customized Time Zone";
    const berlin = { ...plain, mailboxTimeZone: "W. Europe Standard Time" };
    const nameless: GraphEvent = {
      ...withRange({ recurrenceTimeZone: custom }),
      originalStartTimeZone: custom,
      start: { dateTime: "2026-03-02T14:00:00.0000000", timeZone: "UTC" },
      end: { dateTime: "2026-03-02T14:30:00.0000000", timeZone: "UTC" },
    };
    const translation = translate({ ...berlin, master: nameless, instances: read(...days) });
    expect(linesOf(translation)).toContain("DTSTART;TZID=America/New_York:20260302T090000");
    expect(startsOf(translation, from, until)).toEqual(all);
  });

  it("ends with the 200th difference, which is told", () => {
    const many = Array.from({ length: 300 }, (_, day) =>
      new Date(Date.UTC(2026, 0, 1) + day * 86_400_000).toISOString().slice(0, 10),
    );
    const window = { from: "2025-12-01T00:00:00.000Z", until: "2026-12-31T00:00:00.000Z" };
    const instances = { ...read(...many), window };
    const translation = translate({ ...plain, instances });
    expect(translation).toMatchObject({ notes: [expect.stringMatching(/\d+ of them/)] });
  });
});

describe("an exception of a series", () => {
  it("that replaces no occurrence of the rule is shown all the same", () => {
    const stray: GraphEvent = { ...moved, originalStart: "2026-03-13T13:00:00Z" };
    expect(startsOf(translate({ ...plain, exceptions: [stray] }), from, until)).toEqual(
      [...all, "2026-03-12T16:00:00.000Z"].toSorted(),
    );
    const late: GraphEvent = { ...moved, originalStart: "2026-09-07T13:00:00Z" };
    expect(startsOf(translate({ ...plain, exceptions: [late] }), from, until)).toHaveLength(9);
  });

  it("that names its occurrence at another hour replaces that of the day", () => {
    const shifted: GraphEvent = { ...moved, originalStart: "2026-03-11T20:00:00Z" };
    const translation = translate({ ...plain, exceptions: [shifted] });
    expect(linesOf(translation)).toContain("RECURRENCE-ID;TZID=America/New_York:20260311T090000");
    expect(startsOf(translation, from, until)).toHaveLength(8);
  });

  it("is all that is left where everything else is cancelled", () => {
    const cancelled = days.filter((day) => day !== "2026-03-11").map((day) => `OID.x.${day}`);
    const translation = translate({ ...plain, cancelled, exceptions: [moved] });
    expect(startsOf(translation, from, until)).toEqual(["2026-03-12T16:00:00.000Z"]);
  });

  it("may stand on the day of another occurrence, or of another exception", () => {
    const onMonday = { ...meeting, ...moved, originalStart: "2026-03-11T13:00:00Z" };
    const other = { ...onMonday, id: "other", originalStart: "2026-03-18T13:00:00Z", subject: "Other" };
    const lines = linesOf(translate({ ...plain, exceptions: [onMonday, other] }));
    expect(lines.filter((line) => line === "DTSTART;TZID=America/New_York:20260312T120000")).toHaveLength(2);
  });
});
