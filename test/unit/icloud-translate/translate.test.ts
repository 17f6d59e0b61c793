import * as fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import type { TranslatedEvent, Translation } from "../../../src/calendar/candidate.ts";
import { caldavTranslator } from "../../../src/sources/icloud/translate.ts";

const window = { from: "2026-01-01T00:00:00.000Z", until: "2027-07-01T00:00:00.000Z" };

function translate(...lines: readonly string[]): Translation {
  const ics = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Apple Inc.//iOS 18.1//EN",
    ...lines,
    "END:VCALENDAR",
    "",
  ];
  return caldavTranslator.translate(ics.join("\r\n"), {
    zone: "America/New_York",
    window,
    categoryColors: {},
  });
}

function event(...lines: readonly string[]): string[] {
  return ["BEGIN:VEVENT", "UID:a@icloud.com", "DTSTAMP:20260101T000000Z", ...lines, "END:VEVENT"];
}

function eventsOf(translation: Translation): readonly TranslatedEvent[] {
  if (translation.kind !== "translated") throw new Error(`${translation.kind}: ${translation.reason}`);
  return translation.events;
}

function notesOf(translation: Translation): readonly string[] {
  return translation.kind === "translated" ? translation.notes : [];
}

/** Unfolded lines of the only object. */
function linesOf(translation: Translation): string[] {
  const events = eventsOf(translation);
  expect(events).toHaveLength(1);
  return (events[0]?.object.ics ?? "").replaceAll("\r\n ", "").split("\r\n");
}

const times = ["DTSTART:20260302T090000Z", "DTEND:20260302T100000Z"];

const alarm = (...lines: readonly string[]) => ["BEGIN:VALARM", "ACTION:AUDIO", ...lines, "END:VALARM"];

