import { calendarZones } from "../../../calendar/calendar-zones.ts";
import { makeObject } from "../../../calendar/calendar-object.ts";
import type { Translation } from "../../../calendar/candidate.ts";
import { composeCalendar, type EventDescription } from "../../../calendar/compose.ts";
import { meetingIdentity } from "../../../calendar/identity.ts";
import { type DateValue, dayMs } from "../../../calendar/date-value.ts";
import { instanceName, instanceOnDay } from "../../../calendar/instance.ts";
import { utc } from "../../../calendar/zones.ts";
import { clippedNote, fitForServer } from "../../../calendar/poison.ts";
import type { CategoryColors, TranslationContext, Translator } from "../../source.ts";
import { type GraphEvent, type GraphSingle, type GraphSeries, parseNative, typeOf } from "../native.ts";
import { dayOfOccurrenceId, occurrenceIdOf } from "../occurrence-id.ts";
import { describe } from "./describe.ts";
import {
  allDayTimes,
  instantOfText,
  isInUnknownZone,
  midnight,
  namedZone,
  singleTimes,
} from "./graph-time.ts";
import { describeSeries } from "./series.ts";

/** Graph JSON (see ../native.ts) to iCalendar. Never throws: an event that cannot be translated is quarantined alone. */
export const graphTranslator: Translator = {
  version: 2,
  translate(native, context) {
    try {
      const parsed = parseNative(native);
      if (parsed === null) return quarantined("What was staged for it is no Graph event.");
      return parsed.kind === "single" ? translateSingle(parsed, context) : translateSeries(parsed, context);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return quarantined(`Its properties have a shape that Microsoft Graph does not document (${message}).`);
    }
  },
};

function quarantined(reason: string): Translation {
  return { kind: "quarantined", reason };
}

function skipReason(event: GraphEvent): string | null {
  if (event.isCancelled === true) return "The meeting was cancelled.";
  return event.isDraft === true ? "The meeting is a draft that its organizer has not sent." : null;
}

function translateSingle({ event }: GraphSingle, context: TranslationContext): Translation {
  const reason = skipReason(event);
  if (reason !== null) return { kind: "skipped", reason };
  const times = event.isAllDay === true ? allDayTimes(event) : singleTimes(event, context.zone);
  if (times === null) return quarantined("Its start or end cannot be read.");
  const { uid, instanceDate } = identityOf(event);
  const instance = instanceOf(event, times.start, instanceDate);
  const isGuessed = event.isAllDay !== true && [event.start, event.end].some(isInUnknownZone);
  return finish([describe(event, uid, times)], event, context, isGuessed ? [guessNote(event)] : [], instance);
}

function guessNote({ start, originalStartTimeZone }: GraphEvent): string {
  const used = namedZone(originalStartTimeZone) === null ? "your own" : originalStartTimeZone;
  return `Its time is given in the unknown time zone "${start?.timeZone ?? ""}" and was read in ${used}.`;
}

/** The instance that a loose occurrence stands for, by `originalStart` or the day in its ids. */
function instanceOf(event: GraphEvent, start: DateValue, instanceDate: string | null): string | null {
  const type = typeOf(event);
  const isLoose = type === "occurrence" || type === "exception";
  const original = isLoose ? instantOfText(event.originalStart) : null;
  const tzid = start.form === "zoned" ? start.tzid : (event.originalStartTimeZone ?? null);
  const zone = namedZone(tzid)?.zone ?? utc;
  if (event.isAllDay === true) {
    const day = isLoose ? (dayOfOccurrenceId(occurrenceIdOf(event)) ?? instanceDate) : null;
    if (day !== null) return instanceOnDay(day, start, utc);
    if (original !== null) return dayNear(zone.toWall(original), start);
  } else if (original !== null) return new Date(original).toISOString();
  return instanceDate === null
    ? null
    : instanceOnDay(instanceDate, start, start.form === "zoned" ? zone : utc);
}

/**
 * The day whose midnight, where the event lives, is the original: the event's own day if that is no further
 * off than a wrong zone can put it, else the nearest.
 */
function dayNear(original: number, start: DateValue): string {
  const isExact = midnight(original) === original;
  const isUnmoved = !isExact && Math.abs(start.wall - original) <= furthestOffset;
  const wall = isUnmoved ? start.wall : midnight(original + dayMs / 2);
  return instanceName({ form: "date", wall }, utc);
}

const furthestOffset = 14 * 3_600_000;

function translateSeries(series: GraphSeries, context: TranslationContext): Translation {
  const reason = skipReason(series.master);
  if (reason !== null) return { kind: "skipped", reason };
  const { uid } = identityOf(series.master);
  const described = describeSeries(series, uid, context);
  if (described.kind === "problem") return quarantined(described.problem);
  return finish(described.events, series.master, context, described.notes, null);
}

function identityOf(event: GraphEvent): ReturnType<typeof meetingIdentity> {
  const uid = [event.iCalUId, event.uid, event.id].find((name) => (name ?? "").trim() !== "");
  return meetingIdentity(uid ?? "");
}

function finish(
  events: readonly EventDescription[],
  source: GraphEvent,
  context: TranslationContext,
  notes: readonly string[],
  instance: string | null,
): Translation {
  const identity = source.id ?? "";
  if (identity === "") return quarantined("It has no id.");
  const calendar = composeCalendar(events.map((event) => withColor(event, context.categoryColors)));
  const zones = calendarZones(calendar, context.zone);
  const fitted = fitForServer(calendar, zones, context.window);
  if (fitted.kind === "nothing") return { kind: "skipped", reason: fitted.reason };
  if (fitted.kind === "poison") return quarantined(fitted.reason);
  const made = makeObject(fitted.calendar, zones);
  if (made.kind === "problem") return quarantined(made.problem);
  const clipped = fitted.clipped ? [clippedNote] : [];
  const event = { meetingUid: identityOf(source).uid, instance, identity, object: made.object };
  return { kind: "translated", events: [event], notes: [...notes, ...clipped] };
}

/** In the colour of its first category that has one. */
function withColor(event: EventDescription, colors: CategoryColors): EventDescription {
  const names = event.categories.map((category) => category.trim().toLowerCase());
  const colored = names.find((name) => Object.hasOwn(colors, name));
  return colored === undefined ? event : { ...event, color: colors[colored] ?? null };
}
