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
import { oneLine } from "../../calendar/people-text.ts";
import { clippedNote, fitForServer } from "../../calendar/poison.ts";
import { masterOf } from "../../calendar/recurrence.ts";
import type { TranslationContext, Translator } from "../source.ts";
import { cancelOccurrences, isCancelled } from "./cancelled.ts";
import { repairCalendar } from "./repair.ts";
import { looseOriginal } from "./series-form.ts";
import { type Horizon, type Part, type Parts, separate } from "./separate.ts";
import { splitThisAndFuture } from "./this-and-future.ts";

/**
 * iCalendar objects of iCloud and other CalDAV servers: passed on line for line, less what would mail
 * people or what the sink refuses. Never throws: an object that cannot be passed on is quarantined alone.
 */
export const caldavTranslator: Translator = {
  version: 3,
  translate(native, context) {
    const parsed = parseCalendar(native);
    if (parsed.kind === "unreadable")
      return quarantined(`It is no readable iCalendar object. ${parsed.problem}`);
    const { calendar } = parsed;
    const refusal = formatProblem(calendar);
    if (refusal !== null) return quarantined(refusal);
    const notes = new Set([
      ...lineNote(parsed.badLines, "that are no iCalendar were left out"),
      ...lineNote(parsed.mended, "were not written as iCalendar has it and were mended"),
    ]);
    for (const child of calendar.children) {
      if (child.name !== "VEVENT" && child.name !== "VTIMEZONE")
        notes.add(`A ${child.name.slice(0, 40)} beside the event was left out.`);
    }
    // Copies of one meeting may write its UID in two ways.
    const meetings = Map.groupBy(eventsOf(calendar), (event) =>
      JSON.stringify(meetingIdentity(uidOf(event))),
    );
    if (meetings.size === 0)
      return { kind: "skipped", reason: "It holds no event (a task, a journal entry or free/busy times)." };
    if (meetings.size > 1)
      notes.add(`It held ${meetings.size} different events in one object, which CalDAV forbids.`);
    const outcomes = [...meetings.values()].map((events) => {
      const own = { ...calendar, children: [...blocksOf(calendar), ...events] };
      return translateMeeting(own, uidOf(events[0] ?? calendar), context);
    });
    return joined(outcomes, notes);
  },
};

function quarantined(reason: string): Translation {
  return { kind: "quarantined", reason: sentence(reason) };
}

/** What is quoted from an object may hold anything; what is told of it is a line of text. */
function sentence(text: string): string {
  return oneLine(text.slice(0, 400));
}

/** Formats that look like iCalendar and mean something else. */
function formatProblem(calendar: Component): string | null {
  if (valueOf(calendar, "VERSION")?.trim().startsWith("1.") === true)
    return "It is written in vCalendar 1.0, which is older than iCalendar.";
  const scale = valueOf(calendar, "CALSCALE")?.trim().toUpperCase() ?? "";
  return scale === "" || scale === "GREGORIAN"
    ? null
    : `Its dates are of the calendar ${scale.slice(0, 20)}, not of the Gregorian one.`;
}

function uidOf(event: Component): string {
  return unescapeText(valueOf(event, "UID") ?? "").trim();
}

function blocksOf(calendar: Component): readonly Component[] {
  return calendar.children.filter((child) => child.name === "VTIMEZONE");
}

function lineNote(lines: readonly string[], what: string): string[] {
  const [first] = lines;
  return first === undefined ? [] : [`${lines.length} line(s) ${what}, the first: ${first.slice(0, 40)}`];
}

/**
 * One translation of those of several meetings: what can be shown of them, and the reasons why the others cannot.
 */
