import { multistatus, statusResponse } from "./answers.ts";
import { calendarQueryFilter, type QueryFilter } from "./calendar-query-filter.ts";
import { DavFault } from "./dav-fault.ts";
import { overlaps, RecurrenceError } from "./ical-index.ts";
import { parseIcal } from "./ical-text.ts";
import { wallTime } from "./ical-time.ts";
import type { Place } from "./layout.ts";
import { cal, dav } from "./names.ts";
import { propertyResponse, requestedNames } from "./responses.ts";
import { objectPath, type DavAnswer, type DavRequest, type ServerContext } from "./server-context.ts";
import { calendarOf, type Account, type StoredObject } from "./state.ts";
import { collectionResponse } from "./sync-collection.ts";
import { elements, firstElement, textOf, type XmlNode } from "./xml-node.ts";

type CalendarPlace = Extract<Place, { kind: "calendar" }>;

/** REPORT calendar-multiget. Each href stands for itself; what is missing is left out or 404, by switch. */
export function calendarMultiget(
  context: ServerContext,
  request: DavRequest,
  user: Account,
  place: Place,
  report: XmlNode,
): DavAnswer {
  const properties = requestedNames(report);
  const responses = elements(report, dav("href")).flatMap((element) => {
    const href = textOf(element);
    const found = findObject(context, href);
    const faulty = request.missingHref !== undefined && href.includes(request.missingHref);
    const mine = found && found.at.account === user && !found.at.instance.unreadableByMultiget;
    if (!found || !mine || faulty) {
      return context.switches.multigetMissing === "omit" && !faulty ? [] : [statusResponse(href, 404)];
    }
    refuseExpand(context, report, [found.stored]);
    const path = objectPath(context, found.at.account, found.at.instance, found.at.name);
    return [
      propertyResponse({ context, request, user, place: found.at, stored: found.stored }, path, properties),
    ];
  });
  const own =
    context.switches.collectionInReports && place.kind === "calendar"
      ? [collectionResponse(context, request, user, place, report)]
      : [];
  return multistatus(context, [...own, ...responses]);
}

function findObject(
  context: ServerContext,
  href: string,
): { at: Extract<Place, { kind: "object" }>; stored: StoredObject } | undefined {
  const path = /^https?:\/\//.test(href) ? new URL(href).pathname : href;
  const at = context.layout.resolve(context.state, path);
  if (at.kind !== "object") return undefined;
  const stored = calendarOf(context.state, at.instance).objects.get(at.name);
  return stored && { at, stored };
}

/** REPORT calendar-query: component, time range and UID filters. */
export function calendarQuery(
  context: ServerContext,
  request: DavRequest,
  user: Account,
  place: CalendarPlace,
  report: XmlNode,
): DavAnswer {
  if ((request.headers["depth"] ?? "0") === "0" && context.persona === "baikal") {
    throw new DavFault(
      400,
      "BadRequest",
      "A calendar-query REPORT on a calendar with a Depth: 0 is undefined. Set Depth to 1",
    );
  }
  const filter = calendarQueryFilter(report);
  if (context.persona === "icloud" && filter.components.length === 0) {
    throw new DavFault(400, "BadRequest", "a comp-filter for the component is needed");
  }
  const objects = [...calendarOf(context.state, place.instance).objects.values()];
  const matching =
    filter.components.length > 1 ? [] : objects.filter((stored) => matches(context, stored, filter));
  refuseExpand(context, report, matching);
  const properties = requestedNames(report);
  const own = context.switches.collectionInReports
    ? [collectionResponse(context, request, user, place, report)]
    : [];
  return multistatus(context, [
    ...own,
    ...matching.map((stored) => {
      const at: Place = { ...place, kind: "object", name: stored.name };
      const href = objectPath(context, place.account, place.instance, stored.name);
      return propertyResponse({ context, request, user, place: at, stored }, href, properties);
    }),
  ]);
}

/**
 * sabre's two steps: the index decides alone where the range is open at one end; a bounded range is then
 * checked instance by instance, which is where a poison object makes the whole answer a 500.
 */
function matches(context: ServerContext, stored: StoredObject, filter: QueryFilter): boolean {
  const [component] = filter.components;
  if (component !== undefined && stored.index.component !== component) return false;
  if (filter.uid !== undefined && !stored.index.uid.toLowerCase().includes(filter.uid.toLowerCase()))
    return false;
  const { from, to } = filter;
  if (from === undefined && to === undefined) return true;
  const { first, last } = stored.index;
  if (first === undefined || last === undefined) return true;
  if (from !== undefined && last <= from && !(last === first && first >= from)) return false;
  if (to !== undefined && first >= to) return false;
  if (from === undefined || to === undefined) return true;
  return parseIcal(stored.body)
    .components.filter((event) => event.name === "VEVENT")
    .some((event) => overlapsOrFails(context, event, from, to));
}

function overlapsOrFails(
  context: ServerContext,
  event: Parameters<typeof overlaps>[0],
  from: number,
  to: number,
): boolean {
  try {
    return overlaps(event, from, to);
  } catch (error) {
    if (!(error instanceof RecurrenceError)) throw error;
    if (context.persona !== "baikal") return true;
    throw new DavFault(500, error.exception, error.message);
  }
}

/** `expand` is played only as far as its failure goes: 500 on poison, otherwise 501. */
function refuseExpand(context: ServerContext, report: XmlNode, objects: readonly StoredObject[]): void {
  const prop = firstElement(report, dav("prop"));
  const data = prop && firstElement(prop, cal("calendar-data"));
  const expand = data && firstElement(data, cal("expand"));
  if (!expand) return;
  const from = wallTime(expand.attributes?.["start"] ?? "", "UTC")?.wall ?? 0;
  const to = wallTime(expand.attributes?.["end"] ?? "", "UTC")?.wall ?? Number.POSITIVE_INFINITY;
  for (const stored of objects) {
    for (const event of parseIcal(stored.body).components.filter(
      (component) => component.name === "VEVENT",
    )) {
      overlapsOrFails(context, event, from, to);
    }
  }
  throw new DavFault(501, "NotImplemented", "expand is not simulated");
}

/** REPORT free-busy-query: only its failure on a poison object is played; otherwise 501. */
export function freeBusyQuery(context: ServerContext, place: CalendarPlace, report: XmlNode): DavAnswer {
  const filter = calendarQueryFilter(report);
  for (const stored of calendarOf(context.state, place.instance).objects.values()) {
    matches(context, stored, { ...filter, components: ["VEVENT"] });
  }
  throw new DavFault(501, "NotImplemented", "free-busy-query is not simulated");
}
