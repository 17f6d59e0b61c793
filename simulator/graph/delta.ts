import { incrementalRound, initialRound } from "./delta-round.ts";
import { instanceOn } from "./instances.ts";
import type { GraphRequest } from "./graph-request.ts";
import { preferenceApplied } from "./prefer.ts";
import { requireWindow } from "./query.ts";
import { idOf, renderInstance, renderItem, renderStub } from "./render-event.ts";
import type { Rendering } from "./render-event.ts";
import { GraphRefusal, jsonReply } from "./reply.ts";
import type { Reply } from "./reply.ts";
import type { Delivery, Link, Position, SyncState } from "./sync-states.ts";
import type { Switches } from "./switches.ts";

const defaultPageSize = 10;
const windowParameters = new Set(["startdatetime", "enddatetime"]);

type Cursor = Extract<Position, { kind: "skip" }>;

/** `calendarView/delta`: the first page of a round over a span, or what a link leads to. */
export function answerDelta(request: GraphRequest): Reply {
  const { switches } = request;
  if (switches.deltaRefusal !== null) {
    const { status, code, message } = switches.deltaRefusal;
    throw new GraphRefusal(status, code, message);
  }
  if (switches.deltaUnavailable) throw new GraphRefusal(504, "UnknownError", "");
  const link = readLink(request) ?? openState(request);
  const position = positionOf(link, request);
  return answerPage(request, link, position);
}

function openState(request: GraphRequest): Link {
  const { from, until } = requireWindow(request.query);
  const state = request.world.syncStates.open(request.calendar, request.path, { from, until });
  const round = initialRound(state, request.switches, request.world.clock.now());
  return { state, generation: 0, position: { kind: "skip", round, unit: 0, offset: 0, page: 0 } };
}

function positionOf(link: Link, { switches, world }: GraphRequest): Cursor {
  if (link.position.kind === "skip") return link.position;
  const round = incrementalRound(link.state, link.position.logStart, switches, world.clock.now());
  return { kind: "skip", round, unit: 0, offset: 0, page: 0 };
}

function isToken(name: string): boolean {
  return name === "$skiptoken" || name === "$deltatoken";
}

/** Reads a link's token; null on a first request. Nothing but the token may stand beside it. */
function readLink(request: GraphRequest): Link | null {
  const { query, world, path } = request;
  const names = [...query.keys()];
  const refused = names.filter((name) => !isToken(name) && !windowParameters.has(name.toLowerCase()));
  if (refused.length > 0) {
    throw new GraphRefusal(
      400,
      "ErrorInvalidUrlQuery",
      `The following parameters are not supported with change tracking over the 'Events' resource: '${refused.join(", ")}'.`,
    );
  }
  const tokenName = names.find(isToken);
  if (tokenName === undefined) return null;
  if (names.length > 1) {
    throw new GraphRefusal(400, "ErrorInvalidUrlQuery", `'${tokenName}' must be the only query parameter.`);
  }
  const found = world.syncStates.find(query.get(tokenName) ?? "", path);
  if (found.kind === "forgotten") throw forgotten(request, found);
  if (found.kind === "malformed" || tokenName !== `$${found.link.position.kind}token`) {
    throw new GraphRefusal(400, "BadRequest", `Badly formed token in '${tokenName}'.`);
  }
  return found.link;
}

function forgotten(
  { switches, world, cloud, path }: GraphRequest,
  { generation, highest }: { readonly generation: number; readonly highest: number },
): GraphRefusal {
  const message = `The sync state generation is not found; generation=${generation};[highest=${highest}][${highest}][${highest - 2}][${highest - 1}].`;
  switch (switches.expiredLink) {
    case "410":
      return new GraphRefusal(410, "SyncStateNotFound", message);
    case "410-location": {
      const start = new Date(world.clock.now()).toISOString();
      const location = `${cloud.graph}${path}?startDateTime=${start}&$deltatoken=`;
      return new GraphRefusal(410, "resyncRequired", "Resync is required.", { location });
    }
    case "400":
      return new GraphRefusal(400, "syncStateNotFound", message);
    case "404":
      return new GraphRefusal(404, "SyncStateNotFound", message);
    default:
      throw new Error(`"${String(switches.expiredLink satisfies never)}" is not a form of expired links.`);
  }
}