describe("an object of iCloud", () => {
  it("passes line for line, with everything that only Apple understands", () => {
    const lines = event(
      ...times,
      "SUMMARY:Caf\u00e9\\, 9\\;30 \u{1F389}",
      'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS="1 Loop\\nCity";X-TITLE=Home:geo:37.3,-122.0',
      "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC",
      "TRANSP:OPAQUE",
      "SEQUENCE:3",
      "BEGIN:VALARM",
      "UID:F1",
      "ACTION:DISPLAY",
      "DESCRIPTION:Reminder",
      "TRIGGER:-PT30M",
      "END:VALARM",
    );
    const translation = translate(...lines);
    expect(linesOf(translation)).toEqual([
      "BEGIN:VCALENDAR",
      "VERSION:2.0",
      "PRODID:-//Apple Inc.//iOS 18.1//EN",
      ...lines,
      "END:VCALENDAR",
      "",
    ]);
    expect(translation).toMatchObject({
      notes: [],
      events: [
        {
          meetingUid: "a@icloud.com",
          identity: "a@icloud.com",
          instance: null,
          object: {
            summary: "Caf\u00e9, 9;30 \u{1F389}",
            start: "2026-03-02T09:00:00.000Z",
            end: "2026-03-02T10:00:00.000Z",
          },
        },
      ],
    });
  });

  it("mails nobody: people become text, an alarm by mail one on the screen, and METHOD goes", () => {
    const translation = translate(
      "METHOD:REQUEST",
      ...event(
        ...times,
        "DESCRIPTION;LANGUAGE=en:Bring\\, cake",
        'ORGANIZER;CN="Alex, A.";SCHEDULE-AGENT=CLIENT:mailto:alex@example.com',
        "ATTENDEE;CN=Bo;PARTSTAT=ACCEPTED;ROLE=OPT-PARTICIPANT:MAILTO:bo@example.com",
        "ATTENDEE;CUTYPE=ROOM;CN=Room 1:urn:uuid:1",
        "BEGIN:VALARM",
        "ACTION:EMAIL",
        "ATTENDEE:mailto:me@example.com",
        "SUMMARY:x",
        "TRIGGER:-PT1H",
        "END:VALARM",
      ),
    );
    const lines = linesOf(translation);
    expect(lines.filter((line) => /^(?:METHOD|ORGANIZER|ATTENDEE|ACTION:EMAIL)/.test(line))).toEqual([]);
    expect(lines).toContain("ACTION:DISPLAY");
    expect(lines).toContain(
      "DESCRIPTION:Bring\\, cake\\n\\nOrganizer: Alex\\, A. <alex@example.com>\\nAttendees:\\n- Bo <bo@example.com> (optional\\, accepted)\\n- Room 1 (resource)",
    );
  });

  it.each<[string, string[], string]>([
    ["a moment", ["DTSTART;TZID=Europe/Berlin:20260302T090000"], "DTEND;TZID=Europe/Berlin:20260302T090000"],
    ["a day", ["DTSTART;VALUE=DATE:20260302"], "DTEND;VALUE=DATE:20260303"],
    [
      "a day that ends when it begins",
      ["DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260302"],
      "DTEND;VALUE=DATE:20260303",
    ],
    [
      "an end before the start",
      ["DTSTART:20260302T090000Z", "DTEND:20260302T080000Z"],
      "DTEND:20260302T090000Z",
    ],
    [
      "a day with a time for an end",
      ["DTSTART;VALUE=DATE:20260302", "DTEND:20260302T080000Z"],
      "DTEND;VALUE=DATE:20260303",
    ],
  ])("has an explicit end: %s", (_, lines, end) => {
    expect(linesOf(translate(...event(...lines)))).toContain(end);
  });

  it("keeps a duration, and an end in another zone", () => {
    expect(linesOf(translate(...event("DTSTART:20260302T090000Z", "DURATION:PT1H")))).not.toContainEqual(
      expect.stringMatching(/^DTEND/),
    );
    const flight = [
      "DTSTART;TZID=Europe/Berlin:20260302T090000",
      "DTEND;TZID=America/New_York:20260302T083000",
    ];
    expect(linesOf(translate(...event(...flight)))).toEqual(expect.arrayContaining(flight));
  });

  it("loses Apple's stub for no alarm, and an alarm that no server takes", () => {
    const stub = ["BEGIN:VALARM", "ACTION:NONE", "TRIGGER;VALUE=DATE-TIME:19760401T005545Z", "END:VALARM"];
    const broken = ["BEGIN:VALARM", "ACTION:DISPLAY", "END:VALARM"];
    expect(linesOf(translate(...event(...times, ...stub, ...broken)))).not.toContain("BEGIN:VALARM");
  });

  it.each<[string, string[], string[]]>([
    ["two triggers", ["TRIGGER:-PT5M", "TRIGGER:-PT9M"], ["TRIGGER:-PT5M"]],
    ["two sounds", ["TRIGGER:-PT5M", "ATTACH:Basso", "ATTACH:Glass"], ["TRIGGER:-PT5M", "ATTACH:Basso"]],
    [
      "a moment that it calls a duration",
      ["TRIGGER:20260302T080000Z"],
      ["TRIGGER;VALUE=DATE-TIME:20260302T080000Z"],
    ],
    [
      "a duration that it calls a moment",
      ["TRIGGER;VALUE=DATE-TIME:-PT5M"],
      ["TRIGGER;VALUE=DURATION:-PT5M"],
    ],
    [
      "a pause that is none",
      ["TRIGGER;RELATED=END:-PT5M", "DURATION:soon", "REPEAT:3"],
      ["TRIGGER;RELATED=END:-PT5M"],
    ],
    [
      "an event inside",
      ["TRIGGER:-PT5M", "BEGIN:VEVENT", "ATTENDEE:mailto:a@example.com", "END:VEVENT"],
      ["TRIGGER:-PT5M"],
    ],
  ])("has alarms that servers take: %s", (_, given, kept) => {
    const lines = linesOf(translate(...event(...times, ...alarm(...given))));
    expect(lines.slice(lines.indexOf("BEGIN:VALARM"), lines.indexOf("END:VALARM") + 1)).toEqual(
      alarm(...kept),
    );
  });

  it.each(["TRIGGER:soon", "TRIGGER:20260302", "TRIGGER:"])(
    "loses an alarm with %s, and says so",
    (trigger) => {
      const translation = translate(...event(...times, ...alarm(trigger)));
      expect(linesOf(translation)).not.toContain("BEGIN:VALARM");
      expect(notesOf(translation)).toHaveLength(1);
    },
  );

  it("has nothing in it but alarms: an event within it, with people, is left out and noted", () => {
    const inner = ["BEGIN:VEVENT", "ATTENDEE:mailto:a@example.com", "END:VEVENT"];
    const translation = translate(...event(...times, ...inner));
    expect(linesOf(translation).filter((line) => /^(?:BEGIN:VEVENT|ATTENDEE)/.test(line))).toEqual([
      "BEGIN:VEVENT",
    ]);
    expect(notesOf(translation)).toEqual(["A VEVENT within the event was left out."]);
  });

  it("has its rule once where it stands there twice", () => {
    const lines = linesOf(
      translate(...event(...times, "RRULE:FREQ=DAILY;COUNT=2", "RRULE:FREQ=DAILY;COUNT=2")),
    );
    expect(lines.filter((line) => line.startsWith("RRULE"))).toEqual(["RRULE:FREQ=DAILY;COUNT=2"]);
  });

  it("is repaired where a server would refuse it or repair it worse, and says so", () => {
    const translation = translate(
      "BEGIN:VTODO",
      "UID:b",
      "END:VTODO",
      ...event(
        "DTSTAMP:20260101T000000Z",
        ...times,
        "SUMMARY:A\u0007B",
        "SUMMARY:second",
        "RRULE:",
        "X_FOO:1",
        "X-KALENDS-ID:1.2",
      ),
    );
    const lines = linesOf(translation);
    expect(lines.filter((line) => line.startsWith("DTSTAMP"))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith("SUMMARY"))).toEqual(["SUMMARY:AB"]);
    expect(lines.filter((line) => /^(?:X|RRULE|BEGIN:VTODO)/.test(line))).toEqual([]);
    expect(notesOf(translation)).toHaveLength(3);
  });

  it("has a DTSTAMP that stays the same, if it had none", () => {
    const bare = ["BEGIN:VEVENT", "UID:a", ...times, "LAST-MODIFIED:20260203T000000Z", "END:VEVENT"];
    expect(linesOf(translate(...bare))).toContain("DTSTAMP:20260203T000000Z");
  });

  it.each([
    ["Europe/Berlin", "2026-03-02T08:00:00.000Z", 0],
    ["W. Europe Standard Time", "2026-03-02T08:00:00.000Z", 0],
    ["/mozilla.org/20050126_1/Europe/Berlin", "2026-03-02T08:00:00.000Z", 0],
    ["Foo/Bar", "2026-03-02T14:00:00.000Z", 1],
  ])("has a VTIMEZONE for the TZID %s", (tzid, start, notes) => {
    const translation = translate(...event(`DTSTART;TZID=${tzid}:20260302T090000`));
    const { ics = "" } = eventsOf(translation)[0]?.object ?? {};
    expect(eventsOf(translation)[0]?.object.start).toBe(start);
    expect(notesOf(translation)).toHaveLength(notes);
    const zone = new ICAL.Component(ICAL.parse(ics)).getFirstSubcomponent("vtimezone");
    expect(zone?.getFirstPropertyValue("tzid")).toBe(tzid);
    expect(linesOf(translation)).toContain(`DTSTART;TZID=${tzid}:20260302T090000`);
  });

  it("keeps the VTIMEZONE that it brings", () => {
    const own = [
      "BEGIN:VTIMEZONE",
      "TZID:Mine",
      "BEGIN:STANDARD",
      "DTSTART:19700101T000000",
      "TZOFFSETFROM:+0300",
      "TZOFFSETTO:+0300",
      "END:STANDARD",
      "END:VTIMEZONE",
    ];
    const translation = translate(...own, ...event("DTSTART;TZID=Mine:20260302T090000"));
    expect(linesOf(translation).filter((line) => line === "BEGIN:VTIMEZONE")).toHaveLength(1);
    expect(eventsOf(translation)[0]?.object.start).toBe("2026-03-02T06:00:00.000Z");
  });

  it("turns a cancelled occurrence into an exception of the series", () => {
    const translation = translate(
      ...event("DTSTART;TZID=Europe/Berlin:20260302T090000", "RRULE:FREQ=DAILY;COUNT=3"),
      ...event("RECURRENCE-ID:20260303T080000Z", "DTSTART:20260303T080000Z", "STATUS:CANCELLED"),
    );
    expect(linesOf(translation)).toContain("EXDATE;TZID=Europe/Berlin:20260303T090000");
    expect(linesOf(translation).filter((line) => line === "BEGIN:VEVENT")).toHaveLength(1);
  });

  const auckland = ["BEGIN:VTIMEZONE", "TZID:Pacific/Auckland", "END:VTIMEZONE"];
  it.each<[string, string, string[], string]>([
    ["DTSTART:20260302T090000Z", "RECURRENCE-ID;VALUE=DATE:20260303", [], "EXDATE:20260303T090000Z"],
    [
      "DTSTART;TZID=Europe/Berlin:20260302T003000",
      "RECURRENCE-ID;VALUE=DATE:20260303",
      [],
      "EXDATE;TZID=Europe/Berlin:20260303T003000",
    ],
    ["DTSTART;VALUE=DATE:20260302", "RECURRENCE-ID:20260303T050000Z", [], "EXDATE;VALUE=DATE:20260303"],
    ["DTSTART;VALUE=DATE:20260302", "RECURRENCE-ID:20260303T150000Z", [], "EXDATE;VALUE=DATE:20260303"],
    ["DTSTART;VALUE=DATE:20260302", "RECURRENCE-ID:20260303T000000Z", [], "EXDATE;VALUE=DATE:20260303"],
    ["DTSTART;VALUE=DATE:20260302", "RECURRENCE-ID:20260302T110000Z", auckland, "EXDATE;VALUE=DATE:20260303"],
    [
      "DTSTART;VALUE=DATE:20260302",
      "RECURRENCE-ID;TZID=Europe/Berlin:20260303T000000",
      [],
      "EXDATE;VALUE=DATE:20260303",
    ],
    ["DTSTART;VALUE=DATE:20260302", "RECURRENCE-ID:20260303T000000", [], "EXDATE;VALUE=DATE:20260303"],
  ])("names a cancelled occurrence as its series does: %s, %s", (start, original, blocks, excluded) => {
    const translation = translate(
      ...blocks,
      ...event(start, "RRULE:FREQ=DAILY;COUNT=3"),
      ...event(original, "DTSTART:20260303T080000Z", "STATUS:CANCELLED"),
    );
    expect(linesOf(translation).filter((line) => line.startsWith("EXDATE"))).toEqual([excluded]);
  });

  it("of loose occurrences becomes one event for each", () => {
    const translation = translate(
      ...event("RECURRENCE-ID;TZID=Europe/Berlin:20260303T090000", "DTSTART:20260303T100000Z", "SUMMARY:One"),
      ...event("RECURRENCE-ID;VALUE=DATE:20260304", "DTSTART;VALUE=DATE:20260305", "SUMMARY:Two"),
      ...event("RECURRENCE-ID;VALUE=DATE:20260309", "DTSTART;VALUE=DATE:20260309", "STATUS:CANCELLED"),
    );
    expect(eventsOf(translation).map((one) => [one.instance, one.object.summary, one.object.start])).toEqual([
      ["2026-03-03T08:00:00.000Z", "One", "2026-03-03T10:00:00.000Z"],
      ["2026-03-04", "Two", "2026-03-05T00:00:00.000Z"],
    ]);
    for (const one of eventsOf(translation)) expect(one.object.ics).not.toContain("RECURRENCE-ID");
  });

  it("has the UID that Exchange's copy of the meeting has", () => {
    const uid =
      "040000008200e00074c5b7101a82e00807ea0302000000000000000000000000000000001000000000000000000000000000000000000000";
    const translation = translate("BEGIN:VEVENT", `UID:${uid}`, ...times, "END:VEVENT");
    expect(eventsOf(translation)[0]).toMatchObject({
      identity: uid,
      meetingUid: uid.toUpperCase().replace("07EA0302", "00000000"),
      instance: "2026-03-02T09:00:00.000Z",
    });
  });

  it("that ended long ago is still translated", () => {
    expect(eventsOf(translate(...event("DTSTART:20010302T090000Z")))).toHaveLength(1);
  });

  it("that would poison its calendar is clipped", () => {
    const translation = translate(...event("DTSTART:20100302T090000Z", "RRULE:FREQ=DAILY"));
    expect(linesOf(translation)).toContain("DTSTART:20250101T090000Z");
    expect(notesOf(translation)).toHaveLength(1);
  });

  it.each([
    ["no event", ["BEGIN:VTODO", "UID:b", "END:VTODO"]],
    ["events of two UIDs", [...event(...times), "BEGIN:VEVENT", "UID:b", ...times, "END:VEVENT"]],
    ["a cancelled meeting", event(...times, "STATUS:CANCELLED")],
    [
      "nothing but excluded occurrences",
      event(...times, "RRULE:FREQ=DAILY;COUNT=1", "EXDATE:20260302T090000Z"),
    ],
  ])("is left out with %s", (_, lines) => {
    expect(translate(...lines).kind).toBe("skipped");
  });

  it.each([
    ["no start", event("SUMMARY:x")],
    ["two starts", event("DTSTART:20260302T090000Z", "DTSTART:20260303T090000Z")],
    ["two masters", [...event(...times), ...event(...times)]],
    ["two rules", event(...times, "RRULE:FREQ=DAILY;COUNT=2", "RRULE:FREQ=WEEKLY;COUNT=2")],
    ["no UID", ["BEGIN:VEVENT", ...times, "END:VEVENT"]],
    ["a rule that no server takes", event(...times, "RRULE:FREQ=FORTNIGHTLY")],
    ["an occurrence of no time", [...event(...times), ...event("RECURRENCE-ID:soon", ...times)]],
    ["a component that is never closed", ["BEGIN:VEVENT"]],
  ])("is quarantined with %s", (_, lines) => {
    expect(translate(...lines).kind).toBe("quarantined");
  });

  it("never stops the others, whatever it holds; what passes can be parsed and mails nobody", () => {
    const name = fc.constantFrom(
      "SUMMARY",
      "DESCRIPTION",
      "ATTENDEE",
      "ORGANIZER;CN=x",
      "RDATE",
      "EXDATE",
      "DURATION",
      "DTEND",
      "GEO",
      "URL",
      "X-A;B=c",
      "RRULE",
      "STATUS",
      "PRIORITY",
      "CATEGORIES",
      "ATTACH",
      "DTSTAMP",
    );
    const value = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(
        "mailto:a@example.com",
        "20260302T090000Z",
        "20260301",
        "PT1H",
        "FREQ=DAILY",
        "FREQ=WEEKLY;COUNT=2",
        "",
        "\\",
        "1;2",
      ),
    );
    const line = fc.tuple(name, value).map(([key, text]) => `${key}:${text}`);
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 8, arbitrary: line }, fc.string()), { maxLength: 8 }),
        (lines) => {
          const translation = translate(...event("DTSTART:20260302T090000Z", ...lines));
          if (translation.kind !== "translated") return;
          for (const { object } of translation.events) {
            expect(() => ICAL.parse(object.ics)).not.toThrow();
            expect(object.ics).not.toMatch(/^(?:ATTENDEE|ORGANIZER|METHOD)/m);
            for (const physical of object.ics.split("\r\n"))
              expect(Buffer.byteLength(physical)).toBeLessThanOrEqual(75);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
