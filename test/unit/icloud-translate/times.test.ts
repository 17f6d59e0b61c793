import { describe, expect, it } from "vitest";
import {
  event,
  eventsOf,
  inBerlin,
  notesOf,
  reasonOf,
  times,
  translate,
  unfolded,
  whenOf,
} from "./translated.ts";

describe("a start", () => {
  it.each([
    ["DTSTART:20260302", "DTSTART;VALUE=DATE:20260302"],
    ["DTSTART;TZID=Europe/Berlin:20260302", "DTSTART;VALUE=DATE:20260302"],
    ["DTSTART;TZID=Europe/Berlin;VALUE=DATE:20260302", "DTSTART;VALUE=DATE:20260302"],
    ["DTSTART;VALUE=DATE:20260302T000000", "DTSTART;VALUE=DATE:20260302"],
    ["DTSTART;VALUE=DATE:20260302T093000", "DTSTART:20260302T093000"],
    ["DTSTART:20260302t090000z", "DTSTART:20260302T090000Z"],
    ["DTSTART:20260302T090060Z", "DTSTART:20260302T090059Z"],
    ["DTSTART:2026-03-02T09:00:00.000Z", "DTSTART:20260302T090000Z"],
    ["DTSTART:2026-03-02T09:00:00-05:00", "DTSTART:20260302T140000Z"],
    ["DTSTART:20260302T240000Z", "DTSTART:20260303T000000Z"],
    ["DTSTART:20260302T0900", "DTSTART:20260302T090000"],
    ["DTSTART;TZID=Europe/Berlin:20260302T090000Z", "DTSTART:20260302T090000Z"],
    ["DTSTART;TZID=UTC:20260302T090000", "DTSTART:20260302T090000Z"],
    ["DTSTART;TZID=GMT:20260302T090000", "DTSTART:20260302T090000Z"],
  ])("is written as iCalendar has it, with a note: %s", (given, written) => {
    const translation = translate(...event(given));
    expect(whenOf(translation)[0]?.[1]).toBe(written);
    expect(notesOf(translation)).toEqual([
      `Its DTSTART was not written as iCalendar has it; it is read as ${written.split(":")[1] ?? ""}.`,
    ]);
  });

  it.each(["DTSTART:00000101T000000Z", "DTSTART:20260231", "DTSTART:soon", "DTSTART:"])(
    "that is none has the event quarantined: %s",
    (line) => {
      expect(reasonOf(translate(...event(line)))).toBe("It has no readable start.");
    },
  );

  it("that stands twice counts once, where both are one instant", () => {
    const two = [inBerlin[0] ?? "", "DTSTART:20260302T080000Z"];
    expect(whenOf(translate(...event(...two)))[0]?.[1]).toBe(two[0]);
    expect(whenOf(translate(...event(...two.toReversed())))[0]?.[1]).toBe(two[1]);
    for (const other of ["DTSTART:20260302T090000Z", "DTSTART;VALUE=DATE:20260302"])
      expect(reasonOf(translate(...event(inBerlin[0] ?? "", other)))).toBe("It has two different starts.");
  });

  it("that an occurrence lacks is where its series has it", () => {
    const series = event(...inBerlin, "RRULE:FREQ=DAILY;COUNT=3");
    const translation = translate(...series, ...event("RECURRENCE-ID:20260303T080000Z", "SUMMARY:x"));
    expect(unfolded(eventsOf(translation)[0])).toContain("DTSTART:20260303T080000Z");
  });
});

