import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import { event, eventsOf, linesOf, notesOf, translate } from "./translated.ts";

const observance = (...lines: readonly string[]): string[] => ["BEGIN:STANDARD", ...lines, "END:STANDARD"];
const block = (...lines: readonly string[]): string[] => [
  "BEGIN:VTIMEZONE",
  "TZID:Foo",
  ...lines,
  "END:VTIMEZONE",
];
const since = "DTSTART:19700101T000000";
const offsets = ["TZOFFSETFROM:+0100", "TZOFFSETTO:+0100"];
const start = "DTSTART;TZID=Foo:20260901T090000";
const plain = block(...observance(since, ...offsets));

const named = (tzid: string): string[] => plain.map((line) => line.replace("TZID:Foo", `TZID:${tzid}`));

const startOf = (...lines: readonly string[]): string | undefined =>
  eventsOf(translate(...lines, ...event(start)))[0]?.object.start;

/** The start as ical.js reads it from the object alone, with the VTIMEZONE that it finds there. */
function startRead(...lines: readonly string[]): string {
  const { ics = "" } = eventsOf(translate(...lines, ...event(start)))[0]?.object ?? {};
  const component = new ICAL.Component(ICAL.parse(ics));
  const [zone, ...more] = component.getAllSubcomponents("vtimezone");
  expect(more).toEqual([]);
  const value = component.getFirstSubcomponent("vevent")?.getFirstPropertyValue("dtstart");
  if (!(value instanceof ICAL.Time) || zone === undefined) return "none";
  return value.convertToZone(ICAL.Timezone.utcTimezone).toString();
}

describe("a VTIMEZONE in loose spelling", () => {
  it.each<[string, string[]]>([
    ["an offset with a colon", observance(since, "TZOFFSETFROM:+01:00", "TZOFFSETTO:+01:00")],
    ["no TZOFFSETFROM", observance(since, "TZOFFSETTO:+0100")],
    ["an offset without a sign", observance(since, "TZOFFSETFROM:0100", "TZOFFSETTO:0100")],
    ["an empty rule", observance(since, ...offsets, "RRULE:")],
    ["a rule with an empty end", observance(since, ...offsets, "RRULE:FREQ=YEARLY;BYMONTH=1;UNTIL=")],
    ["a day for a start", observance("DTSTART:19700101", ...offsets)],
    ["a day for a start, said to be one", observance("DTSTART;VALUE=DATE:19700101", ...offsets)],
    ["a start of ISO 8601", observance("DTSTART:1970-01-01T00:00:00", ...offsets)],
    ["a start of the year 1", observance("DTSTART:0001-01-01T00:00:00", ...offsets)],
    ["days for onsets", observance(since, ...offsets, "RDATE;VALUE=DATE:19710101,19720101")],
    ["an onset that is none", observance(since, ...offsets, "RDATE:soon,19720101T000000")],
  ])("is read, by others too: %s", (_, lines) => {
    expect(startOf(...block(...lines))).toBe("2026-09-01T08:00:00.000Z");
    expect(startRead(...block(...lines))).toBe("2026-09-01T08:00:00Z");
    expect(notesOf(translate(...block(...lines), ...event(start)))).toEqual([]);
  });

  it.each<[string, string[]]>([
    ["no offset", observance(since)],
    ["no start", observance("DTSTART:soon", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0300")],
    ["a rule that is none", observance(since, "TZOFFSETFROM:+0300", "TZOFFSETTO:+0300", "RRULE:yearly")],
    [
      "a rule without a readable end",
      observance(since, "TZOFFSETFROM:+0300", "TZOFFSETTO:+0300", "RRULE:FREQ=YEARLY;UNTIL=soon"),
    ],
  ])("loses just the observance that says nothing: %s", (_, bad) => {
    const lines = block(...observance(since, ...offsets), ...bad);
    expect(startRead(...lines)).toBe("2026-09-01T08:00:00Z");
    expect(notesOf(translate(...lines, ...event(start)))).toEqual([
      'The description of the time zone "Foo" could not be read in part.',
    ]);
    expect(startRead(...block(...bad), ...plain)).toBe("2026-09-01T08:00:00Z");
  });

  it("that is only a name makes way for one that says more", () => {
    expect(startRead(...block(), ...plain)).toBe("2026-09-01T08:00:00Z");
  });

  it("is found by any spelling of its name, and takes that of the event", () => {
    for (const tzid of ["Foo ", "foo", "FOO"]) expect(startRead(...named(tzid))).toBe("2026-09-01T08:00:00Z");
    const translation = translate(
      ...named("Amsterdam\\, Berlin\\, Bern"),
      ...event('DTSTART;TZID="Amsterdam, Berlin, Bern":20260901T090000'),
    );
    expect(eventsOf(translation)[0]?.object.start).toBe("2026-09-01T08:00:00.000Z");
    expect(notesOf(translation)).toEqual([]);
    expect(linesOf(translation).filter((line) => line.startsWith("TZID"))).toEqual([
      "TZID:Amsterdam\\, Berlin\\, Bern",
    ]);
  });

  it("tells where the days of a series begin, by any spelling of its name", () => {
    const berlin = ["BEGIN:VTIMEZONE", "TZID:Amsterdam\\, Bern", ...observance(since, ...offsets)];
    const series = event(
      "DTSTART;VALUE=DATE:20260901",
      "RRULE:FREQ=DAILY;COUNT=9",
      "EXDATE:20260902T230000Z",
    );
    const lines = linesOf(translate(...berlin, "END:VTIMEZONE", ...series));
    expect(lines).toContain("EXDATE;VALUE=DATE:20260903");
  });

  it("has no lines but those of a time zone: none names people", () => {
    const people = ["ATTENDEE:mailto:a@example.com", "ORGANIZER:mailto:b@example.com", "DESCRIPTION:x"];
    const lines = block(
      "TZURL:https://example.com/foo",
      "X-LIC-LOCATION:Europe/Berlin",
      ...people,
      ...observance(since, ...offsets, "TZNAME:CET", "COMMENT:x", ...people),
      ...observance(since, "TZOFFSETTO:+0100", ...people),
    );
    const written = linesOf(translate(...lines, ...event(start)));
    const zone = written.slice(written.indexOf("BEGIN:VTIMEZONE"), written.indexOf("END:VTIMEZONE"));
    expect(zone.filter((line) => people.includes(line))).toEqual([]);
    expect(zone).toEqual(
      expect.arrayContaining(["TZURL:https://example.com/foo", "TZNAME:CET", "COMMENT:x", offsets[0]]),
    );
  });
});
