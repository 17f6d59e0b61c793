import { hasAttachments } from "./render-attachments.ts";
import { changeKeyOf, instanceICalUId, occurrenceId } from "./ids.ts";
import { spanOn } from "./instances.ts";
import type { Instance } from "./instances.ts";
import { formatDay, formatWall, toWall } from "./local-time.ts";
import type { EventContent, Item } from "./model.ts";
import { renderLocations } from "./render-location.ts";
import { renderBody, renderOnlineMeeting, textOf } from "./render-body.ts";
import type { Preferences } from "./prefer.ts";
import type { Recurrence } from "./recurrence.ts";

/** How events look in one answer. */
export type Rendering = {
  readonly preferences: Preferences;
  readonly textBodies: boolean;
  readonly iCalUId: "per-occurrence" | "per-series";
};

type Json = Record<string, unknown>;

/** The id of a single event or master under the id type that the request asked for. */
export function idOf(item: Pick<Item, "id" | "immutableId">, preferences: Preferences): string {
  return preferences.immutableIds ? item.immutableId : item.id;
}

/** The id of whatever stands in a view. */
function instanceIdOf(instance: Instance, preferences: Preferences): string {
  const id = idOf(instance.item, preferences);
  return instance.day === null ? id : occurrenceId(id, instance.day);
}

/** A single event, occurrence or exception with all its properties. */
export function renderInstance(instance: Instance, rendering: Rendering): Json {
  const { item, day } = instance;
  if (day === null) return renderItem(item, rendering);
  const masterId = idOf(item, rendering.preferences);
  return {
    ...renderContent(item, { ...item.content, ...instance.exception?.content }, rendering),
    id: instanceIdOf(instance, rendering.preferences),
    iCalUId: rendering.iCalUId === "per-series" ? item.iCalUId : instanceICalUId(item.iCalUId, day),
    seriesMasterId: masterId,
    type: instance.exception === null ? "occurrence" : "exception",
    recurrence: null,
    OccurrenceId: `OID.${masterId}.${formatDay(day)}`,
    originalStart: originalStartOf(instance),
    ...renderTimes(item, instance.span, rendering.preferences),
  };
}

/** A single event or a series master; a master has the times of its first occurrence. */
export function renderItem(item: Item, rendering: Rendering): Json {
  return {
    ...renderContent(item, item.content, rendering),
    id: idOf(item, rendering.preferences),
    iCalUId: item.iCalUId,
    seriesMasterId: null,
    type: item.recurrence === null ? "singleInstance" : "seriesMaster",
    recurrence: item.recurrence === null ? null : renderRecurrence(item.recurrence, item),
    OccurrenceId: null,
    ...renderTimes(item, item.span, rendering.preferences),
  };
}

/** What delta says about an occurrence that is as the pattern has it. */
export function renderStub(instance: Instance, preferences: Preferences): Json {
  return {
    "@odata.etag": etagOf(instance.item),
    id: instanceIdOf(instance, preferences),
    seriesMasterId: idOf(instance.item, preferences),
    type: "occurrence",
    ...renderTimes(instance.item, instance.span, preferences),
  };
}

/** The original start of an instance as an instant: what the pattern had, whatever became of it. */
function originalStartOf(instance: Instance): string {
  const start = instance.day === null ? instance.span.start : spanOn(instance.item, instance.day).start;
  return new Date(start).toISOString().replace(".000Z", "Z");
}

function etagOf(item: Item): string {
  return `W/"${changeKeyOf(item)}"`;
}

function renderTimes(item: Item, span: Instance["span"], { timeZone }: Preferences): Json {
  const time = (instant: number, wall: number): Json => ({
    dateTime: formatWall(item.isAllDay ? wall : toWall(timeZone.zone, instant)),
    timeZone: timeZone.name,
  });
  return { start: time(span.start, span.startWall), end: time(span.end, span.endWall) };
}

function renderContent(item: Item, content: EventContent, rendering: Rendering): Json {
  const { transactionId, location: _l, locations: _p, attachments: _a, body, ...plain } = content;
  const { isOrganizer, isOnlineMeeting, ...rest } = plain;
  const id = encodeURIComponent(item.id);
  return {
    "@odata.etag": etagOf(item),
    createdDateTime: timestamp(item.created, item.revision),
    lastModifiedDateTime: timestamp(item.modified, item.revision),
    changeKey: changeKeyOf(item),
    ...(transactionId === null ? {} : { transactionId }),
    originalStartTimeZone: item.zoneNames.start,
    originalEndTimeZone: item.zoneNames.end,
    ...rest,
    hasAttachments: hasAttachments(content),
    isAllDay: item.isAllDay,
    isOrganizer,
    isOnlineMeeting,
    onlineMeetingUrl: null,
    onlineMeetingProvider: isOnlineMeeting ? "teamsForBusiness" : "unknown",
    onlineMeeting: isOnlineMeeting ? renderOnlineMeeting(item) : null,
    IsRoomRequested: false,
    AutoRoomBookingStatus: "None",
    AutoRoomBookingOptions: null,
    webLink: `https://outlook.office365.com/owa/?itemid=${id}&exvsurl=1&path=/calendar/item`,
    body: renderBody(body, rendering.textBodies),
    bodyPreview: textOf(body).slice(0, 255),
    ...renderLocations(content),
  };
}

/** Everything is filled in, whether the type of pattern and range needs it or not. */
function renderRecurrence({ pattern, range }: Recurrence, item: Item): Json {
  return {
    pattern: {
      type: pattern.type,
      interval: pattern.interval,
      month: pattern.month ?? 0,
      dayOfMonth: pattern.dayOfMonth ?? 0,
      ...(pattern.daysOfWeek === undefined ? {} : { daysOfWeek: pattern.daysOfWeek }),
      firstDayOfWeek: pattern.firstDayOfWeek ?? "sunday",
      index: pattern.index ?? "first",
    },
    range: {
      type: range.type,
      startDate: range.startDate,
      endDate: range.type === "endDate" ? range.endDate : "0001-01-01",
      recurrenceTimeZone: item.zoneNames.recurrence,
      numberOfOccurrences: range.type === "numbered" ? range.numberOfOccurrences : 0,
    },
  };
}

/** Ticks of 100 ns as .NET writes them: seven digits, zeros at the end left out. */
function timestamp(ms: number, revision: number): string {
  const ticks = String((revision * 7919) % 10_000).padStart(4, "0");
  return `${`${new Date(ms).toISOString().slice(0, 23)}${ticks}`.replace(/\.?0+$/, "")}Z`;
}
