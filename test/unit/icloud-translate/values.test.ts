import { describe, expect, it } from "vitest";
import { event, linesOf, notesOf, reasonOf, times, translate, translateText } from "./translated.ts";

describe("a line of an object", () => {
  it.each([
    ["CREATED:yesterday", "Its CREATED could not be read and was left out: yesterday."],
    [
      "LAST-MODIFIED:20261301T000000Z",
      "Its LAST-MODIFIED could not be read and was left out: 20261301T000000Z.",
    ],
    ["COMPLETED:x", "Its COMPLETED could not be read and was left out: x."],
    ["GEO:here", "Its GEO could not be read and was left out: here."],
    ["GEO:91;0", "Its GEO could not be read and was left out: 91;0."],
    ["PRIORITY:high", "Its PRIORITY could not be read and was left out: high."],
    ["SEQUENCE:-1", "Its SEQUENCE could not be read and was left out: -1."],
    ["STATUS:BUSY", "Its STATUS could not be read and was left out: BUSY."],
    ["TRANSP:FREE", "Its TRANSP could not be read and was left out: FREE."],
    ["X-UNTIL;VALUE=DATE-TIME:never", "Its X-UNTIL could not be read and was left out: never."],
    ["N:Doe", "Its N could not be read and was left out: Doe."],
    ["DURATION:1h", "Its DURATION could not be read and was left out: 1h."],
    ["EXDATE:soon", "A date of EXDATE could not be read: soon."],
    ["RDATE:soon", "A date of RDATE could not be read: soon."],
    ["ATTACH:CID:part1@example.com", "An attachment that stands in a mail was left out."],
    ["no colon", "1 line(s) that are no iCalendar were left out, the first: no colon"],
  ])("goes alone, with a note, where its value says nothing: %s", (line, note) => {
    const translation = translate(
      ...event(line.startsWith("DUR") ? (times[0] ?? "") : times.join("\r\n"), line),
    );
    const name = /^[A-Z-]*/.exec(line)?.[0] ?? "";
    expect(
      linesOf(translation).filter((one) => one === line || (name !== "" && one.startsWith(`${name}:`))),
    ).toEqual([]);
    expect(linesOf(translation)).toContain("DTSTART:20260302T090000Z");
    expect(notesOf(translation)).toEqual([note]);
  });

  it.each([
    ["GEO:37.1,-8.2", "GEO:37.1;-8.2", 0],
    ["CREATED:20260101", "CREATED:20260101T000000Z", 0],
    ["CREATED:2026-01-01T10:00:00+02:00", "CREATED:20260101T080000Z", 0],
    ["ATTACH;VALUE=BINARY;ENCODING=B:AAAA", "ATTACH;VALUE=BINARY;ENCODING=BASE64:AAAA", 0],
    ["DESCRIPTION;ENCODING=QUOTED-PRINTABLE:caf=C3=A9, 1", "DESCRIPTION:caf\u00e9\\, 1", 1],
    ["SUMMARY;VALUE=DATE:x", "SUMMARY:x", 1],
    ["X-R;VALUE=RECUR:zzz", "X-R:zzz", 1],
    ["SUMMARY;LANGUAGE=de;LANGUAGE=en:x", "SUMMARY;LANGUAGE=de:x", 0],
    ["SUMMARY;FOO:x", "SUMMARY:x", 1],
    ['SUMMARY;X-A="a:x', "SUMMARY;X-A=a:x", 1],
    ["X_FOO;A_B=c:1", "X-FOO;A-B=c:1", 1],
    ["item1.URL:https://example.com", "URL:https://example.com", 1],
    ["summary;language=en:x", "summary;language=en:x", 0],
    ["SUMMARY:A\u0007B\u2028C", "SUMMARY:AB C", 0],
    ["CLASS:SECRET", "CLASS:SECRET", 0],
    [
      "ATTACH;FMTTYPE=text/plain:https://example.com/a?b=1;c=2",
      "ATTACH;FMTTYPE=text/plain:https://example.com/a?b=1;c=2",
      0,
    ],
    ["X-APPLE-STRUCTURED-EVENT;X-A=b:x   ", "X-APPLE-STRUCTURED-EVENT;X-A=b:x   ", 0],
  ])("says what it meant: %s", (line, wanted, notes) => {
    const translation = translate(...event(...times, line));
    expect(linesOf(translation)).toContain(wanted);
    expect(notesOf(translation)).toHaveLength(notes);
  });

  it("that was broken without a fold belongs to the text above it", () => {
    const translation = translate(...event(...times, "DESCRIPTION:One", "two", "three", "SUMMARY:x"));
    expect(linesOf(translation)).toContain("DESCRIPTION:One\\ntwo\\nthree");
  });

  it("of enormous size is cut, or left out, and noted", () => {
    const picture = `ATTACH;VALUE=BINARY;ENCODING=BASE64:${"A".repeat(300_000)}`;
    const translation = translate(...event(...times, picture, `DESCRIPTION:${"\\\\".repeat(80_000)}`));
    expect(linesOf(translation)).toContain(`DESCRIPTION:${"\\\\".repeat(50_000)}\u2026`);
    expect(linesOf(translation).filter((line) => line.startsWith("ATTACH"))).toEqual([]);
    expect(notesOf(translation)).toEqual([
      "An attachment of 300 KB was left out.",
      "Its DESCRIPTION of 160 KB was cut at 100 KB.",
    ]);
  });
});

