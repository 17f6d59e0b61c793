import { describe, expect, it } from "vitest";
import { event, eventsOf, inBerlin, notesOf, reasonOf, translate, whenOf } from "./translated.ts";

const berlin = (name: string, value: string): string => `${name};TZID=Europe/Berlin:${value}`;
const [start = "", end = ""] = inBerlin;

describe("a series with RDATEs", () => {
  it("alone is walked through by servers in order, with all that name its dates", () => {
    const dates = ["RDATE:20260401T070000Z", berlin("RDATE", "20260309T090000,20260305T090000")];
    expect(whenOf(translate(...event(...inBerlin, ...dates, "EXDATE:20260309T080000Z")))).toEqual([
      [
        null,
        start,
        end,
        "RRULE:FREQ=DAILY;COUNT=1",
        berlin("RDATE", "20260305T090000"),
        berlin("RDATE", "20260401T090000"),
      ],
    ]);
  });

  it.each([
    [["DTSTART;VALUE=DATE:20260302", "RDATE;VALUE=DATE:20260304"], "RDATE;VALUE=DATE:20260304"],
    [[...inBerlin, "RDATE;VALUE=DATE:20260304"], berlin("RDATE", "20260304T000000")],
    [["DTSTART:20260302T090000Z", "RDATE:20260304T090000Z"], "RDATE:20260304T090000Z"],
  ])("has them in the form of its start", (lines, wanted) => {
    expect(whenOf(translate(...event(...lines)))[0]).toContain(wanted);
  });

  it("and a rule is two: servers read one or the other; overrides go where their occurrence is", () => {
    const series = event(
      ...inBerlin,
      "RRULE:FREQ=WEEKLY",
      "RDATE:20260305T080000Z,20260309T080000Z,20260306T080000Z",
    );
    const extra = event(
      "RECURRENCE-ID:20260305T080000Z",
      "DTSTART:20260305T120000Z",
      "DTEND:20260305T130000Z",
    );
    const usual = event(
      "RECURRENCE-ID:20260316T080000Z",
      "DTSTART:20260316T120000Z",
      "DTEND:20260316T130000Z",
    );
    expect(whenOf(translate(...series, ...extra, ...usual))).toEqual([
      [
        null,
        start,
        end,
        "RRULE:FREQ=WEEKLY",
        berlin("RECURRENCE-ID", "20260316T090000"),
        "DTSTART:20260316T120000Z",
        "DTEND:20260316T130000Z",
      ],
      [
        "part dates",
        berlin("DTSTART", "20260305T090000"),
        berlin("DTEND", "20260305T100000"),
        "RRULE:FREQ=DAILY;COUNT=1",
        berlin("RDATE", "20260306T090000"),
        berlin("RECURRENCE-ID", "20260305T090000"),
        "DTSTART:20260305T120000Z",
        "DTEND:20260305T130000Z",
      ],
    ]);
  });

  it("of periods has an event for each that lasts otherwise", () => {
    const periods = "RDATE;VALUE=PERIOD:20260305T080000Z/PT1H,20260306T080000Z/20260306T110000Z,x/PT1H";
    const translation = translate(...event(...inBerlin, periods));
    expect(whenOf(translation)).toEqual([
      [null, start, end, "RRULE:FREQ=DAILY;COUNT=1", berlin("RDATE", "20260305T090000")],
      [
        "part period 2026-03-06T08:00:00.000Z",
        berlin("DTSTART", "20260306T090000"),
        berlin("DTEND", "20260306T120000"),
      ],
    ]);
    expect(notesOf(translation)).toEqual(["A date of RDATE could not be read: x/PT1H."]);
  });
});

describe("a series of several rules", () => {
  it("is a series for each, of which none repeats another", () => {
    const rules = ["RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=4", "RRULE:FREQ=MONTHLY;BYMONTHDAY=9,10;COUNT=4"];
    const translation = translate(...event(...inBerlin, ...rules, "EXDATE:20260410T070000Z"));
    expect(whenOf(translation)).toEqual([
      [null, start, end, "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=4"],
      [
        "part rule 2",
        berlin("DTSTART", "20260310T090000"),
        berlin("DTEND", "20260310T100000"),
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=9,10;COUNT=3",
        berlin("EXDATE", "20260410T090000"),
      ],
    ]);
    expect(notesOf(translation)).toEqual(["It has several rules: each became a series of its own."]);
  });

  it("counts what another rule has already", () => {
    const rules = ["RRULE:FREQ=DAILY;INTERVAL=4;COUNT=3", "RRULE:FREQ=DAILY;INTERVAL=2;COUNT=5"];
    expect(whenOf(translate(...event(...inBerlin, ...rules)))[1]).toEqual([
      "part rule 2",
      berlin("DTSTART", "20260304T090000"),
      berlin("DTEND", "20260304T100000"),
      "RRULE:FREQ=DAILY;INTERVAL=2;COUNT=4",
      berlin("EXDATE", "20260306T090000"),
      berlin("EXDATE", "20260310T090000"),
    ]);
  });

  it("less an EXRULE has exceptions", () => {
    const rules = ["RRULE:FREQ=DAILY;COUNT=10", "EXRULE:FREQ=WEEKLY;BYDAY=WE"];
    const translation = translate(...event(...inBerlin, ...rules));
    expect(whenOf(translation)).toEqual([
      [
        null,
        start,
        end,
        "RRULE:FREQ=DAILY;COUNT=10",
        berlin("EXDATE", "20260304T090000"),
        berlin("EXDATE", "20260311T090000"),
      ],
    ]);
    expect(notesOf(translation)).toEqual([
      "Its EXRULE, which servers do not know, became single exceptions.",
    ]);
  });
});

