import nock from "nock";
import type { OwedWork, Settlement } from "../../../src/sources/source.ts";
import { calendarPath, graph, single } from "./fixture.ts";

/** A zone other than the one that is asked for first. */
export const eastern = "Eastern Standard Time";
/** Where the master `m1` is read. */
export const masterPath = `${calendarPath}/events/m1`;

/** A series to settle, with what is staged of it. */
export const owed = (nativeId: string, native: string | null = null): OwedWork => ({
  kind: "series",
  nativeId,
  native,
});

/** The master `m1` of a daily series as it is shown in a zone. */
export function master(zone: string, recurrenceTimeZone = eastern) {
  return {
    ...single("m1"),
    type: "seriesMaster",
    body: { contentType: "html", content: "" },
    start: { dateTime: "2026-11-02T09:00:00.0000000", timeZone: zone },
    recurrence: { pattern: { type: "daily", interval: 1 }, range: { type: "noEnd", recurrenceTimeZone } },
  };
}

/** An exception of `m1` as it is shown in a zone. */
export const exception = (id: string, zone = eastern) => ({
  ...single(id),
  type: "exception",
  seriesMasterId: "m1",
  originalStart: "2026-11-09T14:00:00Z",
  body: { contentType: "html", content: "" },
  start: { dateTime: "2026-11-09T11:00:00.0000000", timeZone: zone },
});

/** Whether a query asks for a master with its exceptions. */
export const isExpanded = (query: object) => "$expand" in query && "$select" in query;
/** Whether a query asks only for the kind and zone of an event. */
export const isProbe = (query: object) => "$select" in query && !("$expand" in query);
/** Whether a query asks for an event by itself. */
export const isPlain = (query: object) => Object.keys(query).length === 0;

/** Answers one request that asks for the given zone. */
export function answer(
  path: string,
  accepts: (query: object) => boolean,
  body: nock.Body,
  { zone = "UTC", status = 200 }: { zone?: string; status?: number } = {},
) {
  const prefer = `IdType="ImmutableId", outlook.timezone="${zone}"`;
  return nock(graph, { reqheaders: { prefer } }).get(path).query(accepts).reply(status, body);
}

/** What was staged, parsed; any other settlement as it is. */
export function nativeOf(settlement: Settlement | undefined): unknown {
  return settlement?.kind === "staged" ? JSON.parse(settlement.event.native) : settlement;
}
