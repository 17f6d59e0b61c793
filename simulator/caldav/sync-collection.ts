import { multistatus, statusResponse } from "./answers.ts";
import { changesFrom } from "./calendar-store.ts";
import { DavFault } from "./dav-fault.ts";
import type { Place } from "./layout.ts";
import { dav } from "./names.ts";
import { propertyResponse, requestedNames } from "./responses.ts";
import { sabreSyncCollection } from "./sabre-sync.ts";
import {
  calendarPath,
  objectPath,
  type DavAnswer,
  type DavRequest,
  type ServerContext,
} from "./server-context.ts";
import { calendarOf, type Account, type Calendar } from "./state.ts";
import { readOpaqueToken, writeSyncToken, type SyncPosition } from "./sync-token.ts";
import { firstElement, node, textOf, type XmlNode } from "./xml-node.ts";

/** A page of changes: what to name, and where the next page starts (null: nothing left). */
type Slice = { readonly live: string[]; readonly gone: string[]; readonly next: number | null };

/** REPORT sync-collection (RFC 6578). */
export function syncCollection(
  context: ServerContext,
  request: DavRequest,
  user: Account,
  place: Extract<Place, { kind: "calendar" }>,
  report: XmlNode,
): DavAnswer {
  if (!context.switches.syncCollection) {
    throw new DavFault(403, "ReportNotSupported", "no sync-collection here", {
      condition: node(dav("supported-report")),
    });
  }
  if (context.persona === "baikal") return sabreSyncCollection(context, request, user, place, report);
  const calendar = calendarOf(context.state, place.instance);
  const written = firstElement(report, dav("sync-token"));
  const token = written ? textOf(written) : "";
  const position =
    token === "" ? firstPosition(calendar) : (readOpaqueToken(calendar, token) ?? expired(context, calendar));
  const slice = sliceFrom(calendar, position, pageSize(context, report));
  const next: SyncPosition =
    slice.next === null
      ? { from: calendar.token, initialTo: null }
      : { from: slice.next, initialTo: position.initialTo };
  return multistatus(
    context,
    [
      ...(context.switches.collectionInReports
        ? [collectionResponse(context, request, user, place, report)]
        : []),
      ...liveResponses(context, request, user, place, report, slice.live),
      ...slice.gone.map((name) =>
        statusResponse(objectPath(context, place.account, place.instance, name), 404),
      ),
      ...(slice.next !== null && context.switches.truncation === "507"
        ? [statusResponse(calendarPath(context, place.account, place.instance), 507, truncated())]
        : []),
    ],
    writeSyncToken(context, calendar, next),
  );
}

function truncated(): XmlNode {
  return node(dav("number-of-matches-within-limits"));
}

function firstPosition(calendar: Calendar): SyncPosition {
  return { from: 1, initialTo: calendar.token };
}

/** What happens to a token the server does not know any more. */
function expired(context: ServerContext, calendar: Calendar): SyncPosition {
  const answer = context.switches.expiredToken;
  if (answer === "full-listing") return firstPosition(calendar);
  if (answer === "empty") return { from: calendar.token, initialTo: null };
  const condition = answer === "500" ? {} : { condition: node(dav("valid-sync-token")) };
  throw new DavFault(Number(answer), "InvalidSyncToken", "Invalid or unknown sync token", condition);
}

function pageSize(context: ServerContext, report: XmlNode): number {
  const limit = firstElement(report, dav("limit"));
  const wanted = limit && firstElement(limit, dav("nresults"));
  const asked = context.switches.honourLimit && wanted ? Number(textOf(wanted)) : Number.POSITIVE_INFINITY;
  return Math.min(asked, context.switches.syncPageSize ?? Number.POSITIVE_INFINITY);
}

function sliceFrom(calendar: Calendar, position: SyncPosition, size: number): Slice {
  const live: string[] = [];
  const gone = new Set<string>();
  const last = new Map<string, number>();
  const start = changesFrom(calendar, position.from);
  for (let at = start; at < calendar.changes.length; at += 1) last.set(calendar.changes[at]?.name ?? "", at);
  for (let at = start; at < calendar.changes.length; at += 1) {
    const change = calendar.changes[at];
    if (!change || change.name === "" || last.get(change.name) !== at) continue;
    const initial = position.initialTo !== null && change.token < position.initialTo;
    if (change.operation === "deleted" && initial) continue;
    if (live.length + gone.size >= size) return { live, gone: [...gone], next: change.token };
    if (change.operation === "deleted") gone.add(change.name);
    else live.push(change.name);
  }
  return { live, gone: [...gone], next: null };
}

function liveResponses(
  context: ServerContext,
  request: DavRequest,
  user: Account,
  place: Extract<Place, { kind: "calendar" }>,
  report: XmlNode,
  names: readonly string[],
): XmlNode[] {
  const calendar = calendarOf(context.state, place.instance);
  const properties = requestedNames(report);
  return names.flatMap((name) => {
    const stored = calendar.objects.get(name);
    if (!stored) return [];
    const at: Place = { ...place, kind: "object", name };
    const href = objectPath(context, place.account, place.instance, name);
    return [propertyResponse({ context, request, user, place: at, stored }, href, properties)];
  });
}

/** The collection's own entry, as iCloud puts it into its reports. */
export function collectionResponse(
  context: ServerContext,
  request: DavRequest,
  user: Account,
  place: Extract<Place, { kind: "calendar" }>,
  report: XmlNode,
): XmlNode {
  const href = calendarPath(context, place.account, place.instance);
  return propertyResponse({ context, request, user, place }, href, requestedNames(report));
}
