import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { caldavTranslator } from "../../src/sources/icloud/translate.ts";
import { withEngines } from "./with-engines.ts";

const window = { from: "2026-01-01T00:00:00.000Z", until: "2027-07-01T00:00:00.000Z" };

function calendar(...events: readonly (readonly string[])[]): string {
  const lines = events.flatMap((one) => [
    "BEGIN:VEVENT",
    "UID:a",
    "DTSTAMP:20260101T000000Z",
    ...one,
    "END:VEVENT",
  ]);
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//A//B//EN", ...lines, "END:VCALENDAR", ""].join("\r\n");
}

function objectsOf(ics: string): string[] {
  const translation = caldavTranslator.translate(ics, { zone: "Europe/Berlin", window, categoryColors: {} });
  return translation.kind === "translated" ? translation.events.map((event) => event.object.ics) : [];
}

const start = [
  "DTSTART;TZID=Europe/Berlin:20260302T090000",
  "DTEND;TZID=Europe/Berlin:20260302T100000",
  "SUMMARY:x",
];
const dates = fc.constantFrom(
  "20260302T090000",
  "20260303T080000Z",
  "20260309",
  "20260304T080000Z,20260305T080000Z",
  "20260310T090000/PT2H",
  "20260310T080000Z/20260310T120000Z",
  "20260302T090060Z",
  "20260231",
  "00000101",
  "20260302t090000z",
  "19000101",
  "2026-03-02",
  "",
);
const rules = fc.constantFrom(
  "FREQ=DAILY",
  "FREQ=DAILY;COUNT=3;UNTIL=20260303T080000Z",
  "FREQ=WEEKLY;BYDAY=MO,1WE;COUNT=6",
  "FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20261231",
  "FREQ=YEARLY;BYDAY=20MO;COUNT=4",
  "FREQ=DAILY;FOO=BAR;INTERVAL=0;COUNT=2",
  "FREQ=MONTHLY;BYMONTHDAY=-1,31,99",
  "FREQ=YEARLY;BYYEARDAY=61,67,-1;BYDAY=MO,2TU",
  "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=FORWARD",
  "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD",
  "",
);
const texts = fc.constantFrom(
  "",
  "x",
  "a\\nb\\, c",
  "\\",
  "\u0001\u007f",
  "mailto:a@b.example",
  "geo:1,2",
  "5",
  "-1",
  "P1D",
);
const parameters = fc.constantFrom(
  "",
  "",
  ";VALUE=DATE",
  ";VALUE=DATE-TIME",
  ";VALUE=PERIOD",
  ";VALUE=DATE,DATE-TIME",
  ";TZID=Europe/Berlin",
  ";TZID=UTC",
  ";ENCODING=B",
  ";CN=a:b",
  ";RSVP",
  ";X-Y=",
  ";RANGE=THISANDFUTURE",
);
const namesOfDates = fc.constantFrom(
  "DTEND",
  "RDATE",
  "EXDATE",
  "CREATED",
  "LAST-MODIFIED",
  "DTSTAMP",
  "DUE",
  "X-D",
);
const namesOfTexts = fc.constantFrom(
  ..."SUMMARY DESCRIPTION GEO PRIORITY SEQUENCE STATUS TRANSP CLASS URL ATTACH ATTENDEE ORGANIZER DURATION X_B item1.X-C N COLOR".split(
    " ",
  ),
);
const line = fc.oneof(
  fc.tuple(namesOfDates, parameters, dates).map(([name, list, value]) => `${name}${list}:${value}`),
  fc.tuple(namesOfTexts, parameters, texts).map(([name, list, value]) => `${name}${list}:${value}`),
  fc.tuple(fc.constantFrom("RRULE", "EXRULE"), rules).map(([name, rule]) => `${name}:${rule}`),
  fc.constantFrom(
    "junk",
    "=y:z",
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER;VALUE=DATE:x\r\nX-D;VALUE=DATE:x\r\nEND:VALARM",
  ),
);
const starts = fc.constantFrom(
  "DTSTART;TZID=Europe/Berlin:20260302T090000",
  "DTSTART:20260302T090000Z",
  "DTSTART:20260302",
  "DTSTART:20260302T090000",
);
const originals = fc
  .tuple(
    fc.constantFrom("", ";RANGE=THISANDFUTURE", ";VALUE=DATE"),
    fc.constantFrom("20260303", "20260303T080000Z"),
  )
  .map(([list, value]) => `RECURRENCE-ID${list}:${value}`);
const master = fc.tuple(starts, fc.array(line, { maxLength: 6 })).map(([first, lines]) => [first, ...lines]);
const override = fc
  .tuple(originals, starts, fc.array(line, { maxLength: 3 }))
  .map(([original, first, lines]) => [original, first, ...lines]);

withEngines(({ python, sabre }) => {
  describe("an object that leaves the CalDAV translator", () => {
    it("is taken by sabre/dav as it is, whatever it was made of", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(override, { maxLength: 2 }), master, async (overrides, main) => {
          for (const ics of objectsOf(calendar(main, ...overrides)))
            expect({ ics, ...(await sabre.judge(ics)) }).toEqual({ ics, validation: [], iterator: "ok" });
        }),
        { numRuns: 120, seed: 20_260_302 },
      );
    });

    it.each<[string, string[][]]>([
      ["RDATEs alone", [[...start, "RDATE:20260401T070000Z,20260305T080000Z", "EXDATE:20260302T080000Z"]]],
      [
        "RDATEs and a rule",
        [[...start, "RRULE:FREQ=WEEKLY;COUNT=4", "RDATE:20260305T100000Z,20260309T080000Z"]],
      ],
      [
        "days",
        [
          [
            "DTSTART;VALUE=DATE:20260302",
            "SUMMARY:x",
            "RRULE:FREQ=WEEKLY",
            "RDATE;VALUE=DATE:20260304",
            "EXDATE;VALUE=DATE:20260309",
          ],
        ],
      ],
      ["exceptions in UTC", [[...start, "RRULE:FREQ=DAILY", "EXDATE:20260330T070000Z,20260303T080000Z"]]],
    ])("shows what its source does: %s", async (_, events) => {
      const source = calendar(...events);
      const span = ["2026-01-01T00:00:00.000Z", "2026-07-01T00:00:00.000Z"] as const;
      const wanted = (await python.expand(source, ...span)).map((one) => one.start).toSorted();
      for (const engine of [python, sabre]) {
        const shown = await Promise.all(objectsOf(source).map((ics) => engine.expand(ics, ...span)));
        expect(shown.flatMap((list) => list.map((one) => one.start)).toSorted()).toEqual(wanted);
      }
    });
  });
});