const change = (original: string, ...lines: readonly string[]) =>
  event(`RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:${original}`, ...lines);

describe("a change of all later occurrences", () => {
  it("of the time and the length begins a series that counts on", () => {
    const translation = translate(
      ...event(...inBerlin, "RRULE:FREQ=WEEKLY;COUNT=5", "EXDATE:20260330T070000Z"),
      ...change("20260316T090000", "DTSTART:20260316T100000Z", "DTEND:20260316T113000Z"),
      ...event("RECURRENCE-ID:20260323T080000Z", "DTSTART:20260324T090000Z", "DTEND:20260324T100000Z"),
    );
    expect(whenOf(translation)).toEqual([
      [null, start, end, "RRULE:FREQ=WEEKLY;UNTIL=20260309T080000Z"],
      [
        "part from 2026-03-16T08:00:00.000Z",
        berlin("DTSTART", "20260316T110000"),
        berlin("DTEND", "20260316T123000"),
        "RRULE:FREQ=WEEKLY;COUNT=3",
        berlin("EXDATE", "20260330T110000"),
        berlin("RECURRENCE-ID", "20260323T110000"),
        "DTSTART:20260324T090000Z",
        "DTEND:20260324T100000Z",
      ],
    ]);
    expect(notesOf(translation)).toEqual(["A change of all later occurrences became a series of its own."]);
  });

  it("of the day moves the days and the end of a weekly rule", () => {
    const translation = translate(
      ...event(...inBerlin, "RRULE:FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20260330T070000Z"),
      ...change("20260316T090000", "DTSTART:20260318T080000Z", "DTEND:20260318T090000Z"),
    );
    expect(whenOf(translation)[1]).toContain("RRULE:FREQ=WEEKLY;BYDAY=WE,SA;UNTIL=20260401T070000Z");
  });

  it("that no rule can tell is told in dates", () => {
    const translation = translate(
      ...event(...inBerlin, "RRULE:FREQ=MONTHLY;BYDAY=1MO;COUNT=4"),
      ...change("20260504T090000", "DTSTART:20260503T070000Z", "DTEND:20260503T080000Z"),
    );
    expect(whenOf(translation)[1]).toEqual([
      "part from 2026-05-04T07:00:00.000Z",
      berlin("DTSTART", "20260503T090000"),
      berlin("DTEND", "20260503T100000"),
      "RRULE:FREQ=DAILY;COUNT=1",
      berlin("RDATE", "20260531T090000"),
    ]);
  });

  it("from the first one on takes the place of the series", () => {
    const translation = translate(
      ...event(...inBerlin, "RRULE:FREQ=DAILY;COUNT=3"),
      ...change("20260302T090000", "DTSTART:20260302T100000Z", "DTEND:20260302T110000Z"),
    );
    expect(whenOf(translation)).toEqual([
      [
        null,
        berlin("DTSTART", "20260302T110000"),
        berlin("DTEND", "20260302T120000"),
        "RRULE:FREQ=DAILY;COUNT=3",
      ],
    ]);
  });

  it("ends where another one begins, and ends the series where it calls them off", () => {
    const translation = translate(
      ...event(...inBerlin, "RRULE:FREQ=DAILY"),
      ...change("20260306T090000", "DTSTART:20260306T080000Z", "STATUS:CANCELLED"),
      ...change("20260304T090000", "DTSTART:20260304T100000Z", "DTEND:20260304T110000Z"),
    );
    expect(whenOf(translation).map((when) => when.filter((line) => line?.startsWith("RRULE")))).toEqual([
      ["RRULE:FREQ=DAILY;UNTIL=20260303T080000Z"],
      ["RRULE:FREQ=DAILY;UNTIL=20260305T100000Z"],
    ]);
  });

  it("of a single event, or beside several rules, is not guessed at", () => {
    const one = change("20260302T090000", "DTSTART:20260302T100000Z", "DTEND:20260302T110000Z");
    expect(eventsOf(translate(...event(...inBerlin), ...one))[0]?.object.ics).not.toContain("RANGE");
    const rules = ["RRULE:FREQ=DAILY;COUNT=3", "RRULE:FREQ=WEEKLY;COUNT=3"];
    expect(reasonOf(translate(...event(...inBerlin, ...rules), ...one))).toBe(
      "It has several rules and a change of all later occurrences: make a series of each rule.",
    );
  });
});
