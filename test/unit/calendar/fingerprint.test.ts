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
  "URL:https://example.com/a,b",
  "GEO:47.600000;-122.100000",
  'CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL="Join\\nnow":https://example.com/',
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

/** The fingerprint of an event with this start and a line for its end. */
const lasting = (start: string, end: string): string => fingerprint(calendar(["UID:a", start, end]));

const inNewYork = "DTSTART;TZID=America/New_York:20261031T230000";
const inUtc = "DTSTART:20261031T230000Z";

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
    ["digits that say nothing", original.replace("47.600000", "47.6")],
    ["a list of values in quotes as one", original.replace("AUDIO,VIDEO", '"AUDIO,VIDEO"')],
    ["a break in a parameter by RFC 6868", original.replace('"Join\\nnow"', "Join^nnow")],
    ["the type of an address", original.replace("URL:", "URL;VALUE=URI:")],
    ["an empty property that a server takes out", original.replace("UID:a", "UID:a\r\nLOCATION:")],
    ["a length written in other units", original.replace("-PT15M", "-P0DT0H15M")],
    ["escapes in an address", original.replace("/a,b", "/a\\,b")],
    [
      "what goes without saying",
      original.replace("UID:a", "UID:a\r\nTRANSP:OPAQUE\r\nCLASS:public\r\nPRIORITY:0"),
    ],
    [
      "an alarm before the start, said to be",
      original.replace("TRIGGER:", "TRIGGER;RELATED=START;VALUE=DURATION:"),
    ],
    ["a length for an end", original.replace("DTEND;TZID=Europe/Berlin:20260302T100000", "DURATION:PT60M")],
    ["an exception twice", original.replace(",20260316T090000", ",20260316T090000,20260309T090000")],
    ["a first day of the week that changes nothing", original.replace("FREQ=WEEKLY", "WKST=SU;FREQ=WEEKLY")],
    [
      "Apple's bookkeeping",
      original.replace("UID:a", "UID:a\r\nX-APPLE-DEFAULT-ALARM:TRUE\r\nX-APPLE-CREATOR-IDENTITY:x"),
    ],
    [
      "Mozilla's bookkeeping",
      original.replace(
        "UID:a",
        "UID:a\r\nX-MOZ-LASTACK:20260101T000000Z\r\nX-MOZ-GENERATION:2\r\nX-MOZ-SNOOZE-TIME-1772434800000000:x",
      ),
    ],
    [
      "an alarm that says that there is none, and one put off",
      calendar(
        [
          ...event,
          ...alarm,
          "BEGIN:VALARM\r\nACTION:NONE\r\nTRIGGER;VALUE=DATE-TIME:19760401T005545Z\r\nEND:VALARM",
          "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT3M\r\nRELATED-TO;RELTYPE=SNOOZE:1\r\nEND:VALARM",
        ],
        override,
      ),
    ],
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
    ["an end", original.replace("20260302T100000", "20260302T103000")],
    ["an end in another zone", original.replace("DTEND;TZID=Europe/Berlin", "DTEND;TZID=Europe/Paris")],
    ["a lost end", original.replace("DTEND;TZID=Europe/Berlin:20260302T100000\r\n", "")],
    ["an alarm before the end", original.replace("TRIGGER:", "TRIGGER;RELATED=END:")],
    ["what is shown as free", original.replace("UID:a", "UID:a\r\nTRANSP:TRANSPARENT")],
    ["what is private", original.replace("UID:a", "UID:a\r\nCLASS:PRIVATE")],
    ["a status", original.replace("UID:a", "UID:a\r\nSTATUS:TENTATIVE")],
    ["the days of a rule", original.replace("BYDAY=MO", "BYDAY=MO,TU")],
    ["the pace of a rule", original.replace("FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2")],
    [
      "a whole day",
      original.replace("DTSTART;TZID=Europe/Berlin:20260302T090000", "DTSTART;VALUE=DATE:20260302"),
    ],
    ["the order of words in a place", original.replace("A, B", "B, A")],
    ["a lost alarm", calendar(event, override)],
    ["a lost override", calendar([...event, ...alarm])],
    ["an override's title", original.replace("Later", "Sooner")],
    ["a place of Apple's", original.replace("geo:1,2", "geo:1,3")],
    ["a parameter", original.replace("A, B", "A, C")],
    ["a position", original.replace("47.600000", "47.600001")],
    ["a length", original.replace("-PT15M", "-PT15S")],
    ["a property that nobody knows", original.replace("UID:a", "UID:a\r\nX-NEW:1")],
    ["a property that stands twice", original.replace("UID:a", "UID:a\r\nCOMMENT:x\r\nCOMMENT:x")],
  ])("sees %s", (_, changed) => {
    expect(changed).not.toBe(original);
    expect(fingerprint(changed)).not.toBe(fingerprint(original));
  });

  it("sees the first day of the week where weeks are left out", () => {
    const biweekly = original.replace("FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2");
    const fromSunday = biweekly.replace("FREQ=WEEKLY", "FREQ=WEEKLY;WKST=SU");
    expect(fingerprint(fromSunday)).not.toBe(fingerprint(biweekly));
    expect(fingerprint(biweekly.replace("FREQ=WEEKLY", "WKST=MO;FREQ=WEEKLY"))).toBe(fingerprint(biweekly));
  });

  it("sees the first day of the week where days of it are counted", () => {
    const first = original.replace("BYDAY=MO", "BYDAY=SU,MO;BYSETPOS=1");
    expect(fingerprint(first.replace("FREQ=WEEKLY", "WKST=SU;FREQ=WEEKLY"))).not.toBe(fingerprint(first));
  });

  it.each([
    ["20261101T090000", "PT11H", "PT10H"],
    ["20261102T230000", "P2D", "PT48H"],
    ["20261101T230000", "P1D", "PT24H"],
    ["20261031T233000", "PT30M", "P30D"],
  ])("tells days from hours in a zone: up to %s is %s, not %s", (end, same, other) => {
    const ended = lasting(inNewYork, `DTEND;TZID=America/New_York:${end}`);
    expect(lasting(inNewYork, `DURATION:${same}`)).toBe(ended);
    expect(lasting(inNewYork, `DURATION:${other}`)).not.toBe(ended);
  });

  it("takes a day for 24 hours where the start is in no zone", () => {
    expect(lasting(inUtc, "DURATION:P1D")).toBe(lasting(inUtc, "DURATION:PT24H"));
    expect(lasting(inUtc, "DTEND:20261101T230000Z")).toBe(lasting(inUtc, "DURATION:PT24H"));
  });

  it("sees any other character in any value that a person sees", () => {
    const seen = original.split("\r\n").flatMap((line, at) => {
      const colon = line.lastIndexOf(":");
      const isSeen = !/^(?:BEGIN|END|UID|VERSION|PRODID|DTSTAMP)/.test(line);
      return isSeen
        ? [...Array(Math.max(0, line.length - colon - 1)).keys()].map(
            (step) => [at, colon + 1 + step] as const,
          )
        : [];
    });
    fc.assert(
      fc.property(fc.constantFrom(...seen), fc.constantFrom("q", "Q", "7"), ([at, column], letter) => {
        const lines = original.split("\r\n");
        const line = lines[at] ?? "";
        const [old = ""] = line.slice(column);
        fc.pre(old.toLowerCase() !== letter.toLowerCase() && !/[0\\.]/.test(old));
        lines[at] = `${line.slice(0, column)}${letter}${line.slice(column + 1)}`;
        expect(fingerprint(lines.join("\r\n"))).not.toBe(fingerprint(original));
      }),
      { seed: 7, numRuns: 400 },
    );
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