function joined(outcomes: readonly Translation[], notes: ReadonlySet<string>): Translation {
  const [only] = outcomes;
  if (outcomes.length === 1 && only !== undefined && only.kind !== "translated") return only;
  const events = outcomes.flatMap((outcome) => (outcome.kind === "translated" ? outcome.events : []));
  if (events.length > mostEvents)
    return quarantined(`It holds ${events.length} events in one object, more than make sense.`);
  if (events.length === 0)
    return (
      outcomes.find((outcome) => outcome.kind === "quarantined") ??
      only ?? { kind: "skipped", reason: "It holds no event." }
    );
  const own = outcomes.flatMap((outcome) =>
    outcome.kind === "translated" ? outcome.notes : [`One of its events was left out. ${outcome.reason}`],
  );
  return { kind: "translated", events, notes: [...new Set([...notes, ...own].map(sentence))] };
}

/** Each is translated with the whole object whenever it is written. */
const mostEvents = 300;

function translateMeeting(given: Component, uid: string, context: TranslationContext): Translation {
  if (uid === "") return quarantined("It has no UID.");
  const notes = new Set<string>();
  const repaired = repairCalendar(given, context.zone, notes);
  if (repaired.kind === "problem") return quarantined(repaired.problem);
  const main = masterOf(repaired.calendar);
  if (main !== null && isCancelled(main)) return { kind: "skipped", reason: "The meeting was cancelled." };
  const parts = partsOf(repaired.calendar, uid, context, notes);
  if (parts.kind === "problem") return quarantined(parts.problem);
  const outcomes = parts.parts.map((part) => translatePart(part, uid, context));
  const events = outcomes.flatMap((outcome) => (outcome.kind === "translated" ? outcome.events : []));
  const worst =
    outcomes.find((outcome) => outcome.kind === "quarantined") ??
    outcomes.find((outcome) => outcome.kind === "skipped");
  if (worst?.kind === "quarantined" || events.length === 0)
    return worst ?? { kind: "skipped", reason: "Every occurrence in it was cancelled." };
  const own = outcomes.flatMap((one) => (one.kind === "translated" ? one.notes : []));
  return { kind: "translated", events, notes: [...notes, ...own] };
}

/** The object as servers can keep it: as a whole, in several series, or override by override where no master is. */
function partsOf(calendar: Component, uid: string, context: TranslationContext, notes: Set<string>): Parts {
  const master = masterOf(calendar);
  if (master === null) return { kind: "parts", parts: looseParts(cancelOccurrences(calendar), context) };
  const zones = calendarZones(calendar, context.zone);
  const horizon = horizonOf(context);
  const split = splitThisAndFuture(calendar, zones, horizon, notes);
  if (split.kind === "problem") return split;
  const parts: Part[] = [];
  for (const part of split.parts) {
    const kept = { ...part, calendar: cancelOccurrences(part.calendar) };
    const separated = separate(kept, zones, horizon, notes);
    if (separated.kind === "problem") return separated;
    parts.push(...separated.parts);
  }
  const { instanceDate } = meetingIdentity(uid);
  const start = firstDate(master, "DTSTART");
  const [only] = parts;
  const isLoose = instanceDate !== null && start !== null && lineOf(master, "RRULE") === null;
  if (!isLoose || only === undefined || parts.length > 1) return { kind: "parts", parts };
  return {
    kind: "parts",
    parts: [{ ...only, instance: instanceOnDay(instanceDate, start, zones.of(start)) }],
  };
}

/** From the beginning of the year before the window's to the end of the year after it: each side moves once a year. */
function horizonOf({ window }: TranslationContext): Horizon {
  const from = Date.UTC(new Date(window.from).getUTCFullYear() - 1, 0, 1);
  const until = Date.UTC(new Date(window.until).getUTCFullYear() + 2, 0, 1);
  return { from, until: Math.min(until, Date.UTC(2038, 0, 1)) };
}

/** Overrides without a master each by themselves, as the single events that they are for us. */
function looseParts(calendar: Component, context: TranslationContext): Part[] {
  const zones = calendarZones(calendar, context.zone);
  return eventsOf(calendar).map((event) => {
    const original = looseOriginal(event, calendar, zones);
    return {
      calendar: { ...calendar, children: [...blocksOf(calendar), withoutLines(event, "RECURRENCE-ID")] },
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
