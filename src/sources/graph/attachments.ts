import type { Attachment } from "@microsoft/microsoft-graph-types";
import { RemoteError } from "../../http/remote-error.ts";
import type { NativeEvent, OwedItem } from "../source.ts";
import type { AttachmentAccess } from "./attachment-access.ts";
import type { AttachmentReader } from "./calendar-reader.ts";
import { type IdentifiedEvent, stage } from "./event.ts";
import { concernsMailbox, isItemNotFound } from "./graph-error.ts";
import { stringAt } from "./json.ts";
import { type GraphEvent, type GraphNative, parseNative } from "./native.ts";

export type AttachmentContext = { readonly reader: AttachmentReader; readonly access: AttachmentAccess };

export type Attached = {
  readonly event: NativeEvent;
  readonly error: RemoteError | null;
  /** Graph knows no such event (any more). */
  readonly isMissing: boolean;
};

type AttachmentList = readonly Attachment[];

/**
 * A single event as a page brought it, with the attachments that were read of it before. Pages only say that
 * there are some: unless the list is of this very version, it is still to be read.
 *
 * @param staged what is staged under its id, or null
 */
export function stageFromPage(
  event: IdentifiedEvent,
  staged: string | null,
  isRefused: (event: IdentifiedEvent) => boolean,
): { readonly event: NativeEvent; readonly owed: readonly OwedItem[] } {
  const { id } = event;
  const known = staged === null ? null : parseNative(staged);
  const current = event.hasAttachments === true ? reusable(known, event) : null;
  if (event.hasAttachments !== true || current !== null || isRefused(event)) {
    return { event: stage(id, { kind: "single", event: having(event, current) }), owed: [] };
  }
  // Until then the last list known stands in, so that an edit does not make it vanish for a moment.
  const native = {
    kind: "single",
    event: having(event, lastKnown(known, id)),
    attachmentsUnread: true,
  } as const;
  return { event: stage(id, native), owed: [{ kind: "fetch", nativeId: id }] };
}

/** The staged event, if nothing of it but its attachments is to be read. */
export function wantsAttachmentsOnly(nativeId: string, staged: string | null): NativeEvent | null {
  const native = staged === null ? null : parseNative(staged);
  if (native?.kind !== "single" || native.attachmentsUnread !== true) return null;
  return native.event.id === nativeId ? stage(nativeId, native) : null;
}

/**
 * A settled event with the names of what is attached to it. Each exception of a series has a list of its own,
 * as Exchange keeps it: an inherited one is a copy.
 *
 * A list that Graph refuses for good (no permission for it, most of all) is left out. One that could not be
 * read this time is given as `error`; the event is as good as it can be and says that its lists are unread.
 *
 * @param staged what was staged under the id before; lists of the same version are not read again
 * @throws RemoteError that concerns the whole mailbox
 */
export async function withAttachments(
  context: AttachmentContext,
  settled: NativeEvent,
  staged: string | null,
): Promise<Attached> {
  // Most have none, and parsing a long series is not for nothing.
  if (!settled.native.includes('"hasAttachments":true'))
    return { event: settled, error: null, isMissing: false };
  const native = parseNative(settled.native);
  if (native === null) return { event: settled, error: null, isMissing: false };
  const before = staged === null ? null : parseNative(staged);
  const main = native.kind === "single" ? native.event : native.master;
  const first = await listed(context, main, reusable(before, main), before);
  const isSame = native.kind === "series" && isSameList(first.event, mainOf(before));
  const others =
    native.kind === "single"
      ? []
      : await Promise.all(
          native.exceptions.map((exception) =>
            listed(context, exception, reusable(before, exception, isSame), before),
          ),
        );
  const error = [first, ...others].find((each) => each.error !== null)?.error ?? null;
  const { attachmentsUnread: _, ...rest } = native;
  const unread = error === null ? {} : { attachmentsUnread: true as const };
  const whole: GraphNative =
    rest.kind === "single"
      ? { ...rest, event: first.event, ...unread }
      : { ...rest, master: first.event, exceptions: others.map(({ event }) => event), ...unread };
  return { event: stage(settled.nativeId, whole), error, isMissing: first.isMissing };
}

type Listed = Omit<Attached, "event"> & { readonly event: GraphEvent };

async function listed(
  { reader, access }: AttachmentContext,
  event: GraphEvent,
  known: AttachmentList | null,
  before: GraphNative | null,
): Promise<Listed> {
  const { id } = event;
  if (event.hasAttachments !== true || id === undefined || id === "") return found(event, null);
  const identified = { ...event, id };
  if (known !== null) return found(event, known);
  if (access.isRefused(reader.calendarId, identified)) return found(event, null);
  try {
    const items = await reader.attachments(id);
    access.granted(reader.calendarId);
    return found(
      event,
      items.map((item) => ({ name: stringAt(item, "name") ?? null, isInline: item["isInline"] === true })),
    );
  } catch (error) {
    if (!(error instanceof RemoteError) || concernsMailbox(error)) throw error;
    if (isForGood(error)) access.refused(reader.calendarId, identified, error);
    else if (!access.failed(reader.calendarId, identified))
      return { event: having(event, lastKnown(before, id)), error, isMissing: false };
    return { ...found(event, null), isMissing: isItemNotFound(error) };
  }
}

function found(event: GraphEvent, list: AttachmentList | null): Listed {
  return { event: having(event, list), error: null, isMissing: false };
}

/** Asking once more would be answered the same. */
function isForGood({ status, kind }: RemoteError): boolean {
  return status !== undefined && status >= 400 && status < 500 && kind !== "transient";
}

/**
 * The list that was read of this version of the event. The ETag is one for a whole series: an exception whose
 * own modification stands still has kept its list too, unless it may have inherited another one since.
 */
function reusable(
  before: GraphNative | null,
  event: GraphEvent,
  isMasterSame = false,
): AttachmentList | null {
  if (before === null || before.attachmentsUnread === true) return null;
  const old = eventIn(before, event.id);
  if (!old?.attachments) return null;
  const isVersion = isEqual(old["@odata.etag"], event["@odata.etag"]);
  const isUntouched = isMasterSame && isEqual(old.lastModifiedDateTime, event.lastModifiedDateTime);
  return isVersion || isUntouched ? old.attachments : null;
}

function lastKnown(before: GraphNative | null, id: string): AttachmentList | null {
  return (before === null ? null : eventIn(before, id)?.attachments) ?? null;
}

function eventIn(native: GraphNative, id: string | undefined): GraphEvent | undefined {
  const events = native.kind === "single" ? [native.event] : [native.master, ...native.exceptions];
  return events.find((event) => event.id !== undefined && event.id === id);
}

function mainOf(native: GraphNative | null): GraphEvent | null {
  if (native === null) return null;
  return native.kind === "single" ? native.event : native.master;
}

function isSameList(event: GraphEvent, old: GraphEvent | null): boolean {
  return old !== null && JSON.stringify(event.attachments) === JSON.stringify(old.attachments);
}

function isEqual(a: string | null | undefined, b: string | null | undefined): boolean {
  return Boolean(a) && a === b;
}

function having(event: GraphEvent, list: AttachmentList | null): GraphEvent {
  const { attachments: _, ...rest } = event;
  return list === null ? rest : { ...rest, attachments: [...list] };
}
