import { describe, expect, it } from "vitest";
import { calendarZones } from "../../../src/calendar/calendar-zones.ts";
import { parseCalendar, serialiseComponent } from "../../../src/calendar/component.ts";
import { type Fitted, fitForServer } from "../../../src/calendar/poison.ts";
import { mostInstances } from "../../../src/calendar/server-walk.ts";
import { expand } from "../../../src/calendar/recurrence.ts";

const window = { from: "2026-03-01T00:00:00.000Z", until: "2027-09-01T00:00:00.000Z" };

function parse(ics: string) {
  const parsed = parseCalendar(ics);
  if (parsed.kind === "unreadable") throw new Error(parsed.problem);
  return parsed.calendar;
}

function calendar(...lines: readonly string[]) {
  return parse(
    ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:a", ...lines, "END:VEVENT", "END:VCALENDAR"].join("\n"),
  );
}

function fit(...lines: readonly string[]): Fitted {
  const given = calendar(...lines);
  return fitForServer(given, calendarZones(given, "UTC"), window);
}

function textOf(fitted: Fitted): string {
  if (fitted.kind !== "fit") throw new Error(fitted.reason);
  return serialiseComponent(fitted.calendar);
}

function startsOf(given: ReturnType<typeof parse>, from: string, until: string): number[] {
  const span = { from: Date.parse(from), until: Date.parse(until), limit: 100_000 };
  const found = expand(given, calendarZones(given, "UTC"), span);
  if (found.kind !== "occurrences") throw new Error(found.kind);
  return found.occurrences.map((one) => one.start);
}

describe("a series that servers survive", () => {
  it.each([
    ["a single event", ["DTSTART:20260302T090000Z"]],
    ["a weekly one of twenty years", ["DTSTART:20060302T090000Z", "RRULE:FREQ=WEEKLY"]],
    ["a finite one", ["DTSTART:20260302T090000Z", "RRULE:FREQ=DAILY;COUNT=3499"]],
    ["one that ended before the window", ["DTSTART:20100302T090000Z", "RRULE:FREQ=DAILY;COUNT=100"]],
  ])("stays as it is: %s", (_, lines) => {
    const given = calendar(...lines);
    const fitted = fitForServer(given, calendarZones(given, "UTC"), window);
    expect(fitted).toEqual({ kind: "fit", calendar: given, clipped: false });
  });
});

describe("a poison series", () => {
  it.each([
    ["an old daily one", ["DTSTART:20100101T090000Z", "RRULE:FREQ=DAILY"]],
    ["an old daily one in a zone", ["DTSTART;TZID=Europe/Berlin:20100101T023000", "RRULE:FREQ=DAILY"]],
    ["one of every third day, in its phase", ["DTSTART:19900101T090000Z", "RRULE:FREQ=DAILY;INTERVAL=3"]],
    [
      "one of many days a week, in its phase",
      ["DTSTART:19850101T090000Z", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;WKST=SU"],
    ],
    ["a counted one", ["DTSTART:20170101T090000Z", "RRULE:FREQ=DAILY;COUNT=5000"]],
    ["one with an end far away", ["DTSTART:20250101T090000Z", "RRULE:FREQ=DAILY;UNTIL=20991231T235959Z"]],
    [
      "a birthday without a year, of 1604",
      ["DTSTART;VALUE=DATE:16040229", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28"],
    ],
    ["a birthday of 1945", ["DTSTART;VALUE=DATE:19450312", "RRULE:FREQ=YEARLY"]],
    ["a yearly one beyond 2038", ["DTSTART;VALUE=DATE:20200312", "RRULE:FREQ=YEARLY;COUNT=30"]],
  ])("is clipped and shows the same inside the window: %s", (_, lines) => {
    const fitted = fit(...lines);
    expect(fitted).toMatchObject({ kind: "fit", clipped: true });
    const clipped = parse(textOf(fitted));
    expect(startsOf(clipped, window.from, window.until)).toEqual(
      startsOf(calendar(...lines), window.from, window.until),
    );
    expect(startsOf(clipped, "1970-01-02T00:00:00Z", window.until).length).toBeLessThanOrEqual(mostInstances);
    expect(startsOf(clipped, "1500-01-01T00:00:00Z", "1970-01-02T00:00:00Z")).toEqual([]);
    const isEndless = !lines.some((line) => /COUNT|UNTIL/.test(line));
    if (!isEndless) expect(startsOf(clipped, "2030-01-01T00:00:00Z", "2100-01-01T00:00:00Z")).toEqual([]);
    const again = fitForServer(clipped, calendarZones(clipped, "UTC"), window);
    expect(again).toMatchObject({ kind: "fit", clipped: false });
  });

  it("stays the same for a year of windows", () => {
    const lines = ["DTSTART:20100101T090000Z", "DTEND:20100101T100000Z", "RRULE:FREQ=DAILY"];
    const given = calendar(...lines);
    const texts = ["2026-01-01", "2026-06-15", "2026-12-31"].map((day) => {
      const moved = { from: `${day}T00:00:00.000Z`, until: "2027-12-01T00:00:00.000Z" };
      return textOf(fitForServer(given, calendarZones(given, "UTC"), moved));
    });
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain("DTSTART:20250101T090000Z\r\nDTEND:20250101T100000Z\r\n");
  });

  it("loses the exceptions before its new start and keeps the others", () => {
    const ics = [
      "BEGIN:VCALENDAR",
      "BEGIN:VEVENT",
      "UID:a",
      "DTSTART:20100101T090000Z",
      "RRULE:FREQ=DAILY",
      "EXDATE:20110101T090000Z,20260401T090000Z",
      "END:VEVENT",
      ...["20110102", "20260402"].flatMap((day) => [
        "BEGIN:VEVENT",
        "UID:a",
        `RECURRENCE-ID:${day}T090000Z`,
        `DTSTART:${day}T100000Z`,
        "END:VEVENT",
      ]),
      "END:VCALENDAR",
    ].join("\n");
    const given = parse(ics);
    const text = textOf(fitForServer(given, calendarZones(given, "UTC"), window));
    expect(text).toContain("EXDATE:20260401T090000Z\r\n");
    expect(text).toContain("RECURRENCE-ID:20260402T090000Z\r\n");
    expect(text).not.toContain("2011");
  });

  it.each([
    ["every minute", ["DTSTART:20260101T090000Z", "RRULE:FREQ=MINUTELY"]],
    ["of an unknown frequency", ["DTSTART:20260101T090000Z", "RRULE:FREQ=FORTNIGHTLY"]],
    ["a single event before 1970", ["DTSTART:19690101T090000Z"]],
    ["a single event after 2038", ["DTSTART:20390101T090000Z"]],
    ["without a start", ["SUMMARY:x"]],
  ])("is refused where no form is safe: %s", (_, lines) => {
    expect(fit(...lines).kind).toBe("poison");
  });

  it.each([
    [
      "all of it is excluded",
      ["DTSTART:20260302T090000Z", "RRULE:FREQ=DAILY;COUNT=2", "EXDATE:20260302T090000Z,20260303T090000Z"],
    ],
    [
      "it is too long and ended before the window",
      ["DTSTART:20000101T090000Z", "RRULE:FREQ=DAILY;COUNT=5000"],
    ],
  ])("leaves nothing to show where %s", (_, lines) => {
    expect(fit(...lines).kind).toBe("nothing");
  });
});
