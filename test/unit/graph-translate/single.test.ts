import { describe, expect, it } from "vitest";
import { graphTranslator } from "../../../src/sources/graph/translate/translator.ts";
import { linesOf, meeting, onlyEvent, single, window, zone } from "./graph-events.ts";

describe("a single event of Graph", () => {
  it("keeps its instant and is written in its own zone", () => {
    const lines = linesOf(single());
    expect(lines).toContain("DTSTART;TZID=America/New_York:20260302T140000");
    expect(lines).toContain("DTEND;TZID=America/New_York:20260302T150000");
    expect(onlyEvent(single()).object).toMatchObject({
      summary: "Budget",
      start: "2026-03-02T19:00:00.000Z",
      end: "2026-03-02T20:00:00.000Z",
    });
    expect(onlyEvent(single()).object.ics).toContain("BEGIN:VTIMEZONE\r\nTZID:America/New_York\r\n");
  });

  it.each(["tzone://Microsoft/Custom", "Customized Time Zone", "Mars Standard Time", "", null])(
    "is written in UTC where its zone is called %s",
    (originalStartTimeZone) => {
      expect(linesOf(single({ originalStartTimeZone }))).toContain("DTSTART:20260302T190000Z");
    },
  );

  it("is written in UTC in the repeated hour, which a wall clock cannot name", () => {
    const lines = linesOf(
      single({
        start: { dateTime: "2026-11-01T06:30:00.0000000", timeZone: "UTC" },
        end: { dateTime: "2026-11-01T07:30:00.0000000", timeZone: "UTC" },
      }),
    );
    expect(lines).toContain("DTSTART:20261101T063000Z");
    expect(lines).toContain("DTEND:20261101T073000Z");
  });

  it("takes the dates of a whole day as they stand, in whatever zone they were read", () => {
    const lines = linesOf(
      single({
        isAllDay: true,
        start: { dateTime: "2026-03-02T00:00:00.0000000", timeZone: "UTC" },
        end: { dateTime: "2026-03-03T00:00:00.0000000", timeZone: "UTC" },
        originalStartTimeZone: "New Zealand Standard Time",
      }),
    );
    expect(lines).toContain("DTSTART;VALUE=DATE:20260302");
    expect(lines).toContain("DTEND;VALUE=DATE:20260303");
  });

  it("shows people as text and never as somebody to write to", () => {
    const lines = linesOf(
      single({
        isOrganizer: false,
        organizer: { emailAddress: { name: "Alex", address: "alex@example.com" } },
        attendees: [
          {
            type: "required",
            status: { response: "accepted" },
            emailAddress: { name: "Bo", address: "bo@example.com" },
          },
          { type: "optional", emailAddress: { address: "cy@example.com" } },
        ],
      }),
    );
    expect(lines.filter((line) => /^(?:ORGANIZER|ATTENDEE)/.test(line))).toEqual([]);
    expect(lines).toContain(
      "DESCRIPTION:Organizer: Alex <alex@example.com>\\nAttendees:\\n- Bo <bo@example.com> (accepted)\\n- cy@example.com (optional)",
    );
  });

  it("keeps to itself whom the organizer has hidden", () => {
    const event = {
      hideAttendees: true,
      attendees: [{ emailAddress: { address: "secret@example.com" } }],
    };
    expect(onlyEvent(single(event)).object.ics).not.toContain("secret@");
  });

  it("turns HTML into text, with its links and the address to join", () => {
    const text = linesOf(
      single({
        body: {
          contentType: "html",
          content:
            '<html><head><style>p{}</style></head><body><p>See <a href="https://example.com/a">the plan</a></p></body></html>',
        },
        onlineMeeting: { joinUrl: "https://teams.example.com/join/1" },
      }),
    );
    expect(text).toContain(
      "DESCRIPTION:See the plan <https://example.com/a>\\n\\nJoin: https://teams.example.com/join/1",
    );
    expect(text).toContain("URL;VALUE=URI:https://teams.example.com/join/1");
  });

  it.each(["text", "html"] as const)("is not held up by a %s body of nothing but blanks", (contentType) => {
    const blank = contentType === "text" ? " " : "&nbsp;";
    const content = `a \n${blank.repeat(1_000_000 / blank.length)}b`;
    const started = performance.now();
    const lines = linesOf(single({ body: { contentType, content } }));
    expect(performance.now() - started).toBeLessThan(1_500);
    expect(lines.find((line) => line.startsWith("DESCRIPTION"))).toMatch(/^DESCRIPTION:a/);
  });

  it("is cut where its body is too long", () => {
    const lines = linesOf(single({ body: { contentType: "text", content: "x".repeat(200_000) } }));
    expect(lines).toContain(`DESCRIPTION:${"x".repeat(30_000)}…`);
  });

  it("takes no address for a link that no browser should open", () => {
    const lines = linesOf(single({ onlineMeeting: { joinUrl: "javascript:alert(1)" } }));
    expect(lines.filter((line) => /^(?:URL|CONFERENCE)/.test(line))).toEqual([]);
  });

  it("maps how it is shown, how private and how important it is", () => {
    const lines = linesOf(
      single({
        showAs: "oof",
        sensitivity: "private",
        importance: "high",
        categories: ["Red, or blue", "Work"],
        location: { displayName: "Room 1" },
      }),
    );
    expect(lines).toEqual(
      expect.arrayContaining([
        "TRANSP:OPAQUE",
        "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
        "CLASS:PRIVATE",
        "PRIORITY:1",
        "CATEGORIES:Red\\, or blue,Work",
        "LOCATION:Room 1",
        "STATUS:CONFIRMED",
      ]),
    );
    expect(linesOf(single({ showAs: "free" }))).toContain("TRANSP:TRANSPARENT");
    expect(linesOf(single({ showAs: "tentative" }))).toContain("STATUS:TENTATIVE");
  });

  it("knows the words of Graph in any case", () => {
    const spelled: object = {
      showAs: "WorkingElsewhere",
      sensitivity: "Private",
      importance: "HIGH",
      isOrganizer: false,
      responseStatus: { response: "TentativelyAccepted" },
      attendees: [
        { type: "Resource", emailAddress: { name: "Room" } },
        { type: "Optional", status: { response: "Declined" }, emailAddress: { name: "Cy" } },
      ],
    };
    expect(linesOf(single(spelled))).toEqual(
      expect.arrayContaining([
        "TRANSP:TRANSPARENT",
        "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE",
        "CLASS:PRIVATE",
        "PRIORITY:1",
        "DESCRIPTION:Your answer: tentative\\nAttendees:\\n- Cy (optional\\, declined)\\nRooms and resources:\\n- Room",
      ]),
    );
  });

  it("rings only where the reminder is on", () => {
    expect(linesOf(single())).not.toContain("BEGIN:VALARM");
    expect(linesOf(single({ isReminderOn: true }))).toContain("TRIGGER:-PT15M");
    const after = { isReminderOn: true, reminderMinutesBeforeStart: -15 };
    expect(linesOf(single(after))).toContain("TRIGGER:PT15M");
  });

  it.each([1e21, -1e21, 1_051_201, 1.5])("does not ring %d minutes before", (minutes) => {
    const lines = linesOf(single({ isReminderOn: true, reminderMinutesBeforeStart: minutes }));
    expect(lines).not.toContain("BEGIN:VALARM");
  });

  it("is stamped with its source's last change, so that it reads the same tomorrow", () => {
    expect(linesOf(single())).toContain("DTSTAMP:20260106T080000Z");
    expect(single()).toEqual(single());
  });

  it("that was cancelled or never sent is left out", () => {
    expect(single({ isCancelled: true }).kind).toBe("skipped");
    expect(single({ isDraft: true }).kind).toBe("skipped");
  });

  it("has the UID that all copies share, and for one instance of a foreign series its day", () => {
    const iCalUId =
      "040000008200E00074C5B7101A82E00807EA030200000000000000000000000000000000310000007643616C2D55696401000000616263404558414D504C452E4F524700";
    const event = onlyEvent(single({ iCalUId }));
    expect(event.meetingUid).toBe("abc@EXAMPLE.ORG");
    expect(event.instance).toBe("2026-03-02T19:00:00.000Z");
    expect(event.identity).toBe("AAMk-1");
  });

  it("that is an exception whose master is out of reach names the instance it replaces", () => {
    const loose = { type: "exception" as const, originalStart: "2026-03-03T19:00:00Z" };
    expect(onlyEvent(single(loose)).instance).toBe("2026-03-03T19:00:00.000Z");
    const wholeDay = {
      ...loose,
      originalStart: "2026-03-03T05:00:00Z",
      isAllDay: true,
      start: { dateTime: "2026-03-04T00:00:00.0000000", timeZone: "UTC" },
      end: { dateTime: "2026-03-05T00:00:00.0000000", timeZone: "UTC" },
    };
    expect(onlyEvent(single(wholeDay)).instance).toBe("2026-03-03");
  });

  it.each([
    ["without seconds", { dateTime: "2026-03-02T19:00", timeZone: "UTC" }],
    ["with Z", { dateTime: "2026-03-02T19:00:00Z", timeZone: "Eastern Standard Time" }],
    ["with an offset", { dateTime: "2026-03-02T21:00:00.0000000+02:00", timeZone: "UTC" }],
    ["with an offset, in no known zone", { dateTime: "2026-03-02T14:00-05:00", timeZone: "Mars" }],
  ])("is understood %s", (_, start) => {
    expect(single({ start })).toMatchObject({ notes: [] });
    expect(linesOf(single({ start }))).toContain("DTSTART;TZID=America/New_York:20260302T140000");
  });

  it.each([
    ["its own", "W. Europe Standard Time", "2026-03-02T08:00:00.000Z"],
    ["the owner's", "tzone://Microsoft/Custom", "2026-03-02T14:00:00.000Z"],
  ])("in an unknown zone is read in %s, and says so", (_, originalStartTimeZone, start) => {
    const translation = single({
      originalStartTimeZone,
      start: { dateTime: "2026-03-02T09:00:00", timeZone: "tzone://Microsoft/Custom" },
      end: { dateTime: "2026-03-02T10:00:00", timeZone: "tzone://Microsoft/Custom" },
    });
    expect(onlyEvent(translation).object.start).toBe(start);
    expect(translation).toMatchObject({ notes: [expect.stringContaining("tzone://Microsoft/Custom")] });
  });

  it.each([
    ["its own day, where its zone is unknown and far east", {}],
    ["the day in its occurrence's id", { occurrenceId: "OID.x.2026-03-03", originalStart: null }],
    ["that before the day in its original", { occurrenceId: "OID.x.2026-03-03" }],
  ])("that is a loose whole day names %s", (_, changes) => {
    const translation = single({
      type: "exception",
      originalStart: "2026-03-02T11:00:00Z",
      originalStartTimeZone: "tzone://Microsoft/Custom",
      isAllDay: true,
      start: { dateTime: "2026-03-03T00:00:00.0000000", timeZone: "UTC" },
      end: { dateTime: "2026-03-04T00:00:00.0000000", timeZone: "UTC" },
      ...changes,
    });
    expect(onlyEvent(translation).instance).toBe("2026-03-03");
  });

  it("without a name has its id for a UID", () => {
    expect(onlyEvent(single({ iCalUId: null })).meetingUid).toBe("AAMk-1");
  });

  it.each([
    ["times that are none", { start: { dateTime: "soon", timeZone: "UTC" } }],
    ["an offset that is none", { start: { dateTime: "2026-03-02T19:00:00+99:99", timeZone: "UTC" } }],
    ["no times", { start: null }],
    [
      "a year that servers do not know",
      {
        start: { dateTime: "2099-03-02T19:00:00", timeZone: "UTC" },
        end: { dateTime: "2099-03-02T20:00:00", timeZone: "UTC" },
      },
    ],
    ["a shape that nobody documents", { iCalUId: JSON.parse("7") }],
    ["no id", { id: "" }],
  ])("with %s is quarantined alone", (_, changes) => {
    expect(single(changes).kind).toBe("quarantined");
  });

  it.each([
    "",
    "{}",
    "[]",
    "null",
    '{"kind":"single"}',
    '{"kind":"series","master":{}}',
    JSON.stringify(meeting),
  ])("is not made from %s", (native) => {
    expect(graphTranslator.translate(native, { zone, window, categoryColors: {} }).kind).toBe("quarantined");
  });
});
