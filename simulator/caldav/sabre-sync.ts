import { multistatus, statusResponse } from "./answers.ts";
import { changesFrom } from "./calendar-store.ts";
import { DavFault } from "./dav-fault.ts";
import type { Place } from "./layout.ts";
import { dav } from "./names.ts";
import { propertyResponse, requestedNames } from "./responses.ts";
import {
  calendarPath,
  objectPath,
  type DavAnswer,
  type DavRequest,
  type ServerContext,
} from "./server-context.ts";
import { calendarOf, type Account, type Calendar, type Change } from "./state.ts";
import { readSabreToken, writeSyncToken } from "./sync-token.ts";
import { firstElement, node, textOf, type XmlNode } from "./xml-node.ts";

type Changes = {
  readonly names: string[];
  readonly deleted: string[];
  readonly token: string;
  readonly truncated: boolean;
};

/**
 * sync-collection as sabre's PDO backend answers it: every number is accepted, the limit counts only after the
 * first listing, and a change of the collection's properties is a nameless member of it.
 */
export function sabreSyncCollection(
  context: ServerContext,
  request: DavRequest,
  user: Account,
  place: Extract<Place, { kind: "calendar" }>,
  report: XmlNode,
): DavAnswer {
  const calendar = calendarOf(context.state, place.instance);
  const found = changesOf(context, calendar, report);
  const properties = requestedNames(report);
  const live = found.names.flatMap((name) => {
    if (name === "") {
      const href = calendarPath(context, place.account, place.instance).slice(0, -1);
      return [propertyResponse({ context, request, user, place }, href, properties)];
    }
    const stored = calendar.objects.get(name);
    if (!stored) return [];
    const at: Place = { ...place, kind: "object", name };
    const href = objectPath(context, place.account, place.instance, name);
    return [propertyResponse({ context, request, user, place: at, stored }, href, properties)];
  });
  const path = calendarPath(context, place.account, place.instance);
  return multistatus(
    context,
    [
      ...live,
      ...found.deleted.map((name) => statusResponse(`${path}${context.layout.encode(name)}`, 404)),
      ...(found.truncated ? [statusResponse(path, 507)] : []),
    ],
    `http://sabre.io/ns/sync/${found.token}`,
  );
}

function changesOf(context: ServerContext, calendar: Calendar, report: XmlNode): Changes {
  const element = firstElement(report, dav("sync-token"));
  const token = element ? textOf(element) : "";
  if (token === "") return firstListing(context, calendar);
  const read = readSabreToken(token);
  if (!read) {
    throw new DavFault(403, "InvalidSyncToken", "Invalid or unknown sync token", {
      condition: node(dav("valid-sync-token")),
    });
  }
  if (read.written === "" || read.written === "0") return firstListing(context, calendar);
  if (!/^\d+$/.test(read.written)) {
    if (context.switches.database === "postgresql") {
      throw new DavFault(
        500,
        "Sabre\\PDOException",
        "SQLSTATE[22P02]: invalid input syntax for type integer",
      );
    }
    return { names: [], deleted: [], token: read.written, truncated: false };
  }
  return laterListing(calendar, Number(read.written), limitOf(report));
}

function firstListing(context: ServerContext, calendar: Calendar): Changes {
  const token = writeSyncToken(context, calendar, { from: calendar.token, initialTo: null });
  return {
    names: [...calendar.objects.keys()],
    deleted: [],
    token: token.slice(token.lastIndexOf("/") + 1),
    truncated: false,
  };
}

/** One row more than the limit is read, then rows of the same name are merged: a page can be short and last. */
function laterListing(calendar: Calendar, from: number, limit: number | undefined): Changes {
  const start = changesFrom(calendar, from);
  const rows = calendar.changes.slice(start, limit === undefined ? undefined : start + limit + 1);
  const merged = new Map<string, Change>();
  for (const row of rows) merged.set(row.name, row);
  const names: string[] = [];
  const deleted: string[] = [];
  let token = from;
  let truncated = false;
  for (const change of merged.values()) {
    if (limit !== undefined && names.length + deleted.length >= limit) {
      truncated = true;
      break;
    }
    token = Math.max(token, change.token + 1);
    (change.operation === "deleted" ? deleted : names).push(change.name);
  }
  return { names, deleted, token: String(token), truncated };
}

function limitOf(report: XmlNode): number | undefined {
  const limit = firstElement(report, dav("limit"));
  const wanted = limit && firstElement(limit, dav("nresults"));
  const count = wanted ? Number(textOf(wanted)) : 0;
  return count > 0 ? count : undefined;
}
