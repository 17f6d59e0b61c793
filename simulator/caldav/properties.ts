import { logCollectionChange } from "./calendar-store.ts";
import { homeHref } from "./discovery.ts";
import type { Place } from "./layout.ts";
import { cal, cs, dav } from "./names.ts";
import { addressesOf, type DavRequest, type ServerContext } from "./server-context.ts";
import { inviteNodes, privilegeNames, shareAccessName } from "./sharing-properties.ts";
import { calendarOf, type Account, type Calendar, type Instance, type StoredObject } from "./state.ts";
import { syncTokenOf } from "./sync-token.ts";
import { node, type XmlNode } from "./xml-node.ts";

/** The resource a property is asked of, and who asks. */
export type Subject = {
  readonly context: ServerContext;
  readonly request: DavRequest;
  readonly user: Account;
  readonly place: Place;
  /** For an object: what is stored there. */
  readonly stored?: StoredObject;
};

type Content = readonly (XmlNode | string)[];

/** Properties that only the server sets; a PROPPATCH of them is 403. */
export const protectedProperties: ReadonlySet<string> = new Set([
  dav("getetag"),
  dav("getlastmodified"),
  dav("getcontentlength"),
  dav("resourcetype"),
  dav("sync-token"),
  dav("current-user-principal"),
  dav("current-user-privilege-set"),
  dav("supported-report-set"),
  dav("invite"),
  dav("share-access"),
  cs("getctag"),
  cal("supported-calendar-component-set"),
  cal("calendar-home-set"),
  cal("calendar-data"),
]);

/** What allprop and an empty PROPFIND body give. */
export const allProperties: readonly string[] = [
  dav("getcontentlength"),
  dav("resourcetype"),
  dav("getetag"),
  dav("getcontenttype"),
];

/** The value of one property, or undefined where the resource has none (404 in its propstat). */
export function propertyValue(subject: Subject, name: string): Content | undefined {
  const { context, user, place } = subject;
  if (name === dav("current-user-principal")) return [href(context.layout.principal(user))];
  if (name === dav("principal-collection-set") && context.persona === "baikal")
    return [href("/dav.php/principals/")];
  if (name === dav("owner") && "account" in place) return [href(context.layout.principal(place.account))];
  if (name === dav("resourcetype")) return resourceType(subject);
  if (name === dav("current-user-privilege-set") && "account" in place) {
    const access = "instance" in place ? place.instance.access : 1;
    return privilegeNames(access).map((privilege) => node(dav("privilege"), node(privilege)));
  }
  switch (place.kind) {
    case "principal":
      return principalProperty(subject, place.account, name);
    case "calendar":
      return calendarProperty(context, place.instance, name);
    case "object":
      return subject.stored && objectProperty(context, subject.stored, name);
    case "special":
      return name === dav("displayname") && context.persona === "icloud" ? [place.name] : undefined;
    case "root":
    case "home":
    case "absent-calendar":
    case "nothing":
      return undefined;
    default:
      throw place satisfies never;
  }
}

function href(path: string): XmlNode {
  return node(dav("href"), path);
}

function resourceType({ context, place }: Subject): Content | undefined {
  switch (place.kind) {
    case "root":
    case "home":
      return [node(dav("collection"))];
    case "principal":
      return context.persona === "icloud"
        ? [node(dav("collection")), node(dav("principal"))]
        : [node(dav("principal"))];
    case "special":
      return [node(dav("collection")), node(specialType(place.name))];
    case "calendar": {
      const shared: Content =
        place.instance.access === 1 && context.persona !== "plain"
          ? [node(cs("shared-owner"))]
          : place.instance.shareHref === null
            ? []
            : [node(cs("shared"))];
      return [
        node(dav("collection")),
        node(cal("calendar")),
        ...(context.persona === "icloud" ? [] : shared),
      ];
    }
    case "object":
      return [];
    case "absent-calendar":
    case "nothing":
      return undefined;
    default:
      throw place satisfies never;
  }
}

function specialType(name: string): string {
  return name === "notification" ? cs("notification") : cal(`schedule-${name}`);
}

function principalProperty(subject: Subject, account: Account, name: string): Content | undefined {
  const { context } = subject;
  const home = context.layout.home(account);
  switch (name) {
    case dav("displayname"):
      return [account.displayName];
    case dav("principal-URL"):
      return [href(context.layout.principal(account))];
    case cal("calendar-home-set"):
      return [href(homeHref(context, account))];
    case cal("calendar-user-address-set"):
      return addressesOf(context, account).map(href);
    case cal("calendar-user-type"):
      return ["INDIVIDUAL"];
    case cal("schedule-inbox-URL"):
      return context.layout.specials.includes("inbox") ? [href(`${home}inbox/`)] : undefined;
    case cal("schedule-outbox-URL"):
      return context.layout.specials.includes("outbox") ? [href(`${home}outbox/`)] : undefined;
    case cs("email-address-set"):
      return [node(cs("email-address"), account.email)];
    default:
      return undefined;
  }
}

function calendarProperty(context: ServerContext, instance: Instance, name: string): Content | undefined {
  const calendar = calendarOf(context.state, instance);
  switch (name) {
    case cs("getctag"):
      return context.switches.ctag ? [syncTokenOf(context, calendar)] : undefined;
    case dav("sync-token"):
      return context.switches.syncCollection ? [syncTokenOf(context, calendar)] : undefined;
    case dav("getetag"):
      return context.switches.collectionInReports ? [`"${calendar.id}-${calendar.token}"`] : undefined;
    case cal("supported-calendar-component-set"):
      return calendar.components.map((component) => ({
        ...node(cal("comp")),
        attributes: { name: component },
      }));
    case dav("supported-report-set"):
      return reports(context).map((report) =>
        node(dav("supported-report"), node(dav("report"), node(report))),
      );
    case cal("max-resource-size"):
      return ["10000000"];
    case dav("share-access"):
      return context.persona === "baikal" ? [node(dav(shareAccessName(instance.access)))] : undefined;
    case dav("invite"):
      return context.persona === "baikal" ? inviteNodes(context, calendar) : undefined;
    default: {
      const stored = instance.properties.get(name);
      if (stored) return stored.children;
      return name === cal("schedule-calendar-transp") && context.persona === "baikal"
        ? [node(cal(instance.shareHref === null ? "opaque" : "transparent"))]
        : undefined;
    }
  }
}

function reports(context: ServerContext): string[] {
  const always = [cal("calendar-multiget"), cal("calendar-query"), cal("free-busy-query")];
  return context.switches.syncCollection ? [dav("sync-collection"), ...always] : always;
}

function objectProperty(context: ServerContext, stored: StoredObject, name: string): Content | undefined {
  switch (name) {
    case dav("getetag"):
      return [stored.etag];
    case dav("getcontenttype"): {
      const component = stored.index.component.toLowerCase();
      return [
        context.persona === "baikal"
          ? `text/calendar; charset=utf-8; component=${component}`
          : "text/calendar",
      ];
    }
    case dav("getcontentlength"):
      return [String(Buffer.byteLength(stored.body))];
    case cal("calendar-data"):
      return [context.persona === "baikal" ? stored.body.replaceAll("\r", "") : stored.body];
    default:
      return undefined;
  }
}

/** Sets or removes (null) a stored property of a calendar and logs the change. */
export function setProperty(
  calendar: Calendar,
  instance: Instance,
  name: string,
  value: XmlNode | null,
): void {
  if (value) instance.properties.set(name, value);
  else instance.properties.delete(name);
  logCollectionChange(calendar);
}
