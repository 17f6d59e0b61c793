import { expect } from "vitest";
import type { TranslatedEvent, Translation } from "../../../src/calendar/candidate.ts";
import { caldavTranslator } from "../../../src/sources/icloud/translate.ts";

const window = { from: "2026-01-01T00:00:00.000Z", until: "2027-07-01T00:00:00.000Z" };

/** Start and end of an event that lasts an hour. */
export const times = ["DTSTART:20260302T090000Z", "DTEND:20260302T100000Z"];

/** The same in a zone, at nine o'clock there. */
export const inBerlin = [
  "DTSTART;TZID=Europe/Berlin:20260302T090000",
  "DTEND;TZID=Europe/Berlin:20260302T100000",
];

/** Translates a calendar of these lines. */
export function translate(...lines: readonly string[]): Translation {
  const head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Apple Inc.//iOS 18.1//EN"];
  return translateText([...head, ...lines, "END:VCALENDAR", ""].join("\r\n"));
}

/** Translates a text as it is. */
export function translateText(ics: string): Translation {
  return caldavTranslator.translate(ics, { zone: "America/New_York", window, categoryColors: {} });
}

/** A VEVENT of the one meeting that most tests have. */
export function event(...lines: readonly string[]): string[] {
  return ["BEGIN:VEVENT", "UID:a@icloud.com", "DTSTAMP:20260101T000000Z", ...lines, "END:VEVENT"];
}

/** What was translated; throws where nothing was. */
export function eventsOf(translation: Translation): readonly TranslatedEvent[] {
  if (translation.kind !== "translated") throw new Error(`${translation.kind}: ${translation.reason}`);
  return translation.events;
}

/** The notes of a translation. */
export function notesOf(translation: Translation): readonly string[] {
  return translation.kind === "translated" ? translation.notes : [];
}

/** Why there is nothing to show. */
export function reasonOf(translation: Translation): string {
  return translation.kind === "translated" ? "" : translation.reason;
}

/** Unfolded lines of the only object. */
export function linesOf(translation: Translation): string[] {
  const events = eventsOf(translation);
  expect(events).toHaveLength(1);
  return unfolded(events[0]);
}

/** Unfolded lines of an object. */
export function unfolded(translated: TranslatedEvent | undefined): string[] {
  return (translated?.object.ics ?? "").replaceAll("\r\n ", "").split("\r\n");
}

/** The lines that say when each object is, with its instance. */
export function whenOf(translation: Translation): [string | null, ...string[]][] {
  return eventsOf(translation).map((translated) => [
    translated.instance,
    ...unfolded(translated)
      .slice(unfolded(translated).indexOf("BEGIN:VEVENT"))
      .filter((line) => /^(?:DTSTART|DTEND|DURATION|RRULE|EXRULE|RDATE|EXDATE|RECURRENCE-ID)/.test(line)),
  ]);
}
