import ICAL from "ical.js";
import { expect } from "vitest";

const properties = new Set(
  (
    "uid dtstamp created last-modified dtstart dtend duration recurrence-id rrule rdate exdate summary description " +
    "x-alt-desc location geo categories color status transp class priority sequence url conference attach " +
    "x-microsoft-cdo-busystatus x-apple-structured-location"
  ).split(" "),
);

const once =
  "uid dtstamp created last-modified dtstart dtend recurrence-id rrule summary description location".split(
    " ",
  );

/** The VEVENTs of an object as ical.js reads it, once its text has been found to be what RFC 5545 and sabre/dav want. */
export function eventsOfValid(ics: string): ICAL.Component[] {
  expect(ics.endsWith("\r\n")).toBe(true);
  expect(ics.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  expect(ics).not.toMatch(/[^\P{Cc}\t\r\n]/u);
  expect(ics.isWellFormed()).toBe(true);
  for (const line of ics.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  const calendar = new ICAL.Component(ICAL.parse(ics));
  expect(calendar.name).toBe("vcalendar");
  expect(namesOf(calendar).filter((name) => /^(attendee|organizer|method|begin|end)$/.test(name))).toEqual(
    [],
  );
  const children = calendar.getAllSubcomponents();
  expect(children.filter(({ name }) => name !== "vevent" && name !== "vtimezone")).toEqual([]);
  const events = children.filter(({ name }) => name === "vevent");
  // Blanks around it are lost when it gets a UID of ours.
  expect(new Set(events.map((event) => String(event.getFirstPropertyValue("uid")).trim())).size).toBe(1);
  for (const event of events) {
    for (const name of once) expect(event.getAllProperties(name).length, name).toBeLessThanOrEqual(1);
    expect(event.getAllSubcomponents().filter(({ name }) => name !== "valarm")).toEqual([]);
  }
  return events;
}

/** Holds that a VEVENT made of typed parts has no property but those that are ever made. */
export function expectOwnProperties(event: ICAL.Component): void {
  expect(namesOf(event).filter((name) => !properties.has(name))).toEqual([]);
  for (const alarm of event.getAllSubcomponents())
    expect(namesOf(alarm).filter((name) => !/^(action|description|trigger)$/.test(name))).toEqual([]);
}

function namesOf(component: ICAL.Component): string[] {
  return component.getAllProperties().map(({ name }) => name);
}

/** A reason or a note: one line of printable text that fits a line of `status`. */
export function expectSentence(text: string): void {
  expect(text).toMatch(/^[^\p{Cc}\u2028\u2029]{1,500}$/u);
  expect(text.isWellFormed()).toBe(true);
}
