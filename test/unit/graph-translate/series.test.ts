import { describe, expect, it } from "vitest";
import { type GraphEvent, type GraphSeries, seriesZone } from "../../../src/sources/graph/native.ts";
import { linesOf, master, meeting, onlyEvent, startsOf, translate } from "./graph-events.ts";

const plain: GraphSeries = { kind: "series", master, exceptions: [], cancelled: [], instances: null };
const from = "2026-03-01T00:00:00Z";
const until = "2026-04-01T00:00:00Z";

/** Starts of the whole series: 09:00 in New York, across the change of clocks on 8 March. */
const all = [
  "2026-03-02T14:00:00.000Z",
  "2026-03-04T14:00:00.000Z",
  "2026-03-09T13:00:00.000Z",
  "2026-03-11T13:00:00.000Z",
  "2026-03-16T13:00:00.000Z",
  "2026-03-18T13:00:00.000Z",
  "2026-03-23T13:00:00.000Z",
  "2026-03-25T13:00:00.000Z",
];

function withRange(changes: object, event: GraphEvent = master): GraphEvent {
  const { recurrence } = event;
  return { ...event, recurrence: { ...recurrence, range: { ...recurrence?.range, ...changes } } };
}

const moved: GraphEvent = {
  ...meeting,
  id: "AAMk-exception",
  type: "exception",
  subject: "Stand-up, later",
  originalStart: "2026-03-11T13:00:00Z",
  start: { dateTime: "2026-03-12T16:00:00.0000000", timeZone: "UTC" },
  end: { dateTime: "2026-03-12T16:30:00.0000000", timeZone: "UTC" },
};

const instance = (day: string) => ({
  id: day,
  type: "occurrence" as const,
  start: { dateTime: `${day}T09:00:00`, timeZone: "Eastern Standard Time" },
  end: { dateTime: `${day}T09:30:00`, timeZone: "Eastern Standard Time" },
});

const read = (...days: string[]) => ({
  window: { from: "2026-01-01T00:00:00.000Z", until: "2026-06-02T00:00:00.000Z" },
  items: days.map(instance),
});

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
    expect(translate({ ...series, master: odd }).kind).toBe("quarantined");
  });

  it("begins at its first occurrence where its start is none", () => {
    const sunday = {
      ...withRange({ startDate: "2026-03-01" }),
      start: { dateTime: "2026-03-01T09:00:00.0000000", timeZone: "Eastern Standard Time" },
      end: { dateTime: "2026-03-01T09:30:00.0000000", timeZone: "Eastern Standard Time" },
    };
    expect(startsOf(translate({ ...plain, master: sunday }), from, until)).toEqual(all);
  });

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

  it("believes no gap where an instance cannot be placed", () => {
    const instances = {
      window: { from: "2026-03-05T00:00:00.000Z", until: "2026-03-17T00:00:00.000Z" },
      items: [{ id: "x", type: "exception" as const }],
    };
    expect(startsOf(translate({ ...plain, cancelled: null, instances }), from, until)).toEqual(all);
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

  it("with every occurrence cancelled is no object", () => {
    const cancelled = ["02", "04", "09", "11", "16", "18", "23", "25"].map((day) => `OID.x.2026-03-${day}`);
    expect(translate({ ...plain, cancelled }).kind).toBe("skipped");
  });

  it("that was cancelled as a whole is left out", () => {
    expect(translate({ ...plain, master: { ...master, isCancelled: true } }).kind).toBe("skipped");
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
    expect(clipped).toMatchObject({ notes: [expect.stringContaining("read-only")] });
    expect(startsOf(clipped, from, until)).toHaveLength(31);
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
