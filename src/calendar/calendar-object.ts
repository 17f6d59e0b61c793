import ICAL from "ical.js";
import type { CalendarZones } from "./calendar-zones.ts";
import type { CalendarObject } from "./candidate.ts";
import { type Component, eventsOf, serialiseComponent, valueOf } from "./component.ts";
import { unescapeText } from "./content-line.ts";
import { fingerprint } from "./fingerprint.ts";
import { spanOf } from "./read-object.ts";
import { masterOf } from "./recurrence.ts";

/** A finished object, or why an independent parser refuses it, as a full sentence. */
export type MadeObject =
  | { readonly kind: "object"; readonly object: CalendarObject }
  | { readonly kind: "problem"; readonly problem: string };

/** Serialises a calendar, lets ical.js prove that it can be read, and notes what lists and plans need. */
export function makeObject(calendar: Component, zones: CalendarZones): MadeObject {
  const ics = serialiseComponent(calendar);
  const complaint = strictComplaint(ics);
  if (complaint !== null) return { kind: "problem", problem: `Its iCalendar text is invalid: ${complaint}.` };
  const span = spanOf(calendar, zones);
  const event = masterOf(calendar) ?? eventsOf(calendar)[0];
  if (span === null || event === undefined) return { kind: "problem", problem: "It has no readable start." };
  const object = {
    ics,
    fingerprint: fingerprint(ics),
    summary: unescapeText(valueOf(event, "SUMMARY") ?? ""),
    start: new Date(span.start).toISOString(),
    end: span.end === null ? null : new Date(span.end).toISOString(),
  };
  return { kind: "object", object };
}

function strictComplaint(ics: string): string | null {
  try {
    const component = new ICAL.Component(ICAL.parse(ics));
    for (const event of component.getAllSubcomponents("vevent")) {
      if (event.getFirstPropertyValue("dtstart") === null) return "an event has no DTSTART";
    }
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/\s+/g, " ").slice(0, 120) : "it cannot be parsed";
  }
}
