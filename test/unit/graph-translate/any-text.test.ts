import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../src/calendar/fingerprint.ts";
import { stamp } from "../../../src/calendar/stamp.ts";
import { onlyEvent, single } from "./graph-events.ts";

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

describe("no text of an event", () => {
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
