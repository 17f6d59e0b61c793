import { RemoteError, type RemoteErrorKind } from "../../http/remote-error.ts";
import { parseRetryAfter } from "../../http/retry-after.ts";
import { isObject, type JsonObject, parseObject, stringAt } from "./json.ts";

/** Codes that mean: the link is no longer known, begin a complete round. Compared in lower case. */
const resyncCodes: ReadonlySet<string> = new Set(["syncstatenotfound", "resyncrequired", "syncstateinvalid"]);

/**
 * The error for an answer of Graph outside 2xx. Decided by status and `error.code`, never by the message.
 * https://learn.microsoft.com/graph/errors
 *
 * @param attempted what was asked, for whom: `agency: sean@example.us: reading the calendars`
 */
export function graphError(
  answer: { readonly status: number; readonly headers: Headers; readonly text: string },
  now: number,
  attempted: string,
): RemoteError {
  const { status, headers } = answer;
  const error = errorOf(answer.text);
  const code = error === null ? undefined : stringAt(error, "code");
  const inner = error === null ? null : innerOf(error);
  const wait = parseRetryAfter(headers.get("retry-after") ?? undefined, now);
  const isResync = [code, inner === null ? undefined : stringAt(inner, "code")].some(
    (found) => found !== undefined && resyncCodes.has(found.toLowerCase()),
  );
  const kind = status < 500 && isResync ? "checkpoint" : classify(status, code, wait !== null);
  const message = error === null ? "" : (stringAt(error, "message") ?? "").slice(0, 200);
  return new RemoteError(
    kind,
    `${attempted} was answered ${[status, code ?? "without a Graph error code", message && `(${message})`].filter(Boolean).join(" ")}`,
    {
      status,
      code,
      retryAt: wait === null ? undefined : now + wait,
      remedy: remedyOf(kind, code),
      requestId: headers.get("request-id") ?? (inner === null ? undefined : stringAt(inner, "request-id")),
    },
  );
}

const notHosted =
  "The mailbox has no licence, is disabled or soft-deleted, or lives on premises: give it its licence back, check `user`, or take the mailbox out of the configuration. Its events stay as they are.";
const noSuchUser = "The tenant has no such user: check `user`.";

/** By code in lower case. */
const remediesByCode: ReadonlyMap<string, string> = new Map([
  ["mailboxnotenabledforrestapi", notHosted],
  ["mailboxnotsupportedforrestapi", notHosted],
  ["mailboxnothostedinexchangeonline", notHosted],
  ["errormailboxnotfound", notHosted],
  ["mailboxnotfound", notHosted],
  ["errornonexistentmailbox", notHosted],
  ["request_resourcenotfound", noSuchUser],
  ["resourcenotfound", noSuchUser],
  ["erroruseridnotfound", noSuchUser],
  ["errorinvaliduser", noSuchUser],
]);

/** True for the only answer that says that an item is gone: 404 with code ErrorItemNotFound. */
export function isItemNotFound(error: unknown): error is RemoteError {
  return (
    error instanceof RemoteError &&
    error.kind === "missing" &&
    error.code?.toLowerCase() === "erroritemnotfound"
  );
}

/** True for what the next request to the mailbox would meet too: credentials, throttling, the network, a stop. */
export function concernsMailbox(error: RemoteError): boolean {
  if (error.kind === "transient") return error.status === undefined;
  return error.kind === "auth" || error.kind === "throttled" || error.kind === "aborted";
}

function errorOf(text: string): JsonObject | null {
  const error = parseObject(text)?.["error"];
  return isObject(error) ? error : null;
}

function innerOf(error: JsonObject): JsonObject | null {
  const inner = error["innerError"] ?? error["innererror"];
  return isObject(inner) ? inner : null;
}

function classify(status: number, code: string | undefined, isTimed: boolean): RemoteErrorKind {
  if (status === 429 || status === 509 || (status === 503 && isTimed)) return "throttled";
  if (status === 501) return "refused";
  if (status >= 500 || status === 408 || status === 423) return "transient";
  if (status === 401) return "auth";
  if (status === 403) return "forbidden";
  if (status === 410) return "checkpoint";
  // A 404 without a Graph code is some proxy's, and says nothing about the thing asked for.
  if (status === 404) return code === undefined ? "protocol" : "missing";
  if (status === 409 || status === 412) return "conflict";
  return status >= 400 ? "refused" : "protocol";
}

function remedyOf(kind: RemoteErrorKind, code: string | undefined): string | undefined {
  const known = code === undefined ? undefined : remediesByCode.get(code.toLowerCase());
  if (known !== undefined && (kind === "missing" || kind === "forbidden")) return known;
  if (kind === "auth") {
    return "Graph refuses the token: check that `cloud` names the right Graph host, and this machine's clock.";
  }
  if (kind === "forbidden") {
    return "Grant the app registration the application permission Calendars.Read with admin consent, or include this mailbox in the scope of its RBAC role (Application Calendars.Read) or ApplicationAccessPolicy; changes take up to two hours.";
  }
  // Graph itself always names a code.
  if (code === undefined && (kind === "refused" || kind === "protocol")) {
    return "Something between here and Graph answers in its place: check proxies.";
  }
  return undefined;
}
