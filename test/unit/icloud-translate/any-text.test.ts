import * as fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import { event, translate } from "./translated.ts";

describe("any object", () => {
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
