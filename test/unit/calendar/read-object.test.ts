import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readObject } from "../../../src/calendar/read-object.ts";

function read(...lines: readonly string[]) {
  return readObject(["BEGIN:VCALENDAR", ...lines, "END:VCALENDAR"].join("\r\n"), "Europe/Berlin");
}

describe("what an object says about itself", () => {
  it("is read from its master", () => {
    expect(
      read(
        "BEGIN:VEVENT",
        "UID:a",
        "RECURRENCE-ID:20260303T080000Z",
        "DTSTART:20260303T100000Z",
        "SUMMARY:Moved",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:a",
        "SUMMARY:Budget\\, again",
        "DTSTART;TZID=Europe/Berlin:20260302T090000",
        "DURATION:PT90M",
        "RRULE:FREQ=DAILY;COUNT=3",
        'ORGANIZER;CN="Alex, A.":mailto:alex@example.com',
        "ATTENDEE;PARTSTAT=declined;EMAIL=bo@example.com:/principal/7",
        "X-KALENDS-ID:1.2",
        "END:VEVENT",
      ),
    ).toEqual({
      kind: "facts",
      facts: {
        uid: "a",
        summary: "Budget, again",
        start: "2026-03-02T08:00:00.000Z",
        end: "2026-03-04T09:30:00.000Z",
        isAllDay: false,
        rule: "FREQ=DAILY;COUNT=3",
        organizer: { name: "Alex, A.", address: "alex@example.com", status: "" },
        attendees: [{ name: "", address: "bo@example.com", status: "DECLINED" }],
        kalendsId: "1.2",
      },
    });
  });

  it("has no end where the series has none", () => {
    const series = ["BEGIN:VEVENT", "DTSTART;VALUE=DATE:20260302", "RRULE:FREQ=DAILY", "END:VEVENT"];
    expect(read(...series)).toMatchObject({ facts: { end: null, isAllDay: true, uid: "" } });
  });

  it.each([
    ["", "It is no VCALENDAR."],
    ["BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a", "VEVENT is never closed: the text is cut off."],
    ["<html></html>", "It is no VCALENDAR."],
    ["BEGIN:VCALENDAR\nBEGIN:VTODO\nEND:VTODO\nEND:VCALENDAR", "It holds no VEVENT."],
    ["BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:soon\nEND:VEVENT\nEND:VCALENDAR", "It has no readable DTSTART."],
  ])("is a problem for %j", (ics, problem) => {
    expect(readObject(ics, "UTC")).toEqual({ kind: "problem", problem });
  });

  it("is never an exception, whatever the text", () => {
    const piece = fc.constantFrom(
      "BEGIN:VCALENDAR\n",
      "END:VCALENDAR\n",
      "BEGIN:VEVENT\n",
      "END:VEVENT\n",
      "DTSTART:20260302T090000Z\n",
      "DTSTART;TZID=X:99991231T235959\n",
      "DTEND;TZID=Europe/Berlin:01000101T000000\n",
      "RRULE:FREQ=DAILY;COUNT=2\n",
      "RRULE:FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO\n",
      "RRULE:FREQ=\n",
      "EXDATE:x\n",
      "DURATION:P\n",
      ";:\n",
      " folded\n",
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 9, arbitrary: piece }, fc.string()), { maxLength: 14 }),
        (pieces) => {
          const inner = pieces.join("");
          expect(["facts", "problem"]).toContain(readObject(inner, "UTC").kind);
          const whole = `BEGIN:VCALENDAR\nBEGIN:VEVENT\n${inner}END:VEVENT\nEND:VCALENDAR\n`;
          expect(["facts", "problem"]).toContain(readObject(whole, "UTC").kind);
        },
      ),
      { numRuns: 300 },
    );
  });
});
