import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import { event, eventsOf, linesOf, notesOf, times, translate } from "./translated.ts";

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
      "DESCRIPTION:Bring\\, cake\\n\\nOrganizer: Alex\\, A. <alex@example.com>\\nAttendees:\\n- Bo <bo@example.com> (optional\\, accepted)\\nRooms and resources:\\n- Room 1",
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
    expect(lines.filter((line) => /^(?:X|RRULE|BEGIN:VTODO)/.test(line))).toEqual(["X-FOO:1"]);
    expect(notesOf(translation)).toEqual([
      "1 line(s) were not written as iCalendar has it and were mended, the first: X_FOO:1",
      "A VTODO beside the event was left out.",
      "A property that may stand once stood twice; the first counts.",
    ]);
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
    expect(linesOf(translation)).not.toContain("DTSTART:20100302T090000Z");
    expect(notesOf(translation)).toHaveLength(1);
  });

  it.each([
    ["no event", ["BEGIN:VTODO", "UID:b", "END:VTODO"]],
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
    ["no UID", ["BEGIN:VEVENT", ...times, "END:VEVENT"]],
    ["a rule that no server takes", event(...times, "RRULE:FREQ=FORTNIGHTLY")],
    ["an occurrence of no time", [...event(...times), ...event("RECURRENCE-ID:soon", ...times)]],
    ["a component that is never closed", ["BEGIN:VEVENT"]],
  ])("is quarantined with %s", (_, lines) => {
    expect(translate(...lines).kind).toBe("quarantined");
  });
});
