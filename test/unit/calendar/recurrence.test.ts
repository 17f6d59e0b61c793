import { describe, expect, it } from "vitest";
import { calendarZones } from "../../../src/calendar/calendar-zones.ts";
import { parseCalendar } from "../../../src/calendar/component.ts";
import { type Expansion, expand } from "../../../src/calendar/recurrence.ts";

function expansion(lines: readonly string[], from: string, until: string, limit = 1_000): Expansion {
  const parsed = parseCalendar(["BEGIN:VCALENDAR", ...lines, "END:VCALENDAR"].join("\n"));
  if (parsed.kind === "unreadable") throw new Error(parsed.problem);
  const span = { from: Date.parse(from), until: Date.parse(until), limit };
  return expand(parsed.calendar, calendarZones(parsed.calendar, "Europe/Berlin"), span);
}

function starts(
  lines: readonly string[],
  from = "2026-01-01T00:00:00Z",
  until = "2027-01-01T00:00:00Z",
): string[] {
  const found = expansion(lines, from, until);
  if (found.kind !== "occurrences") throw new Error(found.kind);
  return found.occurrences.map((one) => new Date(one.start).toISOString().replace(/:00\.000Z$/, "Z"));
}

const event = (...lines: string[]): string[] => ["BEGIN:VEVENT", "UID:a", ...lines, "END:VEVENT"];
const berlin = "TZID=Europe/Berlin";

describe("the occurrences of an object", () => {
  it.each<[string, string[], string[]]>([
    ["a single event", event("DTSTART:20260302T090000Z"), ["2026-03-02T09:00Z"]],
    ["a floating one, in the owner's zone", event("DTSTART:20260302T090000"), ["2026-03-02T08:00Z"]],
    [
      "a series over a change of clocks",
      event(`DTSTART;${berlin}:20260327T023000`, "RRULE:FREQ=DAILY;COUNT=4"),
      ["2026-03-27T01:30Z", "2026-03-28T01:30Z", "2026-03-29T01:30Z", "2026-03-30T00:30Z"],
    ],
    [
      "an end in UTC, inclusive",
      event(`DTSTART;${berlin}:20260701T090000`, "RRULE:FREQ=DAILY;UNTIL=20260702T070000Z"),
      ["2026-07-01T07:00Z", "2026-07-02T07:00Z"],
    ],
    [
      "an end by date, whose whole day counts",
      event(`DTSTART;${berlin}:20260701T090000`, "RRULE:FREQ=DAILY;UNTIL=20260702"),
      ["2026-07-01T07:00Z", "2026-07-02T07:00Z"],
    ],
    [
      "whole days",
      event("DTSTART;VALUE=DATE:20260301", "RRULE:FREQ=MONTHLY;UNTIL=20260401"),
      ["2026-03-01T00:00Z", "2026-04-01T00:00Z"],
    ],
    [
      "extra and excluded dates, in UTC as well",
      event(
        `DTSTART;${berlin}:20260701T090000`,
        "RRULE:FREQ=DAILY;COUNT=3",
        `RDATE;${berlin}:20260710T120000`,
        "EXDATE:20260702T070000Z",
        `EXDATE;${berlin}:20260703T090000`,
      ),
      ["2026-07-01T07:00Z", "2026-07-10T10:00Z"],
    ],
    [
      "a first occurrence that the rule would not give",
      event("DTSTART:20260302T090000Z", "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=3"),
      ["2026-03-02T09:00Z", "2026-03-03T09:00Z", "2026-03-10T09:00Z"],
    ],
    [
      "the last Friday and what other libraries get wrong",
      event("DTSTART:20260227T090000Z", "RRULE:FREQ=YEARLY;BYMONTH=2;BYDAY=-1FR;COUNT=1"),
      ["2026-02-27T09:00Z"],
    ],
  ])("are right for %s", (_, lines, expected) => {
    expect(starts(lines)).toEqual(expected);
  });

  it("give way to overrides, also to one moved into the span from outside", () => {
    const lines = [
      ...event(`DTSTART;${berlin}:20260701T090000`, `DTEND;${berlin}:20260701T100000`, "RRULE:FREQ=DAILY"),
      ...event("RECURRENCE-ID:20260702T070000Z", `DTSTART;${berlin}:20260705T200000`),
      ...event(`RECURRENCE-ID;${berlin}:20260720T090000`, `DTSTART;${berlin}:20260701T200000`),
    ];
    const found = expansion(lines, "2026-07-01T00:00:00Z", "2026-07-04T00:00:00Z");
    expect(found).toMatchObject({
      occurrences: [
        { start: Date.parse("2026-07-01T07:00Z"), end: Date.parse("2026-07-01T08:00Z"), isOverride: false },
        {
          start: Date.parse("2026-07-01T18:00Z"),
          original: Date.parse("2026-07-20T07:00Z"),
          isOverride: true,
        },
        { start: Date.parse("2026-07-03T07:00Z"), isOverride: false },
      ],
    });
  });

  it("include one that began before the span and still lasts", () => {
    const lines = event("DTSTART;VALUE=DATE:20260227", "DTEND;VALUE=DATE:20260303");
    expect(starts(lines, "2026-03-02T00:00:00Z")).toHaveLength(1);
    expect(starts(lines, "2026-03-03T00:00:00Z")).toHaveLength(0);
  });

  it("are not counted out beyond the limit", () => {
    const lines = event("DTSTART:20260302T090000Z", "RRULE:FREQ=SECONDLY");
    expect(expansion(lines, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z").kind).toBe("too-many");
  });

  it("of a rule that never comes true are its start alone", () => {
    expect(
      starts(event("DTSTART:20260302T090000Z", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")),
    ).toHaveLength(1);
  });

  it.each([
    "FREQ=FORTNIGHTLY",
    "",
    "COUNT=3",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;COUNT=x",
    "FREQ=DAILY;FREQ=WEEKLY",
  ])("of the rule %j are unknown", (rule) => {
    const lines = event("DTSTART:20260302T090000Z", `RRULE:${rule}`);
    expect(expansion(lines, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z").kind).toBe("unsupported");
  });
});
