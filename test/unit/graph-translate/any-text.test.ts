import * as fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../src/calendar/fingerprint.ts";
import { stamp } from "../../../src/calendar/stamp.ts";
import { linesOf, onlyEvent, single } from "./graph-events.ts";

/** Text as people, phones and attackers write it. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc
    .array(
      fc.constantFrom(
        "\r\n",
        "\n",
        "\r",
        "\u2028",
        "\u0085",
        "\u0000",
        "\uD83D",
        "BEGIN:VALARM",
        "END:VEVENT",
        "ATTENDEE:mailto:a@example.com",
        ":",
        ";",
        ",",
        "\\",
        "\\n",
        '"',
        "<b>",
        "x".repeat(80),
        "🎉",
        "é",
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join("")),
);

const names =
  /^(?:BEGIN:VEVENT|END:VEVENT|END:VCALENDAR|UID|DTSTAMP|CREATED|LAST-MODIFIED|DTSTART|DTEND|SUMMARY|DESCRIPTION|LOCATION|CATEGORIES|STATUS|TRANSP|X-MICROSOFT-CDO-BUSYSTATUS|CLASS|URL|CONFERENCE|X-ALT-DESC|GEO|COLOR|X-APPLE-STRUCTURED-LOCATION|X-MICROSOFT-SKYPETEAMSMEETINGURL)(?:[:;]|$)/;

describe("no text of an event", () => {
  it("makes an invalid object or adds a property to it", () => {
    fc.assert(
      fc.property(text, text, text, text, text, (subject, content, place, name, category) => {
        const translation = single({
          iCalUId: name,
          subject,
          body: { contentType: "text", content },
          location: { displayName: place },
          categories: [category],
          onlineMeeting: { joinUrl: `https://example.com/${place}` },
          organizer: { emailAddress: { name, address: category } },
          attendees: [{ emailAddress: { name: subject, address: place } }],
          originalStartTimeZone: name,
        });
        const { ics } = onlyEvent(translation).object;
        const components = new ICAL.Component(ICAL.parse(ics)).getAllSubcomponents();
        expect(components.map((component) => component.name)).toEqual(["vevent"]);
        expect(components[0]?.getAllSubcomponents()).toEqual([]);
        const lines = linesOf(translation).filter((line) => line !== "");
        expect(lines.filter((line) => !names.test(line))).toEqual([]);
        for (const line of ics.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
        expect(Buffer.from(ics).toString()).toBe(ics);
        expect(ics.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
      }),
      { numRuns: 300 },
    );
  });

  it("survives unread: a title comes back as it was, but for control characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (subject) => {
        const { ics } = onlyEvent(single({ subject })).object;
        const event = new ICAL.Component(ICAL.parse(ics)).getFirstSubcomponent("vevent");
        expect(event?.getFirstPropertyValue("summary")).toBe(subject.trim());
      }),
    );
  });

  it("keeps a stamp from being seen by the fingerprint", () => {
    fc.assert(
      fc.property(text, text, (subject, content) => {
        const { ics } = onlyEvent(single({ subject, body: { contentType: "html", content } })).object;
        const stamped = stamp(ics, { uid: "u-1", kalendsId: "k.1" });
        expect(fingerprint(stamped)).toBe(fingerprint(ics));
        expect(stamp(stamped, { uid: "u-1", kalendsId: "k.1" })).toBe(stamped);
      }),
    );
  });
});
