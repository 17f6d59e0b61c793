import { davHeader, emptyAnswer, faultAnswer } from "./answers.ts";
import { authenticate } from "./authentication.ts";
import { calendarMultiget, calendarQuery, freeBusyQuery } from "./calendar-reports.ts";
import { mkcalendar, proppatch, shareResource } from "./collection-methods.ts";
import { DavFault } from "./dav-fault.ts";
import { deleteCalendar, deleteObject } from "./delete.ts";
import { wellKnownAnswer, wrongHostAnswer } from "./discovery.ts";
import type { Place } from "./layout.ts";
import { cal, dav } from "./names.ts";
import { checkPropfindBody, notFound, propfind } from "./propfind.ts";
import { putObject } from "./put.ts";
import type { DavAnswer, DavRequest, ServerContext } from "./server-context.ts";
import { calendarOf, type Account } from "./state.ts";
import { syncCollection } from "./sync-collection.ts";
import { node } from "./xml-node.ts";

/** Answers one request, and says whose it was. Never throws for anything a client did. */
export async function handle(
  context: ServerContext,
  request: DavRequest,
): Promise<{ answer: DavAnswer; user: string | null }> {
  let user: string | null = null;
  try {
    const early = answerWithoutUser(context, request);
    if (early) return { answer: early, user };
    const account = authenticate(context, request);
    user = account.name;
    const elsewhere = context.persona === "icloud" ? wrongHostAnswer(context, request, account) : undefined;
    return { answer: elsewhere ?? (await answerTo(context, request, account)), user };
  } catch (error) {
    if (error instanceof DavFault) return { answer: faultAnswer(context, error), user };
    throw error;
  }
}

function answerWithoutUser(context: ServerContext, request: DavRequest): DavAnswer | undefined {
  const { outage, upgradeNeeded } = context.switches;
  if (outage)
    return emptyAnswer(outage.status, outage.retryAfter === null ? {} : { "Retry-After": outage.retryAfter });
  if (/^\/\.well-known\/caldav\/?$/.test(request.path)) return wellKnownAnswer(context);
  if (context.persona !== "baikal") return undefined;
  if (!/^\/dav\.php(\/|$)/.test(request.path)) {
    if (request.path !== "/" && !request.path.startsWith("/admin/")) return emptyAnswer(404);
    return {
      status: 200,
      headers: { "Content-Type": "text/html; charset=utf-8" },
      body: "<html><body>Baïkal</body></html>",
    };
  }
  return upgradeNeeded ? emptyAnswer(302, { Location: `${context.entryOrigin}/admin/install/` }) : undefined;
}

async function answerTo(context: ServerContext, request: DavRequest, user: Account): Promise<DavAnswer> {
  const place = context.layout.resolve(context.state, request.path);
  if ("account" in place && place.account !== user) throw needPrivileges(request.path, dav("read"));
  switch (request.method) {
    case "OPTIONS":
      return emptyAnswer(200, {
        DAV: davHeader(context),
        Allow: "OPTIONS, GET, HEAD, DELETE, PROPFIND, PUT, PROPPATCH, COPY, MOVE, REPORT, MKCALENDAR",
      });
    case "PROPFIND":
      checkPropfindBody(request);
      return propfind(context, request, user, place);
    case "PROPPATCH":
      if (place.kind === "calendar") return proppatch(context, request, user, place.instance);
      throw place.kind === "nothing" || place.kind === "absent-calendar"
        ? notFound(request.path)
        : forbidden();
    case "REPORT":
      return report(context, request, user, place);
    case "GET":
    case "HEAD":
      return get(context, request, place);
    case "PUT":
      return put(context, request, place);
    case "DELETE":
      return remove(context, request, place);
    case "MKCALENDAR":
      return mkcalendar(context, request, place);
    case "POST":
      return post(context, request, place);
    default:
      throw new DavFault(501, "NotImplemented", `${request.method} is not simulated`);
  }
}

function report(context: ServerContext, request: DavRequest, user: Account, place: Place): DavAnswer {
  const body = request.xml;
  if (!body) throw new DavFault(400, "BadRequest", "the body is no XML");
  if (place.kind === "nothing" || place.kind === "absent-calendar") throw notFound(request.path);
  if (body.name === cal("calendar-multiget")) return calendarMultiget(context, request, user, place, body);
  if (place.kind === "calendar") {
    if (body.name === dav("sync-collection")) return syncCollection(context, request, user, place, body);
    if (body.name === cal("calendar-query")) return calendarQuery(context, request, user, place, body);
    if (body.name === cal("free-busy-query")) return freeBusyQuery(context, place, body);
  }
  throw new DavFault(403, "ReportNotSupported", "", { condition: node(dav("supported-report")) });
}

function get(context: ServerContext, request: DavRequest, place: Place): DavAnswer {
  if (place.kind !== "object") {
    if (place.kind === "nothing" || place.kind === "absent-calendar") throw notFound(request.path);
    if (context.persona !== "baikal") throw new DavFault(405, "MethodNotAllowed", "no listing by GET");
    return {
      status: 200,
      headers: { "Content-Type": "text/html; charset=utf-8" },
      body: "<html><body>browser</body></html>",
    };
  }
  const stored = calendarOf(context.state, place.instance).objects.get(place.name);
  if (!stored) throw notFound(place.name);
  if (request.headers["if-none-match"] === stored.etag) return emptyAnswer(304, { ETag: stored.etag });
  return {
    status: 200,
    headers: { "Content-Type": "text/calendar; charset=utf-8", ETag: stored.etag },
    body: request.method === "HEAD" ? "" : stored.body,
  };
}

async function put(context: ServerContext, request: DavRequest, place: Place): Promise<DavAnswer> {
  if (place.kind === "object") {
    if (place.instance.access === 2) throw needPrivileges(request.path, dav("write-content"));
    return putObject(context, request, place);
  }
  if (place.kind !== "nothing") throw new DavFault(409, "Conflict", "PUT is not allowed on non-files.");
  if (context.persona === "plain") throw new DavFault(409, "Conflict", "the collection does not exist");
  throw notFound(request.path);
}

async function remove(context: ServerContext, request: DavRequest, place: Place): Promise<DavAnswer> {
  if (place.kind === "object") {
    if (place.instance.access === 2) throw needPrivileges(request.path, dav("unbind"));
    return deleteObject(context, request, place);
  }
  if (place.kind === "calendar") {
    deleteCalendar(context.state, place);
    return emptyAnswer(204);
  }
  if (place.kind === "nothing" || place.kind === "absent-calendar") throw notFound(request.path);
  throw forbidden();
}

function post(context: ServerContext, request: DavRequest, place: Place): DavAnswer {
  const sharing = (request.headers["content-type"] ?? "").includes("application/davsharing+xml");
  if (context.persona !== "baikal" || !sharing || place.kind !== "calendar") {
    throw new DavFault(501, "NotImplemented", "there is no handler for this POST");
  }
  if (place.instance.shareHref !== null) throw needPrivileges(request.path, dav("share"));
  return shareResource(context, request, place.instance);
}

function forbidden(): DavFault {
  return new DavFault(403, "Forbidden", "Permission denied");
}

function needPrivileges(path: string, privilege: string): DavFault {
  const resource = node(dav("resource"), node(dav("href"), path), node(dav("privilege"), node(privilege)));
  return new DavFault(
    403,
    "Sabre\\DAVACL\\Exception\\NeedPrivileges",
    "User did not have the required privileges",
    {
      condition: node(dav("need-privileges"), resource),
    },
  );
}
