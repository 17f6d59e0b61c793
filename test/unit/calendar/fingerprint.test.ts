import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../src/calendar/fingerprint.ts";

const head = ["VERSION:2.0", "PRODID:-//A//B//EN"];
const event = [
  "UID:a",
  "DTSTAMP:20260101T000000Z",
  "DTSTART;TZID=Europe/Berlin:20260302T090000",
  "DTEND;TZID=Europe/Berlin:20260302T100000",
  "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=5",
  "EXDATE;TZID=Europe/Berlin:20260309T090000,20260316T090000",
  "SUMMARY:Budget\\, again",
  "CATEGORIES:Work,Red",
  'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE="A, B":geo:1,2',
];
const alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "DESCRIPTION:Budget", "END:VALARM"];
const override = [
  "UID:a",
  "RECURRENCE-ID;TZID=Europe/Berlin:20260323T090000",
  "DTSTART;TZID=Europe/Berlin:20260323T110000",
  "SUMMARY:Later",
];

function calendar(...events: readonly (readonly string[])[]): string {
  const lines = events.flatMap((one) => ["BEGIN:VEVENT", ...one, "END:VEVENT"]);
  return ["BEGIN:VCALENDAR", ...head, ...lines, "END:VCALENDAR", ""].join("\r\n");
}

const original = calendar([...event, ...alarm], override);

describe("a fingerprint", () => {
  it.each<[string, string]>([
    ["the order of properties", calendar([...event.toReversed(), ...alarm], override)],
    ["the order of events", calendar(override, [...event, ...alarm])],
    ["line ends", original.replaceAll("\r\n", "\n")],
    ["folding", original.replaceAll("again", "ag\r\n ain")],
    ["another UID", original.replaceAll("UID:a", "UID:b")],
    ["a stamp", original.replaceAll("UID:a", "UID:a\r\nX-KALENDS-ID:1.2")],
    ["a sequence", original.replaceAll("UID:a", "UID:a\r\nSEQUENCE:4")],
    ["time stamps", original.replace("DTSTAMP:2026", "LAST-MODIFIED:20260202T000000Z\r\nDTSTAMP:2025")],
    ["another producer", original.replace("-//A//B//EN", "-//C//D//EN")],
    [
      "the order of parts of a rule",
      original.replace("FREQ=WEEKLY;BYDAY=MO;COUNT=5", "COUNT=5;INTERVAL=1;BYDAY=MO;FREQ=WEEKLY"),
    ],
    [
      "EXDATEs on lines of their own",
      original.replace(",20260316T090000", "\r\nEXDATE;TZID=Europe/Berlin:20260316T090000"),
    ],
    ["a needless VALUE", original.replace("DTSTART;TZID", "DTSTART;VALUE=DATE-TIME;TZID")],
    ["an empty property that a server takes out", original.replace("UID:a", "UID:a\r\nLOCATION:")],
    [
      "how a phone confirms an alarm",
      original.replace("TRIGGER", "ACKNOWLEDGED:20260101T000000Z\r\nX-WR-ALARMUID:1\r\nUID:2\r\nTRIGGER"),
    ],
    [
      "needless escapes and quotes",
      original.replace("CATEGORIES", "categories").replace("TZID=Europe/Berlin", 'TZID="Europe/Berlin"'),
    ],
    [
      "properties of the calendar",
      original.replace("VERSION:2.0", "VERSION:2.0\r\nX-WR-CALNAME:Mine\r\nMETHOD:PUBLISH"),
    ],
    [
      "a VTIMEZONE",
      original.replace(
        "BEGIN:VEVENT",
        "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT",
      ),
    ],
  ])("does not see %s", (_, changed) => {
    expect(changed).not.toBe(original);
    expect(fingerprint(changed)).toBe(fingerprint(original));
  });

  it.each<[string, string]>([
    ["a title", original.replace("Budget\\, again", "Budget")],
    ["a start", original.replace("20260302T090000", "20260302T093000")],
    ["a zone", original.replace("DTSTART;TZID=Europe/Berlin", "DTSTART;TZID=Europe/Paris")],
    ["a rule", original.replace("COUNT=5", "COUNT=6")],
    ["an exception", original.replace("20260316T090000", "20260330T090000")],
    ["a category", original.replace("Red", "Blue")],
    ["an alarm", original.replace("-PT15M", "-PT5M")],
    ["a lost alarm", calendar(event, override)],
    ["a lost override", calendar([...event, ...alarm])],
    ["an override's title", original.replace("Later", "Sooner")],
    ["a place of Apple's", original.replace("geo:1,2", "geo:1,3")],
    ["a parameter", original.replace("A, B", "A, C")],
    ["a property that nobody knows", original.replace("UID:a", "UID:a\r\nX-NEW:1")],
    ["a property that stands twice", original.replace("UID:a", "UID:a\r\nCOMMENT:x\r\nCOMMENT:x")],
  ])("sees %s", (_, changed) => {
    expect(changed).not.toBe(original);
    expect(fingerprint(changed)).not.toBe(fingerprint(original));
  });

  it("takes any text at all", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
        expect(fingerprint(text)).toMatch(/^[0-9a-f]{64}$/);
      }),
    );
  });

  it("does not depend on the order of lines in any event", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(event, { minLength: event.length }), (shuffled) => {
        expect(fingerprint(calendar([...shuffled, ...alarm], override))).toBe(fingerprint(original));
      }),
    );
  });
});
