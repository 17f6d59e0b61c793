import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import { event, eventsOf, inBerlin, notesOf, reasonOf, translate, whenOf } from "./translated.ts";

function ruleOf(rule: string, start: readonly string[] = inBerlin): string | undefined {
  const [[, ...when] = []] = whenOf(translate(...event(...start, `RRULE:${rule}`)));
  return when.find((line) => line.startsWith("RRULE:"))?.slice(6);
}

describe("a rule", () => {
  it.each([
    ["FREQ=WEEKLY;BYDAY=MO;INTERVAL=2;WKST=SU", "FREQ=WEEKLY;BYDAY=MO;INTERVAL=2;WKST=SU"],
    ["freq=daily;count=2", "FREQ=DAILY;COUNT=2"],
    ["FREQ=DAILY;;COUNT=2;", "FREQ=DAILY;COUNT=2"],
    ["FREQ=DAILY;INTERVAL=0;COUNT=2", "FREQ=DAILY;COUNT=2"],
    ["FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=1"],
    ["FREQ=MONTHLY;BYMONTHDAY=1,32;COUNT=2", "FREQ=MONTHLY;BYMONTHDAY=1;COUNT=2"],
    ["FREQ=MONTHLY;BYMONTHDAY=32;COUNT=2", "FREQ=MONTHLY;COUNT=2"],
    ["FREQ=WEEKLY;BYDAY=1MO,-2TU;COUNT=2", "FREQ=WEEKLY;BYDAY=MO,TU;COUNT=2"],
    ["FREQ=MONTHLY;BYDAY=02MO,0TU;COUNT=2", "FREQ=MONTHLY;BYDAY=2MO,TU;COUNT=2"],
    ["FREQ=YEARLY;BYWEEKNO=20;BYDAY=2MO", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO"],
    ["FREQ=WEEKLY;BYHOUR=25;COUNT=2", "FREQ=WEEKLY;COUNT=2"],
    ["FREQ=WEEKLY;WKST=XX;COUNT=2", "FREQ=WEEKLY;COUNT=2"],
    ["FREQ=DAILY;X-FOO=1;COUNT=2", "FREQ=DAILY;COUNT=2"],
    ["RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=OMIT;BYMONTHDAY=31", "FREQ=MONTHLY;BYMONTHDAY=31"],
    ["RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD", "FREQ=MONTHLY"],
  ])("has the parts that servers know: %s", (given, wanted) => {
    expect(ruleOf(given)).toBe(wanted);
  });

  it.each([
    ["FREQ=DAILY;UNTIL=20260304", "FREQ=DAILY;UNTIL=20260304T225959Z", inBerlin],
    ["FREQ=DAILY;UNTIL=20260304T090000", "FREQ=DAILY;UNTIL=20260304T080000Z", inBerlin],
    ["FREQ=DAILY;UNTIL=20260304T080000Z", "FREQ=DAILY;UNTIL=20260304T080000Z", inBerlin],
    ["FREQ=DAILY;UNTIL=2026-03-04", "FREQ=DAILY;UNTIL=20260304T225959Z", inBerlin],
    ["FREQ=DAILY;UNTIL=20260304T235959Z", "FREQ=DAILY;UNTIL=20260304", ["DTSTART;VALUE=DATE:20260302"]],
    ["FREQ=DAILY;UNTIL=20260304T140000Z", "FREQ=DAILY;UNTIL=20260304T090000", ["DTSTART:20260302T090000"]],
    ["FREQ=DAILY;UNTIL=20260305T000000Z", "FREQ=DAILY;UNTIL=20260305", ["DTSTART;VALUE=DATE:20260302"]],
    ["FREQ=DAILY;UNTIL=20260305T045959Z", "FREQ=DAILY;UNTIL=20260304", ["DTSTART;VALUE=DATE:20260302"]],
    ["FREQ=DAILY;UNTIL=20260305T050000Z", "FREQ=DAILY;UNTIL=20260305", ["DTSTART;VALUE=DATE:20260302"]],
    ["FREQ=DAILY;UNTIL=20260304T235959", "FREQ=DAILY;UNTIL=20260304", ["DTSTART;VALUE=DATE:20260302"]],
    ["FREQ=DAILY;UNTIL=20200101T000000Z", "FREQ=DAILY;COUNT=1", inBerlin],
    ["FREQ=DAILY;COUNT=5;UNTIL=20260304T080000Z", "FREQ=DAILY;UNTIL=20260304T080000Z", inBerlin],
    ["FREQ=DAILY;COUNT=2;UNTIL=20260304T080000Z", "FREQ=DAILY;COUNT=2", inBerlin],
  ])("has one end, of the kind of its start: %s", (given, wanted, start) => {
    expect(ruleOf(given, start)).toBe(wanted);
  });

  it.each([
    ["FREQ=FORTNIGHTLY", "Its recurrence rule cannot be expanded: FREQ=FORTNIGHTLY"],
    ["FREQ=DAILY;COUNT", "Its recurrence rule cannot be expanded: FREQ=DAILY;COUNT"],
    ["FREQ=DAILY;COUNT=-1", "Its recurrence rule cannot be expanded: FREQ=DAILY;COUNT=-1"],
    ["FREQ=YEARLY;BYEASTER=0", "Its recurrence rule cannot be expanded: FREQ=YEARLY;BYEASTER=0"],
    ["FREQ=DAILY;UNTIL=soon", "The end of its rule cannot be read: SOON."],
    ["RSCALE=HEBREW;FREQ=YEARLY", "It recurs by the hebrew calendar, which servers do not know."],
    [
      "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;INTERVAL=5;BYMONTHDAY=31",
      "Its rule moves days that a month lacks (SKIP), which servers do not know.",
    ],
  ])("that nobody could keep to is quarantined: %s", (rule, reason) => {
    expect(reasonOf(translate(...event(...inBerlin, `RRULE:${rule}`)))).toBe(reason);
  });

  it("of whole days ends on the day of the zone that the object describes", () => {
    const berlin = ["BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "END:VTIMEZONE"];
    const series = ["DTSTART;VALUE=DATE:20260901", "RRULE:FREQ=DAILY;UNTIL=20260910T220000Z"];
    expect(whenOf(translate(...berlin, ...event(...series)))[0]).toContain("RRULE:FREQ=DAILY;UNTIL=20260911");
  });

  it("that takes a weekday among days of the year becomes dates, which servers know", () => {
    const rule = "RRULE:FREQ=YEARLY;BYYEARDAY=61,67,68;BYDAY=MO;COUNT=3";
    const [[, ...when] = []] = whenOf(translate(...event(...inBerlin, rule)));
    expect(when.filter((line) => line.startsWith("R"))).toEqual([
      "RRULE:FREQ=DAILY;COUNT=1",
      "RDATE;TZID=Europe/Berlin:20260309T090000",
      "RDATE;TZID=Europe/Berlin:20270308T090000",
    ]);
  });

  it.each([
    [
      "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;BYMONTHDAY=31",
      "20260131",
      "0131 0228 0331 0430 0531 0630",
    ],
    ["RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD", "20260130", "0130 0228 0330 0430 0530 0630"],
    ["RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;BYMONTHDAY=31", "20260131", "0131 0301 0331 0501 0531 0701"],
    ["RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD", "20260129", "0129 0301 0329 0429 0529 0629"],
    ["RSCALE=GREGORIAN;FREQ=MONTHLY;INTERVAL=3;SKIP=FORWARD", "20260131", "0131 0501 0731 1031 0131 0501"],
    ["SKIP=BACKWARD;FREQ=MONTHLY;BYMONTHDAY=15,31", "20260115", "0115 0131 0215 0228 0315 0331"],
    ["RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD", "20240229", "0229 0228 0228 0228 0229 0228"],
    ["FREQ=YEARLY;SKIP=FORWARD;BYMONTHDAY=30", "20260130", "0130 0301 0330 0430 0530 0630"],
    ["FREQ=YEARLY;SKIP=BACKWARD;BYMONTH=2,4;BYMONTHDAY=30", "20240229", "0229 0430 0228 0430 0228 0430"],
    ["RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD", "20240229", "0229 0301 0301 0301 0229 0301"],
  ])("that moves days which a month lacks is told in words that servers know: %s", (rule, day, wanted) => {
    const translation = translate(...event(`DTSTART;VALUE=DATE:${day}`, `RRULE:${rule};COUNT=6`));
    const { ics = "" } = eventsOf(translation)[0]?.object ?? {};
    const parsed = new ICAL.Component(ICAL.parse(ics)).getFirstSubcomponent("vevent");
    const steps = new ICAL.Event(parsed ?? undefined).iterator();
    const starts = Array.from({ length: 6 }, () => steps.next()?.toICALString().slice(4));
    expect(starts.join(" ")).toBe(wanted);
    expect(notesOf(translation)).toHaveLength(1);
  });

  it("that servers fail at becomes dates", () => {
    const translation = translate(...event(...inBerlin, "RRULE:FREQ=YEARLY;BYDAY=20MO;COUNT=3"));
    expect(whenOf(translation)).toEqual([
      [
        null,
        "DTSTART;TZID=Europe/Berlin:20260302T090000",
        "DTEND;TZID=Europe/Berlin:20260302T100000",
        "RRULE:FREQ=DAILY;COUNT=1",
        "RDATE;TZID=Europe/Berlin:20260518T090000",
        "RDATE;TZID=Europe/Berlin:20270517T090000",
      ],
    ]);
    expect(notesOf(translation)).toHaveLength(1);
  });
});
