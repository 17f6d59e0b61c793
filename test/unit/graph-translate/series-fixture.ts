import type { GraphEvent, GraphSeries } from "../../../src/sources/graph/native.ts";
import { master, meeting } from "./graph-events.ts";

/** A series without exceptions, every list of which is told. */
export const plain: GraphSeries = { kind: "series", master, exceptions: [], cancelled: [], instances: null };
export const from = "2026-03-01T00:00:00Z";
export const until = "2026-04-01T00:00:00Z";

/** Starts of the whole series: 09:00 in New York, across the change of clocks on 8 March. */
export const all = [
  "2026-03-02T14:00:00.000Z",
  "2026-03-04T14:00:00.000Z",
  "2026-03-09T13:00:00.000Z",
  "2026-03-11T13:00:00.000Z",
  "2026-03-16T13:00:00.000Z",
  "2026-03-18T13:00:00.000Z",
  "2026-03-23T13:00:00.000Z",
  "2026-03-25T13:00:00.000Z",
];

export function withRange(changes: object, event: GraphEvent = master): GraphEvent {
  const { recurrence } = event;
  return { ...event, recurrence: { ...recurrence, range: { ...recurrence?.range, ...changes } } };
}

export const moved: GraphEvent = {
  ...meeting,
  id: "AAMk-exception",
  type: "exception",
  subject: "Stand-up, later",
  originalStart: "2026-03-11T13:00:00Z",
  start: { dateTime: "2026-03-12T16:00:00.0000000", timeZone: "UTC" },
  end: { dateTime: "2026-03-12T16:30:00.0000000", timeZone: "UTC" },
};

export const instance = (day: string) => ({
  id: day,
  type: "occurrence" as const,
  start: { dateTime: `${day}T09:00:00`, timeZone: "Eastern Standard Time" },
  end: { dateTime: `${day}T09:30:00`, timeZone: "Eastern Standard Time" },
});

export const read = (...days: string[]) => ({
  window: { from: "2026-01-01T00:00:00.000Z", until: "2026-06-02T00:00:00.000Z" },
  items: days.map(instance),
});
