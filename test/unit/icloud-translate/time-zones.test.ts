import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import { calendarZones } from "../../../src/calendar/calendar-zones.ts";
import {
  type Component,
  parseCalendar,
  serialiseComponent,
  valueOf,
} from "../../../src/calendar/component.ts";
import { unescapeText } from "../../../src/calendar/content-line.ts";
import { addTimeZones } from "../../../src/sources/icloud/time-zones.ts";

const fallback = "America/New_York";

function calendarOf(...lines: readonly string[]): Component {
  const parsed = parseCalendar(["BEGIN:VCALENDAR", ...lines, "END:VCALENDAR"].join("\n"));
  if (parsed.kind === "unreadable") throw new Error(parsed.problem);
  return parsed.calendar;
}

const event = (tzid: string, start = "20260702T100000"): string[] => [
  "BEGIN:VEVENT",
  `DTSTART;TZID="${tzid}":${start}`,
  "END:VEVENT",
];

const block = (tzid: string, offset: string, ...lines: readonly string[]): string[] => [
  "BEGIN:VTIMEZONE",
  `TZID:${tzid}`,
  ...lines,
  "BEGIN:STANDARD",
  "DTSTART:19700101T000000",
  `TZOFFSETFROM:${offset}`,
  `TZOFFSETTO:${offset}`,
  "END:STANDARD",
  "END:VTIMEZONE",
];

const blocksOf = (calendar: Component) => calendar.children.filter(({ name }) => name === "VTIMEZONE");

/** The start as ical.js reads it from the object alone. */
function startRead(calendar: Component): string {
  const component = new ICAL.Component(ICAL.parse(serialiseComponent(calendar)));
  for (const one of component.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(one);
  const start = component.getFirstSubcomponent("vevent")?.getFirstPropertyValue("dtstart");
  ICAL.TimezoneService.reset();
  return start instanceof ICAL.Time ? start.toJSDate().toISOString() : "none";
}

function startKnown(calendar: Component, tzid: string): string {
  const wall = Date.UTC(2026, 6, 2, 10);
  return new Date(calendarZones(calendar, fallback).zone(tzid).toInstant(wall)).toISOString();
}

describe("a TZID of an object", () => {
  it.each([
    ["Europe/Berlin", [], "Europe/Berlin"],
    ["europe/berlin", [], "Europe/Berlin"],
    ["W. Europe Standard Time", [], "Europe/Berlin"],
    ["(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", [], "Europe/Berlin"],
    ["/citadel.org/20210210_1/Europe/Berlin", [], "Europe/Berlin"],
    ["/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", [], "Europe/Berlin"],
    ["US/Eastern", [], "America/New_York"],
    ["GMT+0100", [], "Etc/GMT-1"],
    ["Pacific", [], "America/Los_Angeles"],
    ["Foo/Bar", [], "America/New_York"],
    ["US/Eastern", block("US/Eastern", "-0400"), "America/New_York"],
    ["Mine", block("Mine", "+0200", "X-LIC-LOCATION:Europe/Kiev"), "Europe/Kyiv"],
    [
      "Mine",
      ["BEGIN:VTIMEZONE", "TZID:Mine", "X-LIC-LOCATION:Europe/Berlin", "END:VTIMEZONE"],
      "Europe/Berlin",
    ],
  ])("%s with the block %j is told to servers and phones as %s", (tzid, lines, location) => {
    const given = calendarOf(...lines, ...event(tzid));
    const { calendar } = addTimeZones(given, fallback);
    const [written, ...more] = blocksOf(calendar);
    expect(more).toEqual([]);
    expect(written && unescapeText(valueOf(written, "TZID") ?? "")).toBe(tzid);
    expect(written && valueOf(written, "X-LIC-LOCATION")).toBe(location);
    expect(written?.children.length).toBeGreaterThan(0);
    expect(startKnown(calendar, tzid)).toBe(startKnown(calendarOf(...event(location)), location));
  });

  it.each([
    ["Europe/Berlin", []],
    ["GMT+0100", []],
    ["Foo/Bar", []],
    ["Pacific", block("Pacific", "+1200")],
    ["Mine", [...block("Mine", "+0300"), ...block("Mine", "+0700")]],
    ["Europe/Berlin", ["BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "END:VTIMEZONE"]],
    ["Amsterdam, Berlin, Bern", block("Amsterdam\\, Berlin\\, Bern", "+0100")],
    ["Amsterdam, Berlin, Bern", block("Amsterdam, Berlin, Bern", "+0100")],
    ["Amsterdam, Berlin, Bern", []],
    ["Foo", block("Foo ", "+0100")],
    ["Foo", block("foo", "+0100")],
    ["Foo", [...block("foo", "+0300"), ...block("Foo", "+0100")]],
  ])("%s with the block %j is read by others as it is by us", (tzid, lines) => {
    const given = calendarOf(...lines, ...event(tzid));
    const { calendar } = addTimeZones(given, fallback);
    expect(blocksOf(calendar)).toHaveLength(1);
    expect(blocksOf(calendar).map((one) => unescapeText(valueOf(one, "TZID") ?? ""))).toEqual([tzid]);
    expect(startRead(calendar)).toBe(startKnown(calendar, tzid));
    expect(startKnown(calendar, tzid)).toBe(startKnown(given, tzid));
  });

  it.each(["Europe/Berlin", "W. Europe Standard Time", "EST", "Mine"])(
    "%s keeps the VTIMEZONE that it brings, whatever that says",
    (tzid) => {
      const given = calendarOf(...block(tzid, "+0500"), ...event(tzid));
      expect(addTimeZones(given, fallback)).toEqual({ calendar: given, notes: [] });
    },
  );

  it("that names no zone is noted, and only a few of many are", () => {
    const lines = Array.from({ length: 40 }, (_, index) => event(`Nowhere ${index}`)).flat();
    expect(addTimeZones(calendarOf(...event("Foo/Bar")), fallback).notes).toEqual([
      'The time zone "Foo/Bar" is not described; America/New_York is used.',
    ]);
    expect(addTimeZones(calendarOf(...lines), fallback).notes).toHaveLength(4);
  });

  it("has the rules of the object's own years", () => {
    const old = calendarOf(
      ...event("America/Vancouver", "20260702T100000"),
      ...event("America/Vancouver", "20060102T100000"),
    );
    const [written] = blocksOf(addTimeZones(old, fallback).calendar);
    expect(written && serialiseComponent(written)).toContain("DTSTART:2005");
  });
});