describe("a calendar", () => {
  it("keeps its own properties, without those that only events have, or that make an invitation of it", () => {
    const head = [
      "X-WR-CALNAME:Home",
      "METHOD:PUBLISH",
      "DTSTART:soon",
      "LAST-MODIFIED:soon",
      "CALSCALE:GREGORIAN",
    ];
    const lines = linesOf(translate(...head, ...event(...times)));
    expect(lines.slice(0, lines.indexOf("BEGIN:VEVENT"))).toEqual([
      "BEGIN:VCALENDAR",
      "VERSION:2.0",
      "PRODID:-//Apple Inc.//iOS 18.1//EN",
      "X-WR-CALNAME:Home",
      "CALSCALE:GREGORIAN",
    ]);
  });

  it("is read with a mark before it, a preface, bare line ends and names in small letters", () => {
    const lines = [
      "begin:vcalendar",
      "version:2.0",
      "begin:vevent",
      "uid:a",
      ...times,
      "end:vevent",
      "end:vcalendar",
    ];
    const translation = translateText(`\uFEFFHello\r${lines.join("\r")}\rbye`);
    expect(linesOf(translation)).toContain("DTSTART:20260302T090000Z");
  });

  it.each([
    ["VERSION:1.0", "It is written in vCalendar 1.0, which is older than iCalendar."],
    ["CALSCALE:JULIAN", "Its dates are of the calendar JULIAN, not of the Gregorian one."],
  ])("of %s is quarantined", (line, reason) => {
    const text = ["BEGIN:VCALENDAR", line, ...event(...times), "END:VCALENDAR", ""].join("\r\n");
    expect(translateText(text)).toEqual({ kind: "quarantined", reason });
  });
});

const other = (...lines: readonly string[]) => ["BEGIN:VEVENT", "UID:b", ...lines, "END:VEVENT"];

describe("several meetings in one object", () => {
  it("are an event each; one that cannot be shown is told of and hides no other", () => {
    const broken = ["BEGIN:VEVENT", "UID:c", "SUMMARY:x", "END:VEVENT"];
    const translation = translate(...event(...times), ...other(...times, "SUMMARY:b"), ...broken);
    expect(translation).toMatchObject({
      kind: "translated",
      events: [
        { identity: "a@icloud.com", meetingUid: "a@icloud.com" },
        { identity: "b", meetingUid: "b", object: { summary: "b" } },
      ],
      notes: [
        "It held 3 different events in one object, which CalDAV forbids.",
        "One of its events was left out. It has no readable start.",
      ],
    });
  });

  it("that are all cancelled are nothing to show", () => {
    const cancelled = [...event(...times, "STATUS:CANCELLED"), ...other(...times, "STATUS:CANCELED")];
    expect(reasonOf(translate(...cancelled))).toBe("The meeting was cancelled.");
  });

  it("with one UID and no occurrence named are one: the one that was changed last", () => {
    const old = event(...times, "SEQUENCE:1", "SUMMARY:old", "LAST-MODIFIED:20260202T000000Z");
    const young = event(...times, "SEQUENCE:2", "SUMMARY:new", "LAST-MODIFIED:20260102T000000Z");
    for (const lines of [
      [...old, ...young],
      [...young, ...old],
    ]) {
      expect(linesOf(translate(...lines))).toContain("SUMMARY:new");
      expect(notesOf(translate(...lines))).toEqual([
        "It was described twice; the description that was changed last counts.",
      ]);
    }
  });
});