describe("an end", () => {
  it.each<[string, string[], string[]]>([
    [
      "a day after a time",
      ["DTSTART:20260302T090000Z", "DTEND;VALUE=DATE:20260303"],
      ["DTEND:20260303T000000Z"],
    ],
    [
      "a time after a day",
      ["DTSTART;VALUE=DATE:20260302", "DTEND:20260303T120000"],
      ["DTEND;VALUE=DATE:20260304"],
    ],
    ["hours of a day", ["DTSTART;VALUE=DATE:20260302", "DURATION:PT48H"], ["DTEND;VALUE=DATE:20260304"]],
    ["days of a day", ["DTSTART;VALUE=DATE:20260302", "DURATION:P2D"], ["DURATION:P2D"]],
    [
      "a sign within, minutes without a T",
      ["DTSTART:20260302T090000Z", "DURATION:P+90M"],
      ["DURATION:+PT90M"],
    ],
    ["hours without a T", ["DTSTART:20260302T090000Z", "DURATION:P1D1H"], ["DURATION:P1DT1H"]],
    [
      "hours without end",
      ["DTSTART;VALUE=DATE:20260901", "DURATION:PT99999999999999H"],
      ["DTEND;VALUE=DATE:20260902"],
    ],
    ["centuries", ["DTSTART:20260302T090000Z", "DURATION:P999999999W"], ["DTEND:20260302T090000Z"]],
    ["small letters", ["DTSTART:20260302T090000Z", "DURATION:pt1h"], ["DURATION:PT1H"]],
    [
      "both",
      ["DTSTART:20260302T090000Z", "DURATION:PT1H", "DTEND:20260302T093000Z"],
      ["DTEND:20260302T093000Z"],
    ],
    ["less than nothing", ["DTSTART:20260302T090000Z", "DURATION:-PT1H"], ["DTEND:20260302T090000Z"]],
    ["no word", ["DTSTART:20260302T090000Z", "DTEND:later"], ["DTEND:20260302T090000Z"]],
    [
      "before its start, by another clock",
      [inBerlin[0] ?? "", "DTEND;TZID=America/New_York:20260302T020000"],
      ["DTEND;TZID=Europe/Berlin:20260302T090000"],
    ],
  ])("is one that servers and phones read alike: %s", (_, given, wanted) => {
    const [[, , ...ends] = []] = whenOf(translate(...event(...given)));
    expect(ends).toEqual(wanted);
  });
});

