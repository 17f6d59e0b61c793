import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../src/calendar/fingerprint.ts";
import { stamp } from "../../../src/calendar/stamp.ts";

const stampOf = { uid: "0a1b", kalendsId: "0a1b.ff" };

function calendar(...lines: readonly string[]): string {
  return ["BEGIN:VCALENDAR", "VERSION:2.0", ...lines, "END:VCALENDAR", ""].join("\r\n");
}

describe("a stamp", () => {
  it("stands in every event of the object, in the place of the source's UID", () => {
    const ics = calendar(
      "BEGIN:VEVENT",
      "UID:a",
      "SUMMARY:x",
      "END:VEVENT",
      "BEGIN:VEVENT",
      "UID:a",
      "X-KALENDS-ID:old",
      "END:VEVENT",
    );
    expect(stamp(ics, stampOf)).toBe(
      calendar(
        "BEGIN:VEVENT",
        "UID:0a1b",
        "SUMMARY:x",
        "X-KALENDS-ID:0a1b.ff",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:0a1b",
        "X-KALENDS-ID:0a1b.ff",
        "END:VEVENT",
      ),
    );
  });

  it("leaves alarms and zones alone", () => {
    const inner = ["BEGIN:VALARM", "UID:alarm", "TRIGGER:PT0S", "END:VALARM"];
    const ics = stamp(
      calendar("BEGIN:VTIMEZONE", "TZID:X", "END:VTIMEZONE", "BEGIN:VEVENT", "UID:a", ...inner, "END:VEVENT"),
      stampOf,
    );
    expect(ics).toContain(inner.join("\r\n"));
    expect(ics.match(/X-KALENDS-ID/g)).toHaveLength(1);
  });

  it("does not show in the fingerprint, and keeps every other line as it is", () => {
    const value = fc
      .string({ unit: "grapheme" })
      .map((text) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\uFEFF]/gu, ""));
    const line = fc.record({ name: fc.constantFrom("SUMMARY", "X-A", "DESCRIPTION;LANGUAGE=de"), value });
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const texts = lines.map((one) => `${one.name}:${one.value}`);
        const ics = calendar("BEGIN:VEVENT", "UID:a", ...texts, "END:VEVENT");
        const stamped = stamp(ics, stampOf);
        expect(fingerprint(stamped)).toBe(fingerprint(ics));
        const unfolded = stamped.replaceAll("\r\n ", "").split("\r\n");
        expect(unfolded).toEqual(expect.arrayContaining(texts));
        for (const physical of stamped.split("\r\n"))
          expect(Buffer.byteLength(physical)).toBeLessThanOrEqual(75);
        expect(Buffer.from(stamped).toString()).toBe(stamped);
      }),
    );
  });

  it("is refused to a text that is no calendar", () => {
    expect(() => stamp("BEGIN:VCALENDAR\r\n", stampOf)).toThrow("cut off");
  });
});
