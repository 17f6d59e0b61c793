import { describe, expect, it } from "vitest";
import type { GraphEvent } from "../../../src/sources/graph/native.ts";
import { linesOf, master, startsOf, translate } from "./graph-events.ts";
import { all, from, moved, plain, until, withRange } from "./series-fixture.ts";

describe("exceptions and cancellations of a series", () => {
  it("shows a moved occurrence at its new time and not at its old one", () => {
    const translation = translate({ ...plain, exceptions: [moved] });
    expect(startsOf(translation, from, until)).toEqual([
      ...all.slice(0, 3),
      "2026-03-12T16:00:00.000Z",
      ...all.slice(4),
    ]);
    const lines = linesOf(translation);
    expect(lines).toContain("RECURRENCE-ID;TZID=America/New_York:20260311T090000");
    expect(lines).toContain("DTSTART;TZID=America/New_York:20260312T120000");
    expect(lines.filter((line) => line.startsWith("SUMMARY"))).toEqual([
      "SUMMARY:Stand-up",
      "SUMMARY:Stand-up\\, later",
    ]);
  });

  it("gives an exception that was read in part the master's title", () => {
    const { subject: _, ...partial } = moved;
    const lines = linesOf(translate({ ...plain, exceptions: [partial] }));
    expect(lines.filter((line) => line === "SUMMARY:Stand-up")).toHaveLength(2);
  });

  it("shows no room and no link of the master's in an exception that has its own", () => {
    const event: GraphEvent = {
      ...master,
      location: { displayName: "Room 1" },
      locations: [{ displayName: "Room 1" }],
      onlineMeetingUrl: "https://example.com/old",
      onlineMeeting: { joinUrl: "https://example.com/old" },
    };
    const own = { location: { displayName: "Room 2" }, onlineMeetingUrl: "https://example.com/new" };
    const lines = linesOf(translate({ ...plain, master: event, exceptions: [{ ...moved, ...own }] }));
    expect(lines.filter((line) => /^(?:LOCATION|URL)/.test(line)).toSorted()).toEqual([
      "LOCATION:Room 1",
      "LOCATION:Room 2",
      "URL;VALUE=URI:https://example.com/new",
      "URL;VALUE=URI:https://example.com/old",
    ]);
    const inherited = linesOf(translate({ ...plain, master: event, exceptions: [moved] }));
    expect(inherited.filter((line) => line === "LOCATION:Room 1")).toHaveLength(2);
  });

  it("leaves out the occurrences that the master calls cancelled, and cancelled exceptions", () => {
    const cancelled = ["OID.AAMk-master.2026-03-09"];
    const exceptions = [{ ...moved, isCancelled: true }];
    const translation = translate({ ...plain, cancelled, exceptions });
    expect(startsOf(translation, from, until)).toEqual([all[0], all[1], ...all.slice(4)]);
    expect(linesOf(translation)).toContain("EXDATE;TZID=America/New_York:20260309T090000");
  });

  it("leaves out a cancelled exception that says nothing but its own start", () => {
    const { originalStart: _, ...cancelled } = {
      ...moved,
      isCancelled: true,
      start: { dateTime: "2026-03-11T13:00:00.0000000", timeZone: "UTC" },
    };
    const translation = translate({ ...plain, exceptions: [cancelled] });
    expect(startsOf(translation, from, until)).toEqual(all.filter((_start, at) => at !== 3));
  });

  it("understands both spellings of an occurrence's id, with or without a time", () => {
    const { originalStart: _, ...bare } = moved;
    const exceptions = [{ ...bare, OccurrenceId: "OID.AAMk-master.2026-03-11" }];
    const cancelled = ["OID.AAMk-master.2026-03-09T00:00:00.0000000"];
    const translation = translate({ ...plain, cancelled, exceptions });
    expect(startsOf(translation, from, until)).toEqual([
      all[0],
      all[1],
      "2026-03-12T16:00:00.000Z",
      ...all.slice(4),
    ]);
  });

  it("of whole days names its exceptions by the day that their UTC midnight means in its zone", () => {
    const wholeDays: GraphEvent = {
      ...withRange({ recurrenceTimeZone: "New Zealand Standard Time" }),
      isAllDay: true,
      start: { dateTime: "2026-03-02T00:00:00.0000000", timeZone: "UTC" },
      end: { dateTime: "2026-03-03T00:00:00.0000000", timeZone: "UTC" },
    };
    const exception = {
      ...moved,
      isAllDay: true,
      originalStart: "2026-03-10T11:00:00Z",
      start: { dateTime: "2026-03-12T00:00:00.0000000", timeZone: "UTC" },
      end: { dateTime: "2026-03-13T00:00:00.0000000", timeZone: "UTC" },
    };
    const translation = translate({
      ...plain,
      master: wholeDays,
      exceptions: [exception],
      cancelled: ["OID.AAMk-master.2026-03-04"],
    });
    expect(linesOf(translation)).toEqual(
      expect.arrayContaining([
        "DTSTART;VALUE=DATE:20260302",
        "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;WKST=SU;UNTIL=20260325",
        "EXDATE;VALUE=DATE:20260304",
        "RECURRENCE-ID;VALUE=DATE:20260311",
        "DTSTART;VALUE=DATE:20260312",
      ]),
    );
    expect(startsOf(translation, from, until)).toHaveLength(7);
  });

  it.each(["2026-03-10T10:00:00Z", "2026-03-11T12:00:00Z", "2026-03-11T00:00:00Z"])(
    "of whole days in an unknown zone names the rule's day nearest to %s",
    (originalStart) => {
      const custom = "tzone://Microsoft/Custom";
      const days = {
        isAllDay: true,
        start: { dateTime: "2026-03-04T00:00:00.0000000", timeZone: "UTC" },
        end: { dateTime: "2026-03-05T00:00:00.0000000", timeZone: "UTC" },
      };
      const range = withRange({ recurrenceTimeZone: custom, startDate: "2026-03-04" });
      const pattern = { ...master.recurrence?.pattern, daysOfWeek: ["wednesday" as const] };
      const wednesdays: GraphEvent = {
        ...range,
        ...days,
        originalStartTimeZone: "UTC",
        recurrence: { ...range.recurrence, pattern },
      };
      const exceptions = [{ ...moved, ...days, originalStart }];
      const translation = translate({ ...plain, master: wednesdays, exceptions });
      expect(linesOf(translation)).toContain("RECURRENCE-ID;VALUE=DATE:20260311");
    },
  );

  it("reads an exception in an unknown zone in that of the series", () => {
    const start = { dateTime: "2026-03-12T12:00:00", timeZone: "tzone://Microsoft/Custom" };
    const lines = linesOf(translate({ ...plain, exceptions: [{ ...moved, start, end: start }] }));
    expect(lines).toContain("DTSTART;TZID=America/New_York:20260312T120000");
  });

  it("with every occurrence cancelled is no object", () => {
    const cancelled = ["02", "04", "09", "11", "16", "18", "23", "25"].map((day) => `OID.x.2026-03-${day}`);
    expect(translate({ ...plain, cancelled }).kind).toBe("skipped");
  });

  it("that was cancelled as a whole is left out", () => {
    expect(translate({ ...plain, master: { ...master, isCancelled: true } }).kind).toBe("skipped");
  });

  it.each([
    ["whose exception does not say what it replaces", { exceptions: [{ ...moved, originalStart: null }] }],
    [
      "of an unknown pattern",
      { master: { ...master, recurrence: { pattern: { type: JSON.parse('"hourly"') } } } },
    ],
    ["without a recurrence", { master: { ...master, recurrence: null } }],
    ["that never happens", { master: withRange({ startDate: "2026-03-02", endDate: "2026-02-01" }) }],
  ])("%s is quarantined", (_, changes) => {
    expect(translate({ ...plain, ...changes }).kind).toBe("quarantined");
  });
});
