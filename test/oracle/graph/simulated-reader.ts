import type { GraphRequest } from "../../../simulator/graph/graph-request.ts";
import { answerEvent, answerExceptions, answerSeriesInstances } from "../../../simulator/graph/events.ts";
import { occurrenceId } from "../../../simulator/graph/ids.ts";
import { formatWall, resolveZone, toWall } from "../../../simulator/graph/local-time.ts";
import { readPreferences } from "../../../simulator/graph/prefer.ts";
import { GraphRefusal, type Reply } from "../../../simulator/graph/reply.ts";
import { switchesFor } from "../../../simulator/graph/world.ts";
import { RemoteError } from "../../../src/http/remote-error.ts";
import type { CalendarReader } from "../../../src/sources/graph/calendar-reader.ts";
import { isObject, type JsonObject } from "../../../src/sources/graph/json.ts";
import type { SimulatedSeries } from "./simulated-series.ts";

type Ask = { readonly id: string; readonly query?: Readonly<Record<string, string>>; readonly zone?: string };

/** Reads the series by the simulator's own answers, without a network between. */
export function simulatedReader(series: SimulatedSeries): CalendarReader {
  const { mailbox, calendar, world } = series;
  const request = ({ id, query = {}, zone = "UTC" }: Ask): GraphRequest => {
    const [cloud] = world.clouds;
    if (cloud === undefined) throw new Error("The world has no cloud.");
    return {
      world,
      cloud,
      app: unusedApp,
      mailbox,
      calendar,
      isCalendarNamed: true,
      path: `/v1.0/users/${mailbox.userPrincipalName}/calendars/${calendar.id}/events/${id}`,
      query: new URLSearchParams(query),
      eventId: id,
      preferences: readPreferences(
        `IdType="ImmutableId", outlook.timezone="${zone}", odata.maxpagesize=1000`,
      ),
      switches: switchesFor(world, mailbox, calendar),
    };
  };
  const ask = (answer: (request: GraphRequest) => Reply, wanted: Ask): JsonObject => {
    const body: unknown = JSON.parse(refusing(() => answer(request(wanted))).body);
    if (!isObject(body)) throw new Error("The simulator answered no object.");
    return withOtherDays(body, series, wanted.zone ?? "UTC");
  };
  return {
    event: (id, { query, zone }) =>
      later(() => ask(answerEvent, { id, ...(query && { query }), ...(zone === undefined ? {} : { zone }) })),
    instances: (id, window, select) => {
      const query = { startDateTime: window.from, endDateTime: window.until, $select: select, $top: "1000" };
      return later(() => listOf(ask(answerSeriesInstances, { id, query })));
    },
    rest: (link, id, zone) => {
      const skip = new URL(link).searchParams.get("$skip") ?? "0";
      return later(() => listOf(ask(answerExceptions, { id, zone, query: { $skip: skip, $top: "1000" } })));
    },
    view: () => {
      throw new Error("A series is not read by a view.");
    },
    mailboxZone: () => Promise.resolve(mailbox.timeZone),
    describe: (what) => what,
  };
}

const unusedApp: GraphRequest["app"] = {
  clientId: "",
  secret: null,
  certificate: null,
  permissions: [],
  consented: true,
  rolesInToken: true,
  tokenLifetimeSeconds: 3599,
};

async function later<T>(answer: () => T): Promise<T> {
  await Promise.resolve();
  return answer();
}

function refusing(answer: () => Reply): Reply {
  try {
    return answer();
  } catch (error) {
    if (!(error instanceof GraphRefusal)) throw error;
    const kind = error.status === 404 ? "missing" : "refused";
    throw new RemoteError(kind, error.message, { status: error.status, code: error.code });
  }
}

function listOf(body: JsonObject): readonly JsonObject[] {
  const { value } = body;
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The simulator's exceptions are all-day if their series is: those that are not are put right here. */
function withOtherDays(body: JsonObject, { item, otherDays }: SimulatedSeries, zone: string): JsonObject {
  if (otherDays.size === 0) return body;
  const changes = new Map(
    [...otherDays].flatMap((day) => {
      const span = item.exceptions.get(day)?.span;
      const isAllDay = !item.isAllDay;
      const local = (instant: number, wall: number) => ({
        dateTime: formatWall(isAllDay ? wall : toWall(resolveZone(zone) ?? "UTC", instant)),
        timeZone: zone,
      });
      if (span === undefined) return [];
      const times = { start: local(span.start, span.startWall), end: local(span.end, span.endWall) };
      return [item.id, item.immutableId].map(
        (id) => [occurrenceId(id, day), { ...times, isAllDay }] as const,
      );
    }),
  );
  const changed = (event: JsonObject): JsonObject => {
    const own = changes.get(String(event["id"]));
    const kept = Object.entries(own ?? {}).filter(([key]) => key in event);
    const lists = ["value", "exceptionOccurrences"].flatMap((key) =>
      Array.isArray(event[key]) ? [[key, event[key].filter(isObject).map(changed)] as const] : [],
    );
    return { ...event, ...Object.fromEntries([...kept, ...lists]) };
  };
  return changed(body);
}
