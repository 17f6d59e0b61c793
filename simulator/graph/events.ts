import { renderAttachments } from "./render-attachments.ts";
import type { GraphRequest } from "./graph-request.ts";
import { isWellFormedId, splitOccurrenceId } from "./ids.ts";
import { instanceOn, instancesOf, viewOf } from "./instances.ts";
import type { Instance } from "./instances.ts";
import { dayOf, formatDay, parseWall } from "./local-time.ts";
import type { Calendar, Folder, Item } from "./model.ts";
import { preferenceApplied } from "./prefer.ts";
import { nextLink, project, readSelect, refuseUnknownOptions, requireWindow, takePage } from "./query.ts";
import { idOf, renderInstance, renderItem } from "./render-event.ts";
import type { Rendering } from "./render-event.ts";
import { GraphRefusal, jsonReply } from "./reply.ts";
import type { Reply } from "./reply.ts";

const viewOptions = ["$select", "$top", "$skip", "$orderby"];
const annotations = new Set(["cancelledOccurrences", "exceptionOccurrences"]);

/** `calendarView`: everything in a span, occurrences in full. */
export function answerView(request: GraphRequest): Reply {
  const { from, until } = requireWindow(request.query);
  const { folder } = request.calendar;
  return answerInstances(request, viewOf(folder, from, until, request.switches.monthEnd));
}

/** `events/{id}/instances`: the occurrences of one series in a span; deleted ones are simply not there. */
export function answerSeriesInstances(request: GraphRequest): Reply {
  const { item, day } = findEvent(request);
  const { from, until } = requireWindow(request.query);
  if (item.recurrence === null || day !== null) {
    throw new GraphRefusal(
      400,
      "ErrorInvalidRequest",
      "Your request can't be completed. The event is no series master.",
    );
  }
  return answerInstances(request, instancesOf(item, from, until, request.switches.monthEnd));
}

/** `events/{id}`: a single event, a master, an occurrence or an exception. */
export function answerEvent(request: GraphRequest): Reply {
  const { query, switches, preferences, cloud, path } = request;
  refuseUnknownOptions(query, ["$select", "$expand"]);
  const found = findEvent(request);
  const { item, day } = found;
  const select = readSelect(query);
  const expanded = readExpand(query);
  const isExpanded = expanded === "exceptionOccurrences";
  const wantsSeries = isExpanded || (select ?? []).some((name) => annotations.has(name));
  if (wantsSeries && switches.seriesExpansion === "refused") {
    const name = "Could not find a property named 'exceptionOccurrences' on type 'microsoft.graph.event'.";
    throw new GraphRefusal(400, "RequestBroker--ParseUri", name);
  }
  const rendering = renderingOf(request);
  const instance = instanceOf(request, found);
  const event = instance === null ? renderItem(item, rendering) : renderInstance(instance, rendering);
  const series =
    wantsSeries && switches.seriesExpansion === "supported" && item.recurrence !== null && day === null
      ? renderSeries(request, item, select ?? [], isExpanded)
      : {};
  const applied = preferences.textBodies
    ? [...preferences.applied, 'outlook.body-content-type="text"']
    : preferences.applied;
  return jsonReply(
    {
      "@odata.context": `${cloud.graph}/v1.0/$metadata#${path.slice(6)}/$entity`,
      ...project(event, select),
      ...series,
      ...(expanded === "attachments"
        ? {
            attachments: renderAttachments(
              { ...item.content, ...instance?.exception?.content },
              request.eventId,
              item.modified,
            ),
          }
        : {}),
    },
    preferenceApplied(applied),
  );
}

/** `events/{id}/exceptionOccurrences`: where an expanded list goes on. */
export function answerExceptions(request: GraphRequest): Reply {
  const { item } = findEvent(request);
  return answerInstances(request, exceptionsOf(item), request.switches.expandPageSize);
}

function exceptionsOf(item: Item): Instance[] {
  return [...item.exceptions].map(([day, exception]) => ({ item, day, span: exception.span, exception }));
}

