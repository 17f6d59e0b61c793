import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../src/calendar/fingerprint.ts";
import { restorable } from "../../../src/calendar/restorable.ts";
import { stamp } from "../../../src/calendar/stamp.ts";

const ours = { uid: "0000-uid", kalendsId: "0123.4567" };

function calendar(head: readonly string[], event: readonly string[], rest: readonly string[] = []): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Apple//EN",
    ...head,
    "BEGIN:VEVENT",
    "UID:other",
    "DTSTAMP:20270101T000000Z",
    "DTSTART:20270105T100000Z",
    "DTEND:20270105T110000Z",
    "SUMMARY:Lunch",
    ...event,
    "END:VEVENT",
    ...rest,
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

const alarm = (action: string): string[] => [
  "BEGIN:VALARM",
  `ACTION:${action}`,
  "TRIGGER:-PT5M",
  "ATTENDEE:mailto:ann@x.example",
  "END:VALARM",
];

function restored(ics: string): string {
  const made = restorable(ics, ours, "UTC");
  if (made.kind === "problem") throw new Error(made.problem);
  return made.object.ics.replaceAll("\r\n ", "");
}

describe("an object that is to stand again", () => {
  it("is what it was to the byte where Kalends had written it", () => {
    const written = stamp(calendar([], [`DESCRIPTION:${"long text ".repeat(20)}`]), ours);
    expect(restorable(written, ours, "UTC")).toMatchObject({
      kind: "object",
      object: { ics: written, fingerprint: fingerprint(written), summary: "Lunch" },
    });
  });

  it("has our marks instead of those of whoever wrote it", () => {
    const text = restored(calendar([], ["X-KALENDS-ID:somebody else's"]));
    expect(text.match(/^(?:UID|X-KALENDS-ID):.*$/gm)).toEqual(["UID:0000-uid", "X-KALENDS-ID:0123.4567"]);
  });

  it("invites nobody: people become text, and it is no message", () => {
    const text = restored(
      calendar(["METHOD:REQUEST"], ["ORGANIZER:mailto:me@x.example", "ATTENDEE;CN=Ann:mailto:ann@x.example"]),
    );
    expect(text).not.toMatch(/^(?:METHOD|ORGANIZER|ATTENDEE)/m);
    expect(text).toContain("Ann <ann@x.example>");
  });

  it("keeps the alarms that are seen or heard, and none that is mailed or runs a program", () => {
    const text = restored(calendar([], ["DISPLAY", "AUDIO", "email", "PROCEDURE"].flatMap(alarm)));
    expect(text.match(/^ACTION:.*$/gm)).toEqual(["ACTION:DISPLAY", "ACTION:AUDIO"]);
    expect(text).not.toContain("ATTENDEE");
  });

  it("has no task beside it that would invite somebody", () => {
    const task = ["BEGIN:VTODO", "UID:t", "ATTENDEE:mailto:ann@x.example", "END:VTODO"];
    expect(restored(calendar([], [], task))).not.toContain("VTODO");
  });

  it.each(["", "BEGIN:VCALENDAR\r\nhalf a bo", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"])(
    "is refused with a reason where it cannot be read (%j)",
    (text) => expect(restorable(text, ours, "UTC").kind).toBe("problem"),
  );
});
