import { makeObject } from "../../calendar/calendar-object.ts";
import { calendarZones } from "../../calendar/calendar-zones.ts";
import type { TranslatedEvent, Translation } from "../../calendar/candidate.ts";
import {
  type Component,
  eventsOf,
  lineOf,
  parseCalendar,
  valueOf,
  withoutLines,
} from "../../calendar/component.ts";
import { unescapeText } from "../../calendar/content-line.ts";
import { firstDate } from "../../calendar/event-times.ts";
import { meetingIdentity } from "../../calendar/identity.ts";
import { instanceName, instanceOnDay } from "../../calendar/instance.ts";
import { fitForServer } from "../../calendar/poison.ts";
import { masterOf } from "../../calendar/recurrence.ts";
import type { TranslationContext, Translator } from "../source.ts";
import { cancelOccurrences } from "./cancelled.ts";
import { repairCalendar } from "./repair.ts";
import { addTimeZones } from "./time-zones.ts";

/**
 * iCalendar objects of iCloud and other CalDAV servers: passed on line for line, less what would mail
 * people or what the sink refuses. Never throws: an object that cannot be passed on is quarantined alone.
 */
export const caldavTranslator: Translator = {
  version: 2,
  translate(native, context) {
    const parsed = parseCalendar(native);
    if (parsed.kind === "unreadable")
      return quarantined(`It is no readable iCalendar object. ${parsed.problem}`);
    const reason = skipReason(parsed.calendar);
    if (reason !== null) return { kind: "skipped", reason };
    const repaired = repairCalendar(parsed.calendar);
    if (repaired.kind === "problem") return quarantined(repaired.problem);
    const notes = [...badLineNotes(parsed.badLines), ...repaired.notes];
    return translateCalendar(repaired.calendar, notes, context);
  },
};

function quarantined(reason: string): Translation {
  return { kind: "quarantined", reason };
}

function skipReason(calendar: Component): string | null {
  const events = eventsOf(calendar);
  if (events.length === 0) return "It holds no event (a task, a journal entry or free/busy times).";
  const uids = new Set(events.map(uidOf));
  if (uids.size > 1) return `It holds ${uids.size} different events in one object, which CalDAV forbids.`;
  const main = masterOf(calendar);
  return main !== null && isCancelled(main) ? "The meeting was cancelled." : null;
}

function uidOf(event: Component): string {
  return unescapeText(valueOf(event, "UID") ?? "").trim();
}

function isCancelled(event: Component): boolean {
  return valueOf(event, "STATUS")?.trim().toUpperCase() === "CANCELLED";
}

function badLineNotes(badLines: readonly string[]): string[] {
  const [first] = badLines;
  if (first === undefined) return [];
  return [`${badLines.length} line(s) that are no iCalendar were left out, the first: ${first.slice(0, 40)}`];
}

function translateCalendar(
  repaired: Component,
  notes: readonly string[],
  context: TranslationContext,
): Translation {
  const { calendar, notes: zoneNotes } = addTimeZones(repaired, context.zone);
  const identity = uidOf(eventsOf(calendar)[0] ?? calendar);
  if (identity === "") return quarantined("It has no UID.");
  const outcomes = partsOf(cancelOccurrences(calendar, context.zone), identity, context).map((part) =>
    translatePart(part, identity, context),
  );
  const events = outcomes.flatMap((outcome) => (outcome.kind === "translated" ? outcome.events : []));
  const worst =
    outcomes.find((outcome) => outcome.kind === "quarantined") ??
    outcomes.find((outcome) => outcome.kind === "skipped");
  if (worst?.kind === "quarantined" || events.length === 0)
    return worst ?? { kind: "skipped", reason: "Every occurrence in it was cancelled." };
  const allNotes = [
    ...notes,
    ...zoneNotes,
    ...outcomes.flatMap((one) => (one.kind === "translated" ? one.notes : [])),
  ];
  return { kind: "translated", events, notes: allNotes };
}

/** A calendar with one meeting in it, and the instance that it is of. */
type Part = { readonly calendar: Component; readonly instance: string | null };

/** The object as a whole; overrides without a master each by themselves, as the single events that they are for us. */
function partsOf(calendar: Component, uid: string, context: TranslationContext): Part[] {
  const zones = calendarZones(calendar, context.zone);
  const master = masterOf(calendar);
  if (master !== null) {
    const { instanceDate } = meetingIdentity(uid);
    const start = firstDate(master, "DTSTART");
    const isLoose = instanceDate !== null && start !== null && lineOf(master, "RRULE") === null;
    return [{ calendar, instance: isLoose ? instanceOnDay(instanceDate, start, zones.of(start)) : null }];
  }
  return eventsOf(calendar).map((event) => {
    const original = firstDate(event, "RECURRENCE-ID");
    const others = calendar.children.filter((child) => child.name !== "VEVENT");
    return {
      calendar: { ...calendar, children: [...others, withoutLines(event, "RECURRENCE-ID")] },
      instance: original === null ? null : instanceName(original, zones.of(original)),
    };
  });
}

function translatePart(part: Part, identity: string, context: TranslationContext): Translation {
  const zones = calendarZones(part.calendar, context.zone);
  const fitted = fitForServer(part.calendar, zones, context.window);
  if (fitted.kind === "nothing") return { kind: "skipped", reason: fitted.reason };
  if (fitted.kind === "poison") return quarantined(fitted.reason);
  const made = makeObject(fitted.calendar, zones);
  if (made.kind === "problem") return quarantined(made.problem);
  const event: TranslatedEvent = {
    meetingUid: meetingIdentity(identity).uid,
    instance: part.instance,
    identity,
    object: made.object,
  };
  return { kind: "translated", events: [event], notes: fitted.clipped ? [clippedNote] : [] };
}

const clippedNote =
  "The series is too long for CalDAV servers: it is shown from the year before the window on, and read-only.";
