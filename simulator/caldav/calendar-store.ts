import { createHash } from "node:crypto";
import type { IcalIndex } from "./ical-index.ts";
import type { Calendar, Change, Instance, ServerState, Access } from "./state.ts";
import type { XmlNode } from "./xml-node.ts";

/** Adds a calendar with one instance for its owner. Token numbers start at 1 as in Baikal. */
export function createCalendar(
  state: ServerState,
  spec: {
    readonly uri: string;
    readonly components: readonly string[];
    readonly access: Access;
    readonly properties: ReadonlyMap<string, XmlNode>;
    readonly unreadableByMultiget: boolean;
  },
): Instance {
  const id = state.nextId;
  state.nextId += 1;
  state.calendars.set(id, {
    id,
    objects: new Map(),
    changes: [],
    token: 1,
    knownFrom: 1,
    components: spec.components,
  });
  return {
    uri: spec.uri,
    calendarId: id,
    access: spec.access,
    properties: new Map(spec.properties),
    shareHref: null,
    unreadableByMultiget: spec.unreadableByMultiget,
  };
}

/**
 * Stores a body and logs the change. `shareToken` gives the change the number of the change before it, as two
 * racing transactions on Baikal's tables can. Returns the new ETag (sabre's: the MD5 of the body).
 */
export function storeObject(
  calendar: Calendar,
  name: string,
  body: string,
  index: IcalIndex,
  options: { readonly shareToken: boolean; readonly etagByContent: boolean },
): string {
  const operation = calendar.objects.has(name) ? "modified" : "added";
  const change = logChange(calendar, name, operation, options.shareToken);
  const seed = options.etagByContent ? body : `${calendar.id}:${calendar.token}:${name}`;
  const etag = `"${createHash("md5").update(seed).digest("hex")}"`;
  calendar.objects.set(name, { name, body, etag, index, change });
  return etag;
}

/** Removes an object and logs it; false where there was none. */
export function removeObject(calendar: Calendar, name: string, shareToken: boolean): boolean {
  if (!calendar.objects.delete(name)) return false;
  logChange(calendar, name, "deleted", shareToken);
  return true;
}

/** Logs a change of the collection's own properties. */
export function logCollectionChange(calendar: Calendar): void {
  logChange(calendar, "", "modified", false);
}

function logChange(
  calendar: Calendar,
  name: string,
  operation: Change["operation"],
  shareToken: boolean,
): Change {
  const token = shareToken ? Math.max(1, calendar.token - 1) : calendar.token;
  const change: Change = { name, token, operation };
  calendar.changes.push(change);
  calendar.token += 1;
  return change;
}

/** The position of the first change with a token of at least `from`. */
export function changesFrom(calendar: Calendar, from: number): number {
  let low = 0;
  let high = calendar.changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((calendar.changes[middle]?.token ?? Number.POSITIVE_INFINITY) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
