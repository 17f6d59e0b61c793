import ICAL from "ical.js";
import type { CalendarZones } from "./calendar-zones.ts";
import type { CalendarObject } from "./candidate.ts";
import { type Component, eventsOf, serialiseAround, serialiseComponent, valueOf } from "./component.ts";
import { unescapeText } from "./content-line.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { spanOf } from "./read-object.ts";
import { masterOf } from "./recurrence.ts";

/** A finished object, or why an independent parser refuses it, as a full sentence. */
export type MadeObject =
  | { readonly kind: "object"; readonly object: CalendarObject }
  | { readonly kind: "problem"; readonly problem: string };

/** Serialises a calendar, lets ical.js prove that it can be read, and notes what lists and plans need. */
export function makeObject(calendar: Component, zones: CalendarZones): MadeObject {
  const texts = calendar.children.map(serialiseComponent);
  const complaint = complaintOf(calendar, texts);
  if (complaint !== null) return { kind: "problem", problem: `Its iCalendar text is invalid: ${complaint}.` };
  const span = spanOf(calendar, zones);
  const event = masterOf(calendar) ?? eventsOf(calendar)[0];
  if (span === null || event === undefined) return { kind: "problem", problem: "It has no readable start." };
  const object = {
    ics: serialiseAround(calendar, texts),
    fingerprint: fingerprintOf(calendar),
    summary: unescapeText(valueOf(event, "SUMMARY") ?? ""),
    start: new Date(span.start).toISOString(),
    end: span.end === null ? null : new Date(span.end).toISOString(),
  };
  return { kind: "object", object };
}

/** Time zones that were found to be readable: they are the same in thousands of objects, and the most of each. */
const readableZones = new Set<string>();
const mostZones = 1_000;

/** `texts` are those of the calendar's children. */
function complaintOf(calendar: Component, texts: readonly string[]): string | null {
  const isZone = (_: string, at: number): boolean => calendar.children[at]?.name === "VTIMEZONE";
  for (const zone of texts.filter(isZone)) {
    if (readableZones.has(zone)) continue;
    const complaint = strictComplaint(serialiseAround(calendar, [zone]));
    if (complaint !== null) return complaint;
    if (readableZones.size >= mostZones) readableZones.clear();
    readableZones.add(zone);
  }
  const others = texts.filter((text, at) => !isZone(text, at));
  return strictComplaint(serialiseAround(calendar, others));
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
