import type { Event, EventType } from "@microsoft/microsoft-graph-types";
import type { Window } from "../../calendar/window.ts";

/**
 * The native form in which events of a mailbox are staged: JSON text of a GraphNative.
 *
 * Which zone things are read in (`Prefer: outlook.timezone`):
 * - A single event (also a loose occurrence or exception whose master cannot be read): `"UTC"`.
 *   Its instant is the truth; `originalStartTimeZone` says which zone to show it in.
 * - A series: first read the master with `"UTC"`, then ask `seriesZone(master)`. A name: read the master
 *   once more with `outlook.timezone="<name>"`, its wall clock is the truth. Should Exchange refuse that
 *   zone (400), or the answer be null, keep the first answer and set `mailboxTimeZone`.
 *   Exceptions and instances may be read in either zone; the zone of the master is preferable, since then
 *   no conversion stands between us and the wall clock.
 * The translator reads the `timeZone` beside each `dateTime`, so every mixture is understood. All-day
 * events come as midnight to midnight whatever was asked for. `originalStart` is in UTC whatever was asked.
 */
export type GraphNative = GraphSingle | GraphSeries;

/** `type` is `singleInstance`; `occurrence` or `exception` where no master can be read. */
export type GraphSingle = { readonly kind: "single"; readonly event: GraphEvent } & Unread;

export type GraphSeries = Unread & {
  readonly kind: "series";
  /** With `recurrence`, in full. */
  readonly master: GraphEvent;
  /** Every exception in full: `$expand=exceptionOccurrences`, or those among `instances`, each fetched. */
  readonly exceptions: readonly GraphEvent[];
  /** `cancelledOccurrences` (`OID.<master>.<yyyy-mm-dd>`); null where the tenant does not tell them. */
  readonly cancelled: readonly string[] | null;
  /** A complete read of `/instances` (last page seen) over `window`; null where none was made. */
  readonly instances: GraphInstances | null;
  /** The mailbox's own zone (`mailboxSettings/timeZone`), for series whose zone has no usable name. */
  readonly mailboxTimeZone?: string | null;
};

type Unread = {
  /** Set while the `attachments` of its events may be missing or of an earlier version. */
  readonly attachmentsUnread?: true;
};

export type GraphInstances = { readonly window: Window; readonly items: readonly GraphInstance[] };

/** What the gap search needs of an instance; `type` is `occurrence` or `exception`. */
export type GraphInstance = Pick<GraphEvent, "id" | "type" | "start" | "end" | "originalStart">;

/**
 * An event as Graph answers it: v1.0's properties, some undeclared ones, and any number unknown to us.
 * `attachments` is Graph's own navigation property, here with `name` and `isInline` alone; it is absent where
 * the event has none, or where they could not be read. An exception that says anything of its attachments has a list
 * of its own; only one that says nothing at all (it was read in part) is shown with its master's.
 */
export type GraphEvent = Event & {
  readonly "@odata.etag"?: string;
  /** Undeclared in v1.0 and yet sent: `OID.<master>.<yyyy-mm-dd>`, the date in the series' zone. */
  readonly occurrenceId?: string | null;
  /** The same in the spelling that delta has been seen to use. */
  readonly OccurrenceId?: string | null;
  /** The same for all of a series (beta, sometimes sent by v1.0). */
  readonly uid?: string | null;
};

const eventTypes: ReadonlyMap<string, EventType> = new Map(
  (["singleInstance", "occurrence", "exception", "seriesMaster"] as const).map((type) => [
    type.toLowerCase(),
    type,
  ]),
);

/** The event's type in any case of letters: not every version of Graph writes enums alike. Null where it says none. */
export function typeOf(event: { readonly type?: unknown }): EventType | null {
  return typeof event.type === "string" ? (eventTypes.get(event.type.toLowerCase()) ?? null) : null;
}

/** The JSON text to stage. */
export function serialiseNative(native: GraphNative): string {
  return JSON.stringify(native);
}

/** Reads staged text; null where it is no native form (its events are not validated any further). */
export function parseNative(text: string): GraphNative | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return isNative(value) ? value : null;
}

/**
 * The zone in which the master must be read again, or null if `master` is in the right one already,
 * is all-day, or names a custom zone that Exchange does not accept in a `Prefer` header.
 */
export function seriesZone(master: GraphEvent): string | null {
  const zone = master.recurrence?.range?.recurrenceTimeZone ?? null;
  if (zone === null || zone === "" || master.isAllDay === true) return null;
  if (zone === master.start?.timeZone) return null;
  return /^customized time zone$|^tzone:/i.test(zone) || /["\\\p{Cc}]/u.test(zone) ? null : zone;
}

function isNative(value: unknown): value is GraphNative {
  if (!isRecord(value)) return false;
  if (value["kind"] === "single") return isRecord(value["event"]);
  if (value["kind"] !== "series") return false;
  return (
    isRecord(value["master"]) &&
    isRecordArray(value["exceptions"]) &&
    (value["cancelled"] === null || isStringArray(value["cancelled"])) &&
    (value["instances"] === null || isInstances(value["instances"]))
  );
}

function isInstances(value: unknown): boolean {
  return isRecord(value) && isRecord(value["window"]) && isRecordArray(value["items"]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isRecordArray(value: unknown): boolean {
  return Array.isArray(value) && value.every(isRecord);
}

function isStringArray(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
