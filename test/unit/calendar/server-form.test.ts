import { describe, expect, it } from "vitest";
import { calendarZones } from "../../../src/calendar/calendar-zones.ts";
import { parseCalendar, serialiseComponent } from "../../../src/calendar/component.ts";
import { fitForServer } from "../../../src/calendar/poison.ts";

const window = { from: "2026-03-01T00:00:00.000Z", until: "2027-09-01T00:00:00.000Z" };

function event(...lines: readonly string[]): string[] {
  return ["BEGIN:VEVENT", "UID:a", ...lines, "END:VEVENT"];
}

function fitted(...lines: readonly string[]): string {
  const parsed = parseCalendar(["BEGIN:VCALENDAR", ...lines, "END:VCALENDAR"].join("\n"));
  if (parsed.kind === "unreadable") throw new Error(parsed.problem);
  const fit = fitForServer(parsed.calendar, calendarZones(parsed.calendar, "UTC"), window);
  return fit.kind === "fit" ? serialiseComponent(fit.calendar).replaceAll("\r\n ", "") : fit.kind;
}

const daily = ["DTSTART:20260302T090000Z", "RRULE:FREQ=DAILY"];

describe("the form in which sabre reads all of an object", () => {
  it("has the master before its overrides", () => {
    const text = fitted(
      ...event("RECURRENCE-ID:20260303T090000Z", "DTSTART:20260303T110000Z"),
      ...event(...daily),
    );
    expect(text.indexOf("RRULE")).toBeLessThan(text.indexOf("RECURRENCE-ID"));
  });

  it("has a rule beside single dates, which are in order and on one clock", () => {
    const text = fitted(
      ...event(
        "DTSTART:20260302T090000Z",
        "RDATE;TZID=Europe/Berlin:20260402T110000",
        "RDATE;VALUE=PERIOD:20260310T090000Z/PT1H",
      ),
    );
    expect(text).toContain("RRULE:FREQ=DAILY;COUNT=1\r\n");
    expect(text).toContain("RDATE:20260310T090000Z,20260402T090000Z\r\n");
  });

  it("repeats a start of the rule behind the window where there are single dates", () => {
    const text = fitted(...event(...daily, "RDATE:20260310T120000Z"));
    expect(text).toContain("RDATE:20260310T120000Z\r\nRDATE:20281231T090000Z\r\n");
  });

  it("has no override where servers cannot follow, and not its occurrence either", () => {
    const text = fitted(
      ...event(...daily),
      ...event("RECURRENCE-ID:20260303T090000Z", "DTSTART:20450303T090000Z"),
      ...event("RECURRENCE-ID:20260304T090000Z", "DTSTART:20260304T100000Z"),
    );
    expect(text).toContain("EXDATE:20260303T090000Z\r\n");
    expect(text).not.toContain("2045");
    expect(text).toContain("RECURRENCE-ID:20260304T090000Z");
  });

  it.each([
    ["a rule that it refuses", "FREQ=YEARLY;BYDAY=20MO", "20260518T090000Z"],
    ["one on which it stands still", "FREQ=MINUTELY;INTERVAL=10080", "20260518T090000Z"],
  ])("lists the starts of %s", (_, rule, start) => {
    const text = fitted(...event("DTSTART:20260518T090000Z", `RRULE:${rule}`));
    expect(text).toContain(`DTSTART:${start}\r\n`);
    expect(text).toMatch(/RDATE:2\d{7}T090000Z,/);
  });

  it("is no rule where nothing comes of it", () => {
    const text = fitted(...event("DTSTART:20260302T090000Z", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"));
    expect(text).toContain("DTSTART:20260302T090000Z");
    expect(text).not.toContain("RRULE");
  });

  it("counts what it walks, not what the rule gives", () => {
    const text = fitted(...event("DTSTART:20060102T090000Z", "RRULE:FREQ=DAILY;BYMONTH=7"));
    expect(text).toContain("DTSTART:20240731T090000Z\r\n");
  });

  it("keeps an override that was moved into the window from long ago", () => {
    const text = fitted(
      ...event("DTSTART:20100101T090000Z", "RRULE:FREQ=DAILY"),
      ...event("RECURRENCE-ID:20200101T090000Z", "DTSTART:20260401T090000Z"),
    );
    expect(text).toContain("RECURRENCE-ID:20200101T090000Z");
    expect(text).toContain("DTSTART:20200101T090000Z");
  });
});