describe("what names an occurrence", () => {
  it.each([
    ["EXDATE:20260303T080000Z", inBerlin, "EXDATE;TZID=Europe/Berlin:20260303T090000"],
    ["EXDATE;VALUE=DATE:20260303", inBerlin, "EXDATE;TZID=Europe/Berlin:20260303T090000"],
    ["EXDATE;TZID=America/New_York:20260303T030000", inBerlin, "EXDATE;TZID=Europe/Berlin:20260303T090000"],
    ["EXDATE:20260303T090000", inBerlin, "EXDATE;TZID=Europe/Berlin:20260303T090000"],
    ["EXDATE:20260303", ["DTSTART;VALUE=DATE:20260302"], "EXDATE;VALUE=DATE:20260303"],
    ["EXDATE:20260303T000000", ["DTSTART;VALUE=DATE:20260302"], "EXDATE;VALUE=DATE:20260303"],
    ["EXDATE;TZID=Europe/Berlin:20260303T100000", times, "EXDATE:20260303T090000Z"],
    ["EXDATE:20260303T090000Z", ["DTSTART:20260302T040000"], "EXDATE:20260303T040000"],
  ])("has the form of the series: %s", (given, start, wanted) => {
    const [[, ...when] = []] = whenOf(translate(...event(...start, "RRULE:FREQ=DAILY;COUNT=3", given)));
    expect(when.filter((line) => line.startsWith("EXDATE"))).toEqual([wanted]);
    const original = given.replace("EXDATE", "RECURRENCE-ID");
    const override = event(original, "DTSTART:20260305T100000Z", "DTEND:20260305T110000Z");
    const [[, ...named] = []] = whenOf(
      translate(...event(...start, "RRULE:FREQ=DAILY;COUNT=3"), ...override),
    );
    expect(named).toContain(wanted.replace("EXDATE", "RECURRENCE-ID"));
  });

  it("is taken one by one: what cannot be read hides no other", () => {
    const translation = translate(
      ...event(
        ...inBerlin,
        "RRULE:FREQ=DAILY;COUNT=4",
        "EXDATE;TZID=Europe/Berlin:20260303T090000,x,20260304T090000",
        "EXDATE:",
      ),
    );
    expect(whenOf(translation)[0]?.filter((line) => line?.startsWith("EXDATE"))).toEqual([
      "EXDATE;TZID=Europe/Berlin:20260303T090000",
      "EXDATE;TZID=Europe/Berlin:20260304T090000",
    ]);
    expect(notesOf(translation)).toEqual(["A date of EXDATE could not be read: x."]);
  });

  it("counts once, however it is told", () => {
    const series = event(...inBerlin, "RRULE:FREQ=DAILY;COUNT=3");
    const utc = event("RECURRENCE-ID:20260303T080000Z", "DTSTART:20260303T100000Z", "SUMMARY:old");
    const zoned = event(
      "RECURRENCE-ID;TZID=Europe/Berlin:20260303T090000",
      "DTSTART:20260303T110000Z",
      "SUMMARY:new",
    );
    const lines = unfolded(eventsOf(translate(...series, ...utc, ...zoned))[0]);
    expect(lines.filter((line) => line.startsWith("SUMMARY"))).toEqual(["SUMMARY:new"]);
  });

  it("counts as it was described last, in whatever order", () => {
    const series = event(...inBerlin, "RRULE:FREQ=DAILY;COUNT=3");
    const named = ["RECURRENCE-ID:20260303T080000Z", "DTSTART:20260303T100000Z"];
    const moved = event(...named, "SEQUENCE:5", "SUMMARY:new");
    const cancelled = event(...named, "SEQUENCE:2", "STATUS:CANCELLED");
    for (const events of [
      [moved, cancelled],
      [cancelled, moved],
    ]) {
      const lines = unfolded(eventsOf(translate(...series, ...events.flat()))[0]);
      expect(lines).toContain("SUMMARY:new");
      expect(lines.filter((line) => line.startsWith("EXDATE"))).toEqual([]);
    }
  });

  it.each([
    ["RECURRENCE-ID;VALUE=DATE:20270105", "DTSTART:20270105T140000Z", "2027-01-05"],
    ["RECURRENCE-ID:20270105T050000Z", "DTSTART;VALUE=DATE:20270106", "2027-01-05"],
    ["RECURRENCE-ID:20270105T000000Z", "DTSTART;VALUE=DATE:20270106", "2027-01-05"],
    ["RECURRENCE-ID:20270105T140000Z", "DTSTART;VALUE=DATE:20270106", "2027-01-05T14:00:00.000Z"],
    ["RECURRENCE-ID:20270105T090000", `${inBerlin[0]}`, "2027-01-05T08:00:00.000Z"],
  ])("names it as the series would, where that is elsewhere: %s, %s", (original, start, instance) => {
    expect(eventsOf(translate(...event(original, start)))[0]?.instance).toBe(instance);
  });

  it("lasts no longer than anything does", () => {
    const dates = "RDATE;VALUE=PERIOD:20260305T090000Z/P99999999999D";
    const translation = translate(...event(...times, dates));
    expect(whenOf(translation)).toHaveLength(1);
    expect(notesOf(translation)).toEqual(["The end of a period of RDATE could not be read: P99999999999D."]);
  });
});

const block = (start: string, ...more: readonly string[]) => [
  "BEGIN:VTIMEZONE",
  "TZID:Europe/Berlin",
  ...more,
  "BEGIN:STANDARD",
  `DTSTART:${start}`,
  "TZOFFSETFROM:+0100",
  "TZOFFSETTO:+0100",
  "END:STANDARD",
  "END:VTIMEZONE",
];

describe("a VTIMEZONE", () => {
  it("that cannot be read is replaced, and what servers refuse in another goes", () => {
    const broken = translate(...block("soon"), ...event(...inBerlin));
    expect(unfolded(eventsOf(broken)[0])).toContain("TZID:Europe/Berlin");
    expect(unfolded(eventsOf(broken)[0])).not.toContain("DTSTART:soon");
    expect(notesOf(broken)).toEqual(['The description of the time zone "Europe/Berlin" could not be read.']);
    const lines = unfolded(
      eventsOf(
        translate(...block("19700101T000000", "LAST-MODIFIED:x", "TZID:two"), ...event(...inBerlin)),
      )[0],
    );
    expect(lines.filter((line) => /^(?:LAST-MODIFIED|TZID:)/.test(line))).toEqual(["TZID:Europe/Berlin"]);
  });

  it("that begins with the year 1 begins later", () => {
    const lines = unfolded(eventsOf(translate(...block("00010101T000000"), ...event(...inBerlin)))[0]);
    expect(lines).toContain("DTSTART:16010101T000000");
  });
});
