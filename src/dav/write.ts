import { describeRequest } from "../http/describe-request.ts";
import { RemoteError } from "../http/remote-error.ts";
import { readErrorBody } from "./dav-error.ts";
import { normalizeEtag } from "./etag.ts";
import { hiddenFailure } from "./hidden-failure.ts";
import { isSuccess } from "./multistatus.ts";
import { CALDAV, type DavClient, type DavExchange } from "./protocol.ts";

export type PutRequest = {
  readonly url: URL;
  readonly ics: string;
  /** `If-None-Match: *`, or `If-Match` with this ETag. There is no unconditional write. */
  readonly condition: { readonly kind: "absent" } | { readonly kind: "match"; readonly etag: string };
};

/** Codes are precondition keys (`{urn:ietf:params:xml:ns:caldav}no-uid-conflict`), null where the server named none. */
type RefusedWrite = {
  readonly kind: "refused";
  readonly status: number;
  readonly code: string | null;
  /** What the server said, a full sentence. */
  readonly reason: string;
};

export type PutOutcome =
  /** `etag` is normalised; null: the server gave none (sabre/dav: it changed the body), so read the object back. */
  | { readonly kind: "written"; readonly etag: string | null }
  | { readonly kind: "precondition-failed" }
  /** 404 or 410 on `match`: the object is gone. */
  | { readonly kind: "missing" }
  | RefusedWrite;

export type DeleteOutcome =
  | { readonly kind: "removed" }
  | { readonly kind: "missing" }
  | { readonly kind: "precondition-failed" }
  | RefusedWrite;

/** No server-side mail (RFC 6638 section 8.1; sabre/dav honours it on PUT as well). */
const silently = { "schedule-reply": "F" };

/**
 * Writes one calendar object, always with `Schedule-Reply: F` (no server-side mail).
 *
 * @throws RemoteError `missing` where the collection is gone (404, 410, or 409 without a precondition, on `absent`), `transient` and the like:
 *   then it is not known whether the write landed.
 */
export async function putObject(
  client: DavClient,
  { url, ics, condition }: PutRequest,
  signal: AbortSignal,
): Promise<PutOutcome> {
  const headers = {
    ...silently,
    "content-type": "text/calendar; charset=utf-8",
    ...(condition.kind === "absent" ? { "if-none-match": "*" } : ifMatch(condition.etag, "PUT", url)),
  };
  const answer = await client.exchange({ method: "PUT", url, headers, body: ics }, signal);
  refusePage(answer, "PUT");
  const failure = failureOf(answer);
  if (failure === null) return { kind: "written", etag: normalizeEtag(answer.headers.get("etag")) };
  if (condition.kind === "absent" && isCollectionGone(failure)) {
    const { status } = answer;
    throw new RemoteError(
      "missing",
      `${describeRequest({ method: "PUT", url })}: the collection is not there`,
      { status },
    );
  }
  return failure;
}

/** Deletes one calendar object if it still has the ETag, always with `Schedule-Reply: F`. @throws RemoteError */
export async function deleteObject(
  client: DavClient,
  { url, etag }: { readonly url: URL; readonly etag: string },
  signal: AbortSignal,
): Promise<DeleteOutcome> {
  const headers = { ...silently, ...ifMatch(etag, "DELETE", url) };
  const answer = await client.exchange({ method: "DELETE", url, headers }, signal);
  refusePage(answer, "DELETE");
  return failureOf(answer) ?? { kind: "removed" };
}

/** A write is answered 201 or 204; 200 with a page is a login or a maintenance notice, and nothing was written. */
function refusePage({ url, status, headers }: DavExchange, method: string): void {
  if (status !== 200 || !/^\s*text\/html\b/i.test(headers.get("content-type") ?? "")) return;
  throw new RemoteError("protocol", `${describeRequest({ method, url })}: answered with a page of HTML`, {
    status,
    remedy: "Check that the URL names a CalDAV server and that no proxy or login page answers for it.",
  });
}

/** RFC 4918 section 9.7.1: 409 where the parent is not there. A 409 about the object itself names a precondition. */
function isCollectionGone(failure: Failure): boolean {
  return (
    failure.kind === "missing" ||
    (failure.kind === "refused" && failure.status === 409 && failure.code === null)
  );
}

/** An empty ETag would make the write unconditional on some servers. */
function ifMatch(etag: string, method: string, url: URL): { readonly "if-match": string } {
  const normalized = normalizeEtag(etag);
  if (normalized === null || normalized === '"*"') {
    throw new RemoteError(
      "refused",
      `${describeRequest({ method, url })}: not sent, there is no ETag to match`,
    );
  }
  return { "if-match": normalized };
}

type Failure = { readonly kind: "precondition-failed" } | { readonly kind: "missing" } | RefusedWrite;

function failureOf(answer: DavExchange): Failure | null {
  // xandikos answers a PUT with 207 and hides the failure, such as 412 no-uid-conflict, inside.
  const { status, errors } = hiddenFailure(answer) ?? answer;
  if (isSuccess(status)) return null;
  const [code] = errors;
  if (status === 404 || status === 410) return { kind: "missing" };
  // A 412 that names a precondition of CalDAV means the body, not the ETag; DAViCal names the header (`if-match`).
  const isAboutBody = code?.startsWith(`{${CALDAV}}`) === true;
  if (status === 412 && !isAboutBody) return { kind: "precondition-failed" };
  const { message } = readErrorBody(answer.text);
  const said = [code, message].filter((part) => part !== undefined && part !== null).join(": ");
  return {
    kind: "refused",
    status,
    code: code ?? null,
    reason: `The server refused the object with ${status}${said === "" ? "" : ` (${said})`}.${remedyFor(status)}`,
  };
}

function remedyFor(status: number): string {
  if (status === 403) return " Give this account the right to write to the calendar.";
  if (status === 415)
    return " Check the event in the calendar that it comes from, and save it there once more.";
  return "";
}
