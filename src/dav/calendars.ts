import { RemoteError } from "../http/remote-error.ts";
import { describeRequest } from "../http/describe-request.ts";
import { isSameHref, resolveHref, urlOfHref } from "./href.ts";
import { isSuccess } from "./multistatus.ts";
import {
  APPLE_ICAL,
  CALDAV,
  CALENDARSERVER,
  DAV,
  type DavClient,
  type DavResponse,
  type Element,
  type Name,
} from "./protocol.ts";
import { childNamed, childrenNamed, keyOf } from "./xml.ts";

/** A calendar collection (RFC 4791 section 4.2) that may hold VEVENTs. */
export type DavCalendar = {
  /** Decoded path, with a trailing slash. */
  readonly href: string;
  readonly url: URL;
  /** Verbatim, null where not set. */
  readonly displayName: string | null;
  /** As the server has it, `#RRGGBB` or `#RRGGBBAA`. */
  readonly color: string | null;
  readonly ctag: string | null;
  readonly syncToken: string | null;
  /** Component names in upper case; null: the server does not say, so all. */
  readonly components: readonly string[] | null;
  /** Privilege keys `{DAV:}write` … (RFC 3744); null: the server does not say. */
  readonly privileges: ReadonlySet<string> | null;
  /** Report keys `{DAV:}sync-collection` …; null: the server does not say. */
  readonly reports: ReadonlySet<string> | null;
};

const resourceType: Name = [DAV, "resourcetype"];
const displayName: Name = [DAV, "displayname"];
const color: Name = [APPLE_ICAL, "calendar-color"];
const ctag: Name = [CALENDARSERVER, "getctag"];
const syncToken: Name = [DAV, "sync-token"];
const components: Name = [CALDAV, "supported-calendar-component-set"];
const privileges: Name = [DAV, "current-user-privilege-set"];
const reports: Name = [DAV, "supported-report-set"];
const wanted = [resourceType, displayName, color, ctag, syncToken, components, privileges, reports];

/**
 * All event calendars of a home (PROPFIND Depth 1). An empty list only where the server showed the home itself.
 *
 * @throws RemoteError also where a single response failed with a 5xx.
 */
export async function listCalendars(
  client: DavClient,
  home: URL,
  signal: AbortSignal,
): Promise<readonly DavCalendar[]> {
  const { url, multistatus } = await client.propfind(home, "1", wanted, signal);
  const { responses } = multistatus;
  const self = resolveHref(url.pathname, url);
  for (const response of responses) assertReadable(response, url);
  const calendars = responses.filter(isEventCalendar).map((response) => toCalendar(response, url));
  if (calendars.length === 0 && !responses.some((response) => isSameHref(response.href, self))) {
    throw new RemoteError(
      "protocol",
      `${describeRequest({ method: "PROPFIND", url })}: the answer lists nothing`,
      {
        status: 207,
        remedy: "Check that the URL is that of the account's calendars; nothing is taken for removed.",
      },
    );
  }
  return calendars;
}

/** One calendar (PROPFIND Depth 0). @throws RemoteError `missing` for a 404, `protocol` if it is no event calendar. */
export async function readCalendar(
  client: DavClient,
  calendar: URL,
  signal: AbortSignal,
): Promise<DavCalendar> {
  const { url, multistatus } = await client.propfind(calendar, "0", wanted, signal);
  const self = resolveHref(url.pathname, url);
  const { responses } = multistatus;
  // xandikos misspells the href of a collection that is not there; a failure that stands alone is the answer.
  const alone = responses.length === 1 ? responses.find(({ status }) => status !== null) : undefined;
  const response = responses.find(({ href }) => isSameHref(href, self)) ?? alone;
  const attempted = describeRequest({ method: "PROPFIND", url });
  if (response === undefined) {
    throw new RemoteError("protocol", `${attempted}: the answer leaves the calendar out`, { status: 207 });
  }
  assertReadable(response, url);
  if (response.status === 404 || response.status === 410) {
    throw new RemoteError("missing", `${attempted}: the calendar is not there`, { status: response.status });
  }
  if (!isEventCalendar(response)) {
    throw new RemoteError("protocol", `${attempted}: this is no calendar for events`, {
      status: response.status ?? 207,
      remedy: "Check that the URL names a calendar, and that the calendar may hold events.",
    });
  }
  return toCalendar(response, url);
}

/** A resource that the server could not look at leaves the listing incomplete. */
function assertReadable(response: DavResponse, url: URL): void {
  const status = response.status ?? response.missing.get(keyOf(resourceType)) ?? 200;
  if (status < 500) return;
  throw new RemoteError(
    "transient",
    `${describeRequest({ method: "PROPFIND", url })}: ${response.href} answered ${status}`,
    { status },
  );
}

function isEventCalendar(response: DavResponse): boolean {
  if (response.status !== null && !isSuccess(response.status)) return false;
  const type = response.properties.get(keyOf(resourceType));
  if (type === undefined || childNamed(type, [CALDAV, "calendar"]) === undefined) return false;
  return componentsOf(response)?.includes("VEVENT") ?? true;
}

function toCalendar(response: DavResponse, base: URL): DavCalendar {
  const textOf = (name: Name): string | null => response.properties.get(keyOf(name))?.text ?? null;
  const trimmed = (name: Name): string | null => textOf(name)?.trim() || null;
  const href = response.href.endsWith("/") ? response.href : `${response.href}/`;
  return {
    href,
    url: urlOfHref(href, base),
    displayName: textOf(displayName) || null,
    color: trimmed(color),
    ctag: trimmed(ctag),
    syncToken: trimmed(syncToken),
    components: componentsOf(response),
    privileges: keysWithin(response.properties.get(keyOf(privileges)), [DAV, "privilege"]),
    reports: reportsOf(response),
  };
}

function componentsOf(response: DavResponse): readonly string[] | null {
  const set = response.properties.get(keyOf(components));
  if (set === undefined || set.children.length === 0) return null;
  return childrenNamed(set, [CALDAV, "comp"]).map((comp) =>
    (comp.attributes.get("name") ?? "").toUpperCase(),
  );
}

/** xandikos lists reports in a shape of its own: an empty set says nothing. */
function reportsOf(response: DavResponse): ReadonlySet<string> | null {
  const property = response.properties.get(keyOf(reports));
  const keys = keysWithin(property, [DAV, "supported-report"], [DAV, "report"]);
  return keys === null || keys.size === 0 ? null : keys;
}

/** Keys of the elements at the end of a path of names. */
function keysWithin(property: Element | undefined, ...path: readonly Name[]): ReadonlySet<string> | null {
  if (property === undefined) return null;
  let level: readonly Element[] = [property];
  for (const name of path) level = level.flatMap((element) => childrenNamed(element, name));
  return new Set(
    level.flatMap(({ children }) => children.map((child) => keyOf([child.namespace, child.local]))),
  );
}
