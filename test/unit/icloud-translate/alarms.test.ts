import { describe, expect, it } from "vitest";
import { event, linesOf, notesOf, times, translate } from "./translated.ts";

const alarm = (...lines: readonly string[]) => ["BEGIN:VALARM", "ACTION:AUDIO", ...lines, "END:VALARM"];

describe("an alarm of iCloud's", () => {
  it("loses Apple's stub for no alarm, and an alarm that no server takes", () => {
    const stub = ["BEGIN:VALARM", "ACTION:NONE", "TRIGGER;VALUE=DATE-TIME:19760401T005545Z", "END:VALARM"];
    const broken = ["BEGIN:VALARM", "ACTION:DISPLAY", "END:VALARM"];
    expect(linesOf(translate(...event(...times, ...stub, ...broken)))).not.toContain("BEGIN:VALARM");
  });

  it.each<[string, string[], string[]]>([
    ["two triggers", ["TRIGGER:-PT5M", "TRIGGER:-PT9M"], ["TRIGGER:-PT5M"]],
    ["two sounds", ["TRIGGER:-PT5M", "ATTACH:Basso", "ATTACH:Glass"], ["TRIGGER:-PT5M", "ATTACH:Basso"]],
    [
      "a moment that it calls a duration",
      ["TRIGGER:20260302T080000Z"],
      ["TRIGGER;VALUE=DATE-TIME:20260302T080000Z"],
    ],
    [
      "a duration that it calls a moment",
      ["TRIGGER;VALUE=DATE-TIME:-PT5M"],
      ["TRIGGER;VALUE=DURATION:-PT5M"],
    ],
    [
      "a pause that is none",
      ["TRIGGER;RELATED=END:-PT5M", "DURATION:soon", "REPEAT:3"],
      ["TRIGGER;RELATED=END:-PT5M"],
    ],
    [
      "an event inside",
      ["TRIGGER:-PT5M", "BEGIN:VEVENT", "ATTENDEE:mailto:a@example.com", "END:VEVENT"],
      ["TRIGGER:-PT5M"],
    ],
  ])("has alarms that servers take: %s", (_, given, kept) => {
    const lines = linesOf(translate(...event(...times, ...alarm(...given))));
    expect(lines.slice(lines.indexOf("BEGIN:VALARM"), lines.indexOf("END:VALARM") + 1)).toEqual(
      alarm(...kept),
    );
  });

  it("is shown on the screen where it does not say what it does", () => {
    const mute = ["BEGIN:VALARM", "TRIGGER:-PT5M", "END:VALARM"];
    const translation = translate(...event(...times, ...mute));
    expect(linesOf(translation)).toEqual(
      expect.arrayContaining(["TRIGGER:-PT5M", "ACTION:DISPLAY", "DESCRIPTION:Reminder"]),
    );
    expect(notesOf(translation)).toEqual(["An alarm did not say what it does; it is shown on the screen."]);
  });

  it.each([
    ["TRIGGER:-P15M", "TRIGGER;VALUE=DURATION:-PT15M"],
    ["TRIGGER:PT-15M", "TRIGGER;VALUE=DURATION:-PT15M"],
    ["TRIGGER;RELATED=END:P-1DT2H", "TRIGGER;VALUE=DURATION;RELATED=END:-P1DT2H"],
    ["TRIGGER:-PT1D", "TRIGGER;VALUE=DURATION:-P1D"],
    ["TRIGGER:-PT5M\r\nREPEAT:2\r\nDURATION:P1D1H", "DURATION:P1DT1H"],
  ])("says when it was meant to be, with a note: %s", (given, wanted) => {
    const translation = translate(...event(...times, ...alarm(given)));
    expect(linesOf(translation)).toContain(wanted);
    expect(notesOf(translation)).toEqual([
      `The ${wanted.slice(0, wanted.search(/[;:]/))} of an alarm was not written as iCalendar has it; it is read as ${wanted.slice(wanted.lastIndexOf(":") + 1)}.`,
    ]);
  });

  it.each([
    "TRIGGER:-P-15M",
    "TRIGGER:P1Y",
    "TRIGGER:P",
    "TRIGGER:PT",
    "TRIGGER:soon",
    "TRIGGER:20260302",
    "TRIGGER:",
  ])("loses an alarm with %s, and says so", (trigger) => {
    const translation = translate(...event(...times, ...alarm(trigger)));
    expect(linesOf(translation)).not.toContain("BEGIN:VALARM");
    expect(notesOf(translation)).toHaveLength(1);
  });

  it("has nothing in it but alarms: an event within it, with people, is left out and noted", () => {
    const inner = ["BEGIN:VEVENT", "ATTENDEE:mailto:a@example.com", "END:VEVENT"];
    const translation = translate(...event(...times, ...inner));
    expect(linesOf(translation).filter((line) => /^(?:BEGIN:VEVENT|ATTENDEE)/.test(line))).toEqual([
      "BEGIN:VEVENT",
    ]);
    expect(notesOf(translation)).toEqual(["A VEVENT within the event was left out."]);
  });
});
