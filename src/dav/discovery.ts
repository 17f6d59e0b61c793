import { describeRequest } from "../http/describe-request.ts";
import { RemoteError } from "../http/remote-error.ts";
import { CALDAV, DAV, type DavAnswer, type DavClient, type Name } from "./protocol.ts";
import { childrenNamed, keyOf } from "./xml.ts";

/** Where an account's calendars live. Keep the first home and discover again on 401, 403, 404 or 421. */
export type DavHome = {
  readonly principal: URL;
  /** `CALDAV:calendar-home-set` (RFC 4791 section 6.2.1): nearly always one, possibly on another host. */
  readonly homes: readonly [URL, ...URL[]];
};

const currentUserPrincipal: Name = [DAV, "current-user-principal"];
const calendarHomeSet: Name = [CALDAV, "calendar-home-set"];

/**
 * Finds principal and home from whatever URL the user was told: the URL itself, then `/.well-known/caldav`
 * (RFC 6764), then the root. What stops the search for good (credentials refused, server down) stops it at once.
 *
 * @throws RemoteError: what the server answered to the URL itself, or `protocol` where it names no principal or home.
 */
export async function discoverHome(client: DavClient, entry: URL, signal: AbortSignal): Promise<DavHome> {
  const candidates = [entry, new URL("/.well-known/caldav", entry), new URL("/", entry)];
  let first: RemoteError | undefined;
  for (const candidate of candidates) {
    try {
      const home = await homeFrom(client, candidate, signal);
      if (home !== undefined) return home;
    } catch (error) {
      if (!(error instanceof RemoteError) || !mayBeElsewhere(error)) throw error;
      first ??= error;
    }
  }
  throw first ?? nothingFound(entry);
}

/** Undefined where the server has nothing at this URL that leads to a home. */
async function homeFrom(client: DavClient, start: URL, signal: AbortSignal): Promise<DavHome | undefined> {
  const answer = await client.propfind(start, "0", [currentUserPrincipal, calendarHomeSet], signal);
  const [principal] = hrefsIn(answer, currentUserPrincipal);
  // The user may have named the principal itself; some servers answer for it without naming it.
  const target = principal ?? (hrefsIn(answer, calendarHomeSet).length > 0 ? answer.url : undefined);
  if (target === undefined) return undefined;
  const described = await client.propfind(target, "0", [calendarHomeSet], signal);
  const [home, ...others] = hrefsIn(described, calendarHomeSet);
  if (home === undefined) return undefined;
  return { principal: described.url, homes: [asCollection(home), ...others.map(asCollection)] };
}

function asCollection(url: URL): URL {
  return url.pathname.endsWith("/") ? url : new URL(`${url.pathname}/`, url);
}

/**
 * The hrefs in a property of a Depth 0 answer. It has one response, whose own href is not looked at: iCloud calls the
 * principal that it was asked for just `/principal/`.
 */
function hrefsIn({ url, multistatus }: DavAnswer, name: Name): readonly URL[] {
  const hrefs = multistatus.responses.flatMap(({ properties }) => {
    const property = properties.get(keyOf(name));
    return property === undefined ? [] : childrenNamed(property, [DAV, "href"]);
  });
  const texts = hrefs.map(({ text }) => text.trim()).filter((text) => text !== "");
  return texts.filter((text) => URL.canParse(text, url.href)).map((text) => new URL(text, url));
}

/** Whether another URL of the same server may still lead to the home. */
function mayBeElsewhere(error: RemoteError): boolean {
  switch (error.kind) {
    case "missing":
    case "forbidden":
    case "refused":
    case "conflict":
    case "protocol":
    case "checkpoint":
      return true;
    case "auth":
    case "transient":
    case "throttled":
    case "aborted":
      return false;
    default:
      return error.kind satisfies never;
  }
}

function nothingFound(entry: URL): RemoteError {
  const attempted = describeRequest({ method: "PROPFIND", url: entry });
  return new RemoteError("protocol", `${attempted}: the server names no principal with a calendar home`, {
    code: "no-calendar-home",
    remedy:
      "Check the URL: it should be the one that a calendar app would be given (for Baikal …/dav.php/). If the server never asks for a password, set `auth: basic` for this account.",
  });
}
