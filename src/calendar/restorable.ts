import { calendarZones } from "./calendar-zones.ts";
import { type MadeObject, makeObject } from "./calendar-object.ts";
import { type Component, mapEvents, parseCalendar, valueOf, withLine, withoutLines } from "./component.ts";
import { peopleAsText } from "./people-as-text.ts";
import type { Stamp } from "./stamp.ts";

/**
 * An object that once stood in a target, as it may stand there again: with our UID and X-KALENDS-ID, and with nothing
 * for which a server or a phone would mail anybody, whoever had written it. What Kalends wrote comes out as it was.
 * `zone` (IANA) is for floating times.
 */
export function restorable(ics: string, { uid, kalendsId }: Stamp, zone: string): MadeObject {
  const parsed = parseCalendar(ics);
  if (parsed.kind === "unreadable") return { kind: "problem", problem: parsed.problem };
  const events = mapEvents(withoutLines(parsed.calendar, "METHOD", "ORGANIZER", "ATTENDEE"), (event) =>
    withLine(withLine(silent(peopleAsText(event)), "UID", uid), "X-KALENDS-ID", kalendsId),
  );
  const children = events.children.filter(({ name }) => name === "VEVENT" || name === "VTIMEZONE");
  const calendar = { ...events, children };
  return makeObject(calendar, calendarZones(calendar, zone));
}

/** The event with those alarms only that a screen shows or a speaker plays. */
function silent(event: Component): Component {
  const children = event.children.flatMap((child) => {
    if (child.name !== "VALARM") return [child];
    const action = valueOf(child, "ACTION")?.trim().toUpperCase() ?? "";
    return action === "DISPLAY" || action === "AUDIO" ? [withoutLines(child, "ATTENDEE")] : [];
  });
  return { ...event, children };
}
