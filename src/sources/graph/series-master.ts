import { RemoteError } from "../../http/remote-error.ts";
import type { CalendarReader } from "./calendar-reader.ts";
import { asEvent, type IdentifiedEvent } from "./event.ts";
import { isObject, type JsonObject, stringAt } from "./json.ts";
import { dayOfOccurrenceId } from "./occurrence-id.ts";
import type { Expansion } from "./series-expansion.ts";

/** A master as it was read. Null lists were not given, or cannot be read. */
export type MasterRead = {
  readonly master: IdentifiedEvent;
  readonly exceptions: readonly IdentifiedEvent[] | null;
  readonly cancelled: readonly string[] | null;
  /** The zone of the answer: the one asked for, or UTC where Exchange refused that. */
  readonly zone: string;
};

/** v1.0's properties of an event that a translator can use; an unknown one would be answered 400. */
const fields =
  "id,type,iCalUId,subject,body,start,end,isAllDay,recurrence,originalStart,originalStartTimeZone,seriesMasterId,isCancelled,isDraft,isOrganizer,organizer,attendees,responseStatus,hideAttendees,showAs,sensitivity,importance,isReminderOn,reminderMinutesBeforeStart,categories,location,locations,isOnlineMeeting,onlineMeeting,onlineMeetingUrl,onlineMeetingProvider,hasAttachments,webLink,createdDateTime,lastModifiedDateTime";

const expanded = {
  $select: `${fields},exceptionOccurrences,cancelledOccurrences`,
  $expand: "exceptionOccurrences",
};

/**
 * Reads a master, with its exceptions and cancellations where the tenant gives them.
 * https://learn.microsoft.com/graph/api/event-get (example 4)
 *
 * @throws RemoteError
 */
export async function readMaster(
  reader: CalendarReader,
  expansion: Expansion,
  id: string,
  zone: string,
): Promise<MasterRead> {
  if (!expansion.isRefused(id)) {
    const answer = await unlessRefused(reader.event(id, { query: expanded, zone }));
    if (answer !== null) {
      expansion.granted();
      return readExpanded(reader, answer, id, zone);
    }
  }
  const plain = reader.event(id, { zone });
  // A 400 leaves open what was refused, the expansion or the zone: only a success without one of them tells.
  const answer = zone === "UTC" ? await plain : await unlessRefused(plain);
  if (answer === null) return readMaster(reader, expansion, id, "UTC");
  expansion.refused(id);
  const master = asEvent(answer, reader.describe(`reading the series ${id}`));
  return { master, exceptions: null, cancelled: null, zone };
}

async function readExpanded(
  reader: CalendarReader,
  answer: JsonObject,
  id: string,
  zone: string,
): Promise<MasterRead> {
  const { exceptionOccurrences, cancelledOccurrences, ...rest } = answer;
  const what = reader.describe(`reading the series ${id}`);
  const more = stringAt(answer, "exceptionOccurrences@odata.nextLink") || undefined;
  const found = Array.isArray(exceptionOccurrences) ? exceptionOccurrences.filter(isObject) : null;
  const all =
    found === null || more === undefined ? found : [...found, ...(await reader.rest(more, id, zone))];
  return {
    master: asEvent(rest, what),
    exceptions: all?.map((exception) => asEvent(exception, what)) ?? null,
    cancelled: cancelledOf(cancelledOccurrences),
    zone,
  };
}

/** Null too where one entry does not tell its day: half a list would bring the others back. */
function cancelledOf(value: unknown): readonly string[] | null {
  if (!Array.isArray(value)) return null;
  const readable = value.filter((id) => typeof id === "string" && dayOfOccurrenceId(id) !== null);
  return readable.length === value.length ? readable : null;
}

async function unlessRefused(answer: Promise<JsonObject>): Promise<JsonObject | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RemoteError && error.status === 400 && error.kind === "refused") return null;
    throw error;
  }
}