/** Cancellations only if selected, exceptions only if selected and expanded; the latter perhaps not all. */
function renderSeries(
  request: GraphRequest,
  item: Item,
  select: readonly string[],
  isExpanded: boolean,
): Record<string, unknown> {
  const masterId = idOf(item, request.preferences);
  const series: Record<string, unknown> = {};
  if (select.includes("cancelledOccurrences")) {
    series["cancelledOccurrences"] = [...item.cancelled].map((day) => `OID.${masterId}.${formatDay(day)}`);
  }
  if (!isExpanded || !select.includes("exceptionOccurrences")) return series;
  const size = request.switches.expandPageSize;
  const exceptions = exceptionsOf(item);
  const rendering = renderingOf(request);
  series["exceptionOccurrences"] = exceptions
    .slice(0, size)
    .map((instance) => renderInstance(instance, rendering));
  if (exceptions.length > size) {
    series["exceptionOccurrences@odata.nextLink"] =
      `${request.cloud.graph}${request.path}/exceptionOccurrences?$skip=${size}`;
  }
  return series;
}

function readExpand(query: URLSearchParams): "exceptionOccurrences" | "attachments" | null {
  const expand = query.get("$expand");
  if (expand === null || expand === "exceptionOccurrences" || expand === "attachments") return expand;
  throw new GraphRefusal(
    400,
    "BadRequest",
    `'${expand}' cannot be expanded on type 'microsoft.graph.event'.`,
  );
}

function answerInstances(
  request: GraphRequest,
  instances: readonly Instance[],
  pageSize: number | null = request.preferences.maxPageSize,
): Reply {
  const { query, preferences, cloud, path } = request;
  refuseUnknownOptions(query, viewOptions);
  const select = readSelect(query);
  const { page, nextSkip } = takePage(ordered(instances, query), query, pageSize);
  const rendering = renderingOf(request);
  return jsonReply(
    {
      "@odata.context": `${cloud.graph}/v1.0/$metadata#${path.slice(6)}`,
      value: page.map((instance) => project(renderInstance(instance, rendering), select)),
      ...(nextSkip === null ? {} : { "@odata.nextLink": nextLink(cloud.graph, path, query, nextSkip) }),
    },
    preferenceApplied(preferences.applied),
  );
}

/** Only by start; otherwise the order is nobody's to rely on. */
function ordered(instances: readonly Instance[], query: URLSearchParams): readonly Instance[] {
  const order = query.get("$orderby");
  if (order === null) return instances;
  const direction = /^start\/dateTime( asc| desc)?$/.exec(order);
  if (direction === null)
    throw new GraphRefusal(400, "BadRequest", `Ordering by '${order}' is not supported.`);
  const sign = direction[1] === " desc" ? -1 : 1;
  return instances.toSorted((a, b) => sign * (a.span.start - b.span.start));
}

function renderingOf({ preferences, switches }: GraphRequest): Rendering {
  return { preferences, textBodies: preferences.textBodies, iCalUId: switches.iCalUId };
}

/**
 * Finds an event by either kind of id. Under a mailbox's own `events` only what stands in its own calendars
 * is found: a shared calendar's events need the calendar in the path.
 */
export function findEvent(request: GraphRequest): { readonly item: Item; readonly day: number | null } {
  const { eventId } = request;
  if (!isWellFormedId(eventId)) throw new GraphRefusal(400, "ErrorInvalidIdMalformed", "Id is malformed.");
  const item = findItem(request);
  if (item === undefined) throw eventNotFound();
  const occurrence = splitOccurrenceId(eventId);
  return { item, day: occurrence === null ? null : dayOf(parseWall(occurrence.date)) };
}

/** The occurrence or exception that was found; null for a single event or a master. @throws GraphRefusal */
export function instanceOf(
  { switches }: GraphRequest,
  { item, day }: ReturnType<typeof findEvent>,
): Instance | null {
  if (day === null) return null;
  const instance = instanceOn(item, day, switches.monthEnd);
  if (instance === null) throw eventNotFound();
  return instance;
}

/** The single event or series that the path's event id belongs to, where the path can reach it. */
export function findItem(request: GraphRequest): Item | undefined {
  const id = splitOccurrenceId(request.eventId)?.masterId ?? request.eventId;
  return foldersOf(request)
    .map((folder) => folder.items.get(folder.immutableIds.get(id) ?? id))
    .find((found) => found !== undefined);
}

function foldersOf({ mailbox, calendar, isCalendarNamed, switches }: GraphRequest): Folder[] {
  const own = mailbox.calendars.filter((each: Calendar) => each.folder.owner === mailbox);
  if (!isCalendarNamed) return own.map(({ folder }) => folder);
  if (switches.calendarPathChecked) return [calendar.folder];
  return [calendar.folder, ...own.map(({ folder }) => folder)];
}

/** What Exchange says of an item that is not there. */
function eventNotFound(): GraphRefusal {
  return new GraphRefusal(404, "ErrorItemNotFound", "The specified object was not found in the store.");
}
