import { RemoteError, type RemoteErrorKind } from "../http/remote-error.ts";
import { parseRetryAfter } from "../http/retry-after.ts";
import type { HttpResponse } from "../http/transport.ts";
import { parseChallenges } from "./challenge.ts";
import { readErrorBody } from "./dav-error.ts";
import { DAV } from "./protocol.ts";
import { keyOf } from "./xml.ts";

const validSyncToken = keyOf([DAV, "valid-sync-token"]);

/** What an answer means that is not the expected one. `attempted` begins the message; `now` is epoch milliseconds. */
export function answerError(response: HttpResponse, attempted: string, now: number): RemoteError {
  const { status } = response;
  const { errors, message } = readErrorBody(response.text);
  const wait = parseRetryAfter(response.headers.get("retry-after"), now);
  const kind = errors.includes(validSyncToken) ? "checkpoint" : kindOf(status, wait !== null);
  const code = errors[0];
  const explained = [code, message].filter((part) => part !== undefined && part !== null).join(", ");
  return new RemoteError(
    kind,
    `${attempted}: answered ${status}${explained === "" ? "" : ` (${explained})`}${hint(response)}`,
    {
      status,
      code,
      retryAt: wait === null ? undefined : now + wait,
      remedy: remedyFor(kind, response),
      requestId: response.headers.get("x-apple-request-uuid") ?? response.headers.get("x-request-id"),
    },
  );
}

function kindOf(status: number, hasRetryAfter: boolean): RemoteErrorKind {
  switch (status) {
    case 401:
      return "auth";
    case 403:
      return "forbidden";
    case 404:
    case 410:
      return "missing";
    case 409:
    case 412:
      return "conflict";
    case 429:
      return "throttled";
    case 408:
    case 423:
    case 425:
      return "transient";
    case 421: // sent to a server that does not serve this account: nothing about the resource
      return "protocol";
    case 501:
      return "refused";
    case 503:
      return hasRetryAfter ? "throttled" : "transient";
    default:
      if (status >= 500) return "transient";
      return status >= 400 ? "refused" : "protocol";
  }
}

/** What the answer was instead, where that helps. */
function hint(response: HttpResponse): string {
  if (response.status === 401) {
    const schemes = parseChallenges(response.headers.get("www-authenticate") ?? "").map((c) => c.scheme);
    return schemes.length === 0 ? "" : `; the server offers ${schemes.join(" and ")}`;
  }
  const type = response.headers.get("content-type")?.split(";")[0] ?? "no content type";
  return response.status < 300 ? ` with ${type}, which is not the answer asked for` : "";
}

function remedyFor(kind: RemoteErrorKind, response: HttpResponse): string | undefined {
  if (kind === "auth") {
    return "Check user name, password and authentication scheme in the configuration (iCloud needs an app-specific password).";
  }
  if (kind === "forbidden")
    return "Give this account the right to the calendar, or take it out of the configuration.";
  if (response.status === 415) {
    return "Check that the URL names a CalDAV server and that nothing in front of it (a proxy, a firewall) refuses WebDAV.";
  }
  if (response.status < 300) {
    return "Check that the URL names a CalDAV server and that no proxy or login page answers for it.";
  }
  return undefined;
}
