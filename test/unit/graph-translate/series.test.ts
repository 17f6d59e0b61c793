import { describe, expect, it } from "vitest";
import { type GraphEvent, seriesZone } from "../../../src/sources/graph/native.ts";
import { linesOf, master, onlyEvent, startsOf, translate } from "./graph-events.ts";
import { all, from, plain, until, withRange } from "./series-fixture.ts";

describe("a series of Graph", () => {
  it("keeps its wall clock across a change of clocks", () => {
    expect(startsOf(translate(plain), from, until)).toEqual(all);
    expect(linesOf(translate(plain))).toContain("DTSTART;TZID=America/New_York:20260302T090000");
    expect(onlyEvent(translate(plain)).object.end).toBe("2026-03-25T13:30:00.000Z");
  });

  it("keeps its wall clock even where the master could only be read in UTC", () => {
    const inUtc = {
      ...master,
      start: { dateTime: "2026-03-02T14:00:00.0000000", timeZone: "UTC" },
      end: { dateTime: "2026-03-02T14:30:00.0000000", timeZone: "UTC" },
    };
    expect(startsOf(translate({ ...plain, master: inUtc }), from, until)).toEqual(all);
  });

  it("is understood in other capitals, and with a time behind its last day", () => {
    const loud = JSON.stringify(master.recurrence)
      .replace('"weekly"', '"Weekly"')
      .replace('"monday"', '"Monday"')
      .replace('"sunday"', '"Sunday"')
      .replace('"endDate"', '"EndDate"')
      .replace('"2026-03-25"', '"2026-03-25T00:00:00.0000000"');
    const event: GraphEvent = { ...master, recurrence: JSON.parse(loud) };
    expect(startsOf(translate({ ...plain, master: event }), from, until)).toEqual(all);
  });

  it("that names no zone anywhere was read in UTC", () => {
    const nameless = {
      ...withRange({ recurrenceTimeZone: undefined }),
      start: { dateTime: "2026-03-02T14:00:00.0000000" },
      end: { dateTime: "2026-03-02T14:30:00.0000000" },
    };
    expect(startsOf(translate({ ...plain, master: nameless }), from, until)).toEqual(all);
  });

  it("in a zone without a name lives in the mailbox's, and says so", () => {
    const custom = {
      ...withRange({ recurrenceTimeZone: "tzone://Microsoft/Custom" }),
      originalStartTimeZone: "tzone://Microsoft/Custom",
      start: { dateTime: "2026-03-02T14:00:00.0000000", timeZone: "UTC" },
      end: { dateTime: "2026-03-02T14:30:00.0000000", timeZone: "UTC" },
    };
    expect(seriesZone(custom)).toBeNull();
    const translation = translate({ ...plain, master: custom, mailboxTimeZone: "Eastern Standard Time" });
    expect(startsOf(translation, from, until)).toEqual(all);
    expect(translation).toMatchObject({ notes: [expect.stringContaining("tzone://Microsoft/Custom")] });
  });

  it.each([
    ["the owner's zone", "2026-01-06T04:00:00", "2026-01-05", "America/New_York:20260105T230000"],
    ["an offset", "2026-01-06T11:00:00", "2026-01-05", "Etc/GMT+12:20260105T230000"],
    ["an offset east", "2026-01-04T13:00:00", "2026-01-05", "Etc/GMT-11:20260105T000000"],
  ])("in a zone without a name begins on its own day, by %s", (_, at, startDate, start) => {
    const custom = "tzone://Microsoft/Custom";
    const { recurrence } = master;
    const mondays: GraphEvent = {
      ...master,
      originalStartTimeZone: custom,
      start: { dateTime: at, timeZone: "UTC" },
      end: { dateTime: at, timeZone: "UTC" },
      recurrence: {
        pattern: { ...recurrence?.pattern, daysOfWeek: ["monday"] },
        range: { ...recurrence?.range, type: "noEnd", startDate, recurrenceTimeZone: custom },
      },
    };
    const series = { ...plain, master: mondays, mailboxTimeZone: "W. Europe Standard Time" };
    expect(linesOf(translate(series))).toContain(`DTSTART;TZID=${start}`);
    const first = Date.parse(`${at}Z`);
    expect(startsOf(translate(series), "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z").slice(0, 4)).toEqual(
      [0, 7, 14, 21].map((days) => new Date(first + days * 86_400_000).toISOString()),
    );
    const elsewhere = { ...mondays.recurrence?.range, startDate: "2026-02-20" };
    const odd = { ...mondays, recurrence: { ...mondays.recurrence, range: elsewhere } };
    const shown = translate({ ...series, master: odd });
    expect(linesOf(shown).some((line) => line.startsWith("DTSTART;TZID=Europe/Berlin"))).toBe(true);
    expect(shown).toMatchObject({ notes: [expect.stringContaining(custom)] });
  });

  it("begins at its first occurrence where its start is none", () => {
    const sunday = {
      ...withRange({ startDate: "2026-03-01" }),
      start: { dateTime: "2026-03-01T09:00:00.0000000", timeZone: "Eastern Standard Time" },
      end: { dateTime: "2026-03-01T09:30:00.0000000", timeZone: "Eastern Standard Time" },
    };
    expect(startsOf(translate({ ...plain, master: sunday }), from, until)).toEqual(all);
  });

  it("that began long ago is shown from the year before the window on", () => {
    const old: GraphEvent = {
      ...withRange({ type: "noEnd", startDate: "2010-03-01" }),
      start: { dateTime: "2010-03-01T09:00:00.0000000", timeZone: "Eastern Standard Time" },
      end: { dateTime: "2010-03-01T09:30:00.0000000", timeZone: "Eastern Standard Time" },
    };
    const daily = {
      ...old,
      recurrence: { ...old.recurrence, pattern: { type: "daily" as const, interval: 2 } },
    };
    const translation = translate({ ...plain, master: daily });
    expect(translation).toMatchObject({ notes: [] });
    const everyDay = {
      ...old,
      recurrence: { ...old.recurrence, pattern: { type: "daily" as const, interval: 1 } },
    };
    const clipped = translate({ ...plain, master: everyDay });
    expect(linesOf(clipped)).toContain("DTSTART;TZID=America/New_York:20250101T090000");
    expect(clipped).toMatchObject({ notes: [expect.stringContaining("from the year before the window on")] });
    expect(startsOf(clipped, from, until)).toHaveLength(31);
  });
});
