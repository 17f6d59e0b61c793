import { multistatus } from "./answers.ts";
import { DavFault } from "./dav-fault.ts";
import type { Place } from "./layout.ts";
import { dav } from "./names.ts";
import { allProperties, propertyValue, type Subject } from "./properties.ts";
import { propertyResponse, requestedNames } from "./responses.ts";
import {
  calendarPath,
  objectPath,
  type DavAnswer,
  type DavRequest,
  type ServerContext,
} from "./server-context.ts";
import { calendarOf, type Account } from "./state.ts";
import type { XmlNode } from "./xml-node.ts";

type Listed = { readonly href: string; readonly subject: Subject };

/** PROPFIND, depth 0 or 1; infinity is treated as 1, as sabre does. */
export function propfind(
  context: ServerContext,
  request: DavRequest,
  user: Account,
  place: Place,
): DavAnswer {
  const listed = members(context, request, user, place);
  const chosen = request.headers["depth"] === "0" ? listed.slice(0, 1) : listed;
  return multistatus(
    context,
    chosen.map(({ href, subject }) => propertyResponse(subject, href, namesFor(request, subject))),
  );
}

function namesFor(request: DavRequest, subject: Subject): readonly string[] {
  const asked = request.xml ? requestedNames(request.xml) : [];
  if (asked.length > 0) return asked;
  return allProperties.filter((name) => propertyValue(subject, name) !== undefined);
}

/** The resource itself, then its children. */
function members(context: ServerContext, request: DavRequest, user: Account, place: Place): Listed[] {
  const entry = (href: string, at: Place): Listed => ({
    href,
    subject: { context, request, user, place: at },
  });
  switch (place.kind) {
    case "root":
      return [entry(context.layout.root, place)];
    case "principal": {
      const bare = context.switches.barePrincipalHref;
      return [entry(bare ? "/principal/" : context.layout.principal(place.account), place)];
    }
    case "home":
      return [
        entry(context.layout.home(place.account), place),
        ...homeMembers(context, place.account, entry),
      ];
    case "special":
      return [
        entry(`${context.layout.home(place.account)}${place.name}/`, place),
        ...inboxMembers(context, place, entry),
      ];
    case "calendar": {
      const calendar = calendarOf(context.state, place.instance);
      const objects = [...calendar.objects.values()].map((stored): Listed => {
        const at: Place = { ...place, kind: "object", name: stored.name };
        const href = objectPath(context, place.account, place.instance, stored.name);
        return { href, subject: { context, request, user, place: at, stored } };
      });
      return [entry(calendarPath(context, place.account, place.instance), place), ...objects];
    }
    case "object": {
      const stored = calendarOf(context.state, place.instance).objects.get(place.name);
      if (!stored) throw notFound(place.name);
      const href = objectPath(context, place.account, place.instance, place.name);
      return [{ href, subject: { context, request, user, place, stored } }];
    }
    case "absent-calendar":
    case "nothing":
      throw notFound(request.path);
    default:
      throw place satisfies never;
  }
}

function homeMembers(
  context: ServerContext,
  account: Account,
  entry: (href: string, at: Place) => Listed,
): Listed[] {
  const calendars = account.instances.map((instance) =>
    entry(calendarPath(context, account, instance), { kind: "calendar", account, instance }),
  );
  const specials = context.layout.specials.map((name) =>
    entry(`${context.layout.home(account)}${name}/`, { kind: "special", account, name }),
  );
  return context.persona === "icloud" ? [...specials, ...calendars] : [...calendars, ...specials];
}

function inboxMembers(
  context: ServerContext,
  place: Extract<Place, { kind: "special" }>,
  entry: (href: string, at: Place) => Listed,
): Listed[] {
  if (place.name !== "inbox") return [];
  return [...place.account.inbox.keys()].map((name) =>
    entry(`${context.layout.home(place.account)}inbox/${context.layout.encode(name)}`, { kind: "nothing" }),
  );
}

/** 404 as sabre words it. */
export function notFound(name: string): DavFault {
  return new DavFault(404, "NotFound", `File with name ${name} could not be located`);
}

/** Whether the body is a PROPFIND at all. */
export function checkPropfindBody(request: DavRequest): XmlNode | undefined {
  if (request.body.length > 0 && request.xml?.name !== dav("propfind")) {
    throw new DavFault(400, "BadRequest", "Expected {DAV:}propfind");
  }
  return request.xml;
}