function answerPage(request: GraphRequest, link: Link, cursor: Cursor): Reply {
  const { preferences, switches, world } = request;
  const pageSize = preferences.maxPageSize ?? defaultPageSize;
  const { deliveries, next } = takePage(cursor, pageSize, switches);
  const rendering: Rendering = {
    preferences,
    textBodies: preferences.textBodies && switches.bodyTypeInDelta,
    iCalUId: switches.iCalUId,
  };
  const value = deliveries.flatMap((delivery) => render(delivery, link.state, rendering, switches));
  const position: Position = next ?? { kind: "delta", logStart: cursor.round.logEnd };
  const token = world.syncStates.issue(link.state, link.generation, position, switches.linkGenerations);
  const url = `${request.cloud.graph}${request.path}?$${position.kind}token=${encodeURIComponent(token)}`;
  return jsonReply(
    {
      "@odata.context": `${request.cloud.graph}/v1.0/$metadata#Collection(event)`,
      [next === null ? "@odata.deltaLink" : "@odata.nextLink"]: url,
      value,
    },
    preferenceApplied(["odata.track-changes", ...preferences.applied]),
  );
}

/** Cuts the next page off a round; `next` is null where the round ends with it. */
function takePage(
  cursor: Cursor,
  pageSize: number,
  switches: Switches,
): { readonly deliveries: readonly Delivery[]; readonly next: Cursor | null } {
  const { units } = cursor.round;
  const page = cursor.page + 1;
  const isEmptyPage =
    (switches.emptyPages === "first" && page === 1) ||
    (switches.emptyPages === "alternate" && page % 2 === 1);
  if (isEmptyPage) return { deliveries: [], next: { ...cursor, page } };
  const endless =
    switches.endlessPages === "always" ||
    (switches.endlessPages === "oversized-series" && units.some((unit) => unit.length > pageSize));
  const deliveries: Delivery[] = [];
  let { unit, offset } = cursor;
  while (unit < units.length && deliveries.length < pageSize) {
    const rest = (units[unit] ?? []).slice(offset);
    const taken = switches.seriesOverflowPages ? rest : rest.slice(0, pageSize - deliveries.length);
    deliveries.push(...taken);
    offset = taken.length < rest.length ? offset + taken.length : 0;
    if (offset === 0) unit += 1;
  }
  if (endless) return { deliveries, next: { ...cursor, page } };
  return { deliveries, next: unit < units.length ? { ...cursor, unit, offset, page } : null };
}

/** One delivery as it is now. What was deleted since the round began is left to the next one. */
function render(
  delivery: Delivery,
  state: SyncState,
  rendering: Rendering,
  switches: Switches,
): Record<string, unknown>[] {
  const type = { "@odata.type": "#microsoft.graph.event" };
  const { preferences } = rendering;
  if (delivery.kind === "removed") {
    const isHidden = preferences.immutableIds && delivery.returned && !switches.immutableMoveLoss;
    return isHidden ? [] : [{ ...type, id: idOf(delivery, preferences), "@removed": { reason: "deleted" } }];
  }
  const item = state.calendar.folder.items.get(delivery.immutableId);
  const isLost = preferences.immutableIds && delivery.returned && switches.immutableMoveLoss;
  if (item === undefined || isLost) return [];
  if (delivery.kind === "item") {
    const form = delivery.outdated ? (item.previous ?? item) : item;
    return [{ ...type, ...renderItem(form, rendering) }];
  }
  const instance = instanceOn(item, delivery.day, switches.monthEnd);
  if (instance === null) return [];
  const full = instance.exception !== null;
  return [{ ...type, ...(full ? renderInstance(instance, rendering) : renderStub(instance, preferences)) }];
}
