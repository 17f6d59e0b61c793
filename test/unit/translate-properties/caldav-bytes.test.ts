import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../src/calendar/fingerprint.ts";
import { caldavTranslator } from "../../../src/sources/icloud/translate.ts";
import { window, zone } from "../graph-translate/graph-events.ts";
import { anyText } from "./any-text.ts";
import { eventsOfValid, expectSentence } from "./valid-object.ts";

const seed = 20261122;

/** A series with one of everything, a line each; what is spliced into it may break anything but the translator. */
const lines: readonly string[] = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "PRODID:-//Apple Inc.//iPhone OS 18.1//EN",
  "BEGIN:VTIMEZONE",
  "TZID:Europe/Berlin",
  "BEGIN:STANDARD",
  "DTSTART:19701025T030000",
  "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
  "TZOFFSETFROM:+0200",
  "TZOFFSETTO:+0100",
  "END:STANDARD",
  "END:VTIMEZONE",
  "BEGIN:VEVENT",
  "UID:0B7B8E0A-1@icloud.com",
  "DTSTAMP:20260101T000000Z",
  "DTSTART;TZID=Europe/Berlin:20260302T090000",
  "DTEND;TZID=Europe/Berlin:20260302T100000",
  "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=10",
  "EXDATE;TZID=Europe/Berlin:20260309T090000",
  "RDATE;TZID=Europe/Berlin:20260311T090000",
  "SUMMARY;LANGUAGE=de:Zahnarzt\\, 9\\;30",
  "DESCRIPTION:Eins\\nZwei",
  "LOCATION:Hier",
  "CATEGORIES:Rot,Gr\u00fcn",
  'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE="A, B":geo:1,2',
  "ATTACH;FMTTYPE=text/plain:https://example.com/a",
  'ORGANIZER;CN="Jo; Smith":mailto:jo@example.com',
  "ATTENDEE;CN=Ann;PARTSTAT=ACCEPTED:mailto:ann@example.com",
  "BEGIN:VALARM",
  "ACTION:DISPLAY",
  "DESCRIPTION:Los",
  "TRIGGER:-PT15M",
  "END:VALARM",
  "END:VEVENT",
  "BEGIN:VEVENT",
  "UID:0B7B8E0A-1@icloud.com",
  "DTSTAMP:20260101T000000Z",
  "RECURRENCE-ID;TZID=Europe/Berlin:20260316T090000",
  "DTSTART;TZID=Europe/Berlin:20260316T110000",
  "DTEND;TZID=Europe/Berlin:20260316T120000",
  "SUMMARY:Sp\u00e4ter",
  "END:VEVENT",
  "END:VCALENDAR",
];
const whole = `${lines.join("\r\n")}\r\n`;
const bytes = Buffer.from(whole);

const anyBytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const anyLine = fc.nat(lines.length - 1);

/** Holds what must hold, so many times, for objects that are spoilt in a way: a counterexample shows the way. */
function spoiling<T>(ways: fc.Arbitrary<T>, spoil: (way: T) => string): (numRuns: number) => void {
  return (numRuns) =>
    fc.assert(
      fc.property(ways, (way) => hold(spoil(way))),
      { numRuns, seed },
    );
}

/** Another value on one line, another parameter, or a line more. */
const byText = spoiling(
  fc.tuple(
    anyLine,
    anyText,
    fc.constantFrom("value", "more value", "parameter", "quoted", "line", "instead"),
  ),
  ([at, text, how]) => {
    const given = lines[at] ?? "";
    const [, name = "", parameters = "", value = ""] = /^([^:;]*)((?:;[^:]*)?):(.*)$/.exec(given) ?? [];
    const changed = {
      value: [`${name}${parameters}:${text}`],
      "more value": [`${given}${text}`],
      parameter: [`${name}${parameters};X-ANY=${text}:${value}`],
      quoted: [`${name}${parameters};X-ANY="${text}":${value}`],
      line: [given, text],
      instead: [text],
    }[how];
    return [...lines.slice(0, at), ...changed, ...lines.slice(at + 1), ""].join("\r\n");
  },
);

/** Any bytes in the place of some of its own, read as one encoding or the other. */
const byBytes = spoiling(
  fc.tuple(fc.nat(bytes.length), fc.nat(60), anyBytes, fc.constantFrom<BufferEncoding>("utf8", "latin1")),
  ([at, cut, inserted, encoding]) =>
    Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + cut)]).toString(encoding),
);

/** Lines of its own once more, in any order. */
const byLines = spoiling(fc.tuple(anyLine, fc.array(anyLine, { maxLength: 60 })), ([at, order]) => {
  const inner = order.map((number) => lines[number] ?? "");
  return [...lines.slice(0, at), ...inner, ...lines.slice(at), ""].join("\r\n");
});

/** Lines of its own left out. */
const byGaps = spoiling(fc.uniqueArray(anyLine, { maxLength: 10 }), (gaps) =>
  [...lines.filter((_, number) => !gaps.includes(number)), ""].join("\r\n"),
);

function hold(native: string): void {
  const translation = caldavTranslator.translate(native, { zone, window, categoryColors: {} });
  if (translation.kind !== "translated") {
    expectSentence(translation.reason);
    return;
  }
  translation.notes.forEach(expectSentence);
  expect(translation.events.length).toBeGreaterThan(0);
  for (const { object, identity } of translation.events) {
    expect(identity).not.toBe("");
    const events = eventsOfValid(object.ics);
    expect(events.length).toBeGreaterThan(0);
    for (const event of events)
      expect(event.getAllProperties().filter(({ name }) => /^(attendee|organizer)$/.test(name))).toEqual([]);
    expect(fingerprint(object.ics)).toBe(object.fingerprint);
  }
}

/** The object with other lines in the place of one. */
function instead(given: string, ...changed: readonly string[]): string {
  return [...lines.flatMap((one) => (one === given ? changed : [one])), ""].join("\r\n");
}

describe("no bytes in an object of a CalDAV server make an invalid object or lose it in silence", () => {
  it("is translated as it stands", () => {
    expect(caldavTranslator.translate(whole, { zone, window, categoryColors: {} }).kind).toBe("translated");
    hold(whole);
  });

  it.each([
    ["a control character in a line that is none", instead("LOCATION:Hier", "\u007F\u001B[31m")],
    ["a tab in a stamp", instead("DTSTAMP:20260101T000000Z", "DTSTAMP:\t&nbsp;")],
    ["half a character in an alarm", instead("ACTION:DISPLAY", "ACTION:DISPLAY", "X-ANY:\uD83D")],
    ["a NUL in an alarm", instead("DESCRIPTION:Los", "DESCRIPTION:L\u0000os")],
    [
      "an organizer beside the event",
      instead("VERSION:2.0", "VERSION:2.0", "ORGANIZER:mailto:a@example.com"),
    ],
    [
      "a UID with blanks around it",
      instead("SUMMARY:Sp\u00e4ter", "SUMMARY:S").replace(/(UID:0B\S+)(?=[^]*SUMMARY:S\r)/g, "$1 "),
    ],
  ])("%s", (_, native) => {
    expect(native).not.toBe(whole);
    hold(native);
  });

  it.each([
    { name: "in a value, a parameter or a line", check: byText, numRuns: 400 },
    { name: "in any place", check: byBytes, numRuns: 300 },
    { name: "by lines that are twice or elsewhere", check: byLines, numRuns: 100 },
    { name: "by lines that are missing", check: byGaps, numRuns: 100 },
  ])("$name", { timeout: 30_000 }, ({ check, numRuns }) => check(numRuns));
});
