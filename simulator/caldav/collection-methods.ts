import { randomUUID } from "node:crypto";
import { emptyAnswer, multistatus, statusLine } from "./answers.ts";
import { createCalendar } from "./calendar-store.ts";
import { DavFault } from "./dav-fault.ts";
import type { Place } from "./layout.ts";
import { cal, dav } from "./names.ts";
import { protectedProperties, setProperty } from "./properties.ts";
import { type DavAnswer, type DavRequest, type ServerContext } from "./server-context.ts";
import { calendarOf, type Account, type Instance } from "./state.ts";
import { elements, firstElement, node, textOf, type XmlNode } from "./xml-node.ts";

/** MKCALENDAR: 405 where something stands already, 403 outside the own home or (iCloud) for a short name. */
export function mkcalendar(context: ServerContext, request: DavRequest, place: Place): DavAnswer {
  if (place.kind !== "absent-calendar") {
    if (place.kind === "nothing") throw new DavFault(409, "Conflict", "Parent node does not exist");
    throw new DavFault(405, "MethodNotAllowed", "The resource you tried to create already exists");
  }
  if (context.persona === "icloud" && place.uri.length < 8)
    throw new DavFault(403, "Forbidden", "name too short");
  const set = request.xml ? elements(request.xml, dav("set")) : [];
  const properties = new Map(
    set
      .flatMap((entry) => elements(entry, dav("prop")))
      .flatMap((prop) => elements(prop))
      .map((property) => [property.name, property]),
  );
  const wanted = properties.get(cal("supported-calendar-component-set"));
  properties.delete(cal("supported-calendar-component-set"));
  const components = wanted
    ? elements(wanted, cal("comp")).map((comp) => comp.attributes?.["name"] ?? "")
    : ["VEVENT", "VTODO"];
  const access = context.persona === "baikal" ? null : 1;
  const spec = { uri: place.uri, components, access, properties, unreadableByMultiget: false } as const;
  place.account.instances.push(createCalendar(context.state, spec));
  return emptyAnswer(201);
}

/** PROPPATCH of a calendar: all or nothing, 403 for what only the server sets, 424 for the rest then. */
export function proppatch(
  context: ServerContext,
  request: DavRequest,
  account: Account,
  instance: Instance,
): DavAnswer {
  const changes: { name: string; value: XmlNode | null }[] = [];
  for (const update of request.xml ? elements(request.xml) : []) {
    const prop = firstElement(update, dav("prop"));
    for (const property of prop ? elements(prop) : []) {
      changes.push({ name: property.name, value: update.name === dav("remove") ? null : property });
    }
  }
  if (request.xml?.name !== dav("propertyupdate"))
    throw new DavFault(400, "BadRequest", "Expected a propertyupdate");
  const refused = changes.some((change) => protectedProperties.has(change.name));
  if (!refused) {
    const calendar = calendarOf(context.state, instance);
    for (const [index, change] of changes.entries()) {
      if (index === 0) setProperty(calendar, instance, change.name, change.value);
      else if (change.value) instance.properties.set(change.name, change.value);
      else instance.properties.delete(change.name);
    }
  }
  const statusFor = (name: string): number => (refused ? (protectedProperties.has(name) ? 403 : 424) : 200);
  const stats = changes.map((change) =>
    node(
      dav("propstat"),
      node(dav("prop"), node(change.name)),
      node(dav("status"), statusLine(statusFor(change.name))),
    ),
  );
  const href = `${context.layout.home(account)}${context.layout.encode(instance.uri)}`;
  return multistatus(context, [node(dav("response"), node(dav("href"), href), ...stats)]);
}

/**
 * POST `application/davsharing+xml` (sabre): a sharee whose href names a principal gets an instance under a
 * random name at once; any other href becomes an invalid invite, and the answer is 200 all the same.
 */
export function shareResource(context: ServerContext, request: DavRequest, owner: Instance): DavAnswer {
  if (request.xml?.name !== dav("share-resource"))
    throw new DavFault(400, "BadRequest", "Unexpected document type");
  for (const sharee of elements(request.xml, dav("sharee"))) {
    const href = firstElement(sharee, dav("href"));
    const access = firstElement(sharee, dav("share-access"));
    if (!href || !access)
      throw new DavFault(400, "BadRequest", "Every {DAV:}sharee must have a {DAV:}href and access");
    const right = elements(access)[0]?.name ?? "";
    share(
      context,
      owner,
      textOf(href),
      right === dav("no-access") ? null : right === dav("read-write") ? 3 : 2,
    );
  }
  return emptyAnswer(200, { "X-Sabre-Status": "everything-went-well" });
}

function share(context: ServerContext, owner: Instance, href: string, access: 2 | 3 | null): void {
  const { accounts, invalidInvites } = context.state;
  for (const account of accounts.values()) {
    const standing = account.instances.find(
      (instance) => instance.calendarId === owner.calendarId && instance.shareHref === href,
    );
    if (!standing) continue;
    if (access === null) account.instances.splice(account.instances.indexOf(standing), 1);
    else standing.access = access;
    return;
  }
  if (access === null) return;
  const principal = [...accounts.values()].find(
    (account) =>
      [`principals/${account.name}`, `/dav.php/principals/${account.name}`].includes(href) ||
      (account.email !== "" && href.toLowerCase() === `mailto:${account.email.toLowerCase()}`),
  );
  if (!principal) {
    invalidInvites.push({ calendarId: owner.calendarId, href, access });
    return;
  }
  principal.instances.push({
    uri: randomUUID(),
    calendarId: owner.calendarId,
    access,
    properties: new Map(owner.properties),
    shareHref: href,
    unreadableByMultiget: false,
  });
}
