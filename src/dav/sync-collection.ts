import { describeRequest } from "../http/describe-request.ts";
import { RemoteError } from "../http/remote-error.ts";
import { normalizeEtag } from "./etag.ts";
import { isSameHref, resolveHref } from "./href.ts";
import { isSuccess } from "./multistatus.ts";
import { DAV, type DavAnswer, type DavClient, type DavResponse, type Name } from "./protocol.ts";
import { escapeXml, keyOf } from "./xml.ts";
import { xmlDocument, xmlElement } from "./xml-document.ts";

export type SyncRequest = {
  readonly collection: URL;
  /** Null asks for everything. */
  readonly token: string | null;
  /** Wished for number of results per page; servers may ignore it. */
  readonly limit?: number;
};

/** One page of a sync-collection answer (RFC 6578). The collection's own response is never among the members. */
export type SyncPage = {
  readonly changed: readonly SyncedMember[];
  /** Decoded paths of response-level 404s. */
  readonly removed: readonly string[];
  /** Where to go on; good to keep once this page is stored. */
  readonly syncToken: string;
  /** True: another page follows. */
  readonly truncated: boolean;
};

/** `etag` is normalised, null where the server did not say. */
type SyncedMember = { readonly href: string; readonly etag: string | null };

const getEtag: Name = [DAV, "getetag"];
const validSyncToken = keyOf([DAV, "valid-sync-token"]);

/**
 * Asks page by page for what changed since the token, until the server says that this was all.
 *
 * @throws RemoteError `checkpoint` for a token that the server no longer takes, `protocol` for pages that never end.
 */
export async function* syncCollection(
  client: DavClient,
  request: SyncRequest,
  signal: AbortSignal,
): AsyncGenerator<SyncPage, void, undefined> {
  const used = new Set<string | null>([request.token]);
  let token = request.token;
  for (;;) {
    const page = await requestPage(client, { ...request, token }, signal);
    // A page that leads back to a token that was asked with before would go round for ever.
    if (page.truncated && used.has(page.syncToken)) {
      throw new RemoteError(
        "protocol",
        `${describeRequest({ method: "REPORT", url: request.collection })}: the server's pages do not come to an end`,
        { code: "endless-pages" },
      );
    }
    yield page;
    if (!page.truncated) return;
    token = page.syncToken;
    used.add(token);
  }
}

async function requestPage(client: DavClient, request: SyncRequest, signal: AbortSignal): Promise<SyncPage> {
  try {
    return readPage(await client.report(request.collection, "0", reportBody(request), signal), request);
  } catch (error) {
    if (!(error instanceof RemoteError) || request.token === null || error.kind === "checkpoint") throw error;
    const isTokenAtFault =
      refusals.has(error.status ?? 0) ||
      (error.status === 500 && (await isServing(client, request.collection, signal)));
    if (!isTokenAtFault) throw error;
    const { status, code, requestId } = error;
    throw new RemoteError("checkpoint", error.message, { status, code, requestId, cause: error });
  }
}

/**
 * Most servers name `valid-sync-token` when they refuse a token, with whatever status (the client sees to that). Some
 * only refuse the request, which would have been in order without the token.
 */
const refusals = new Set([400, 409, 410, 412]);

/** xandikos, and Baikal on PostgreSQL, fail with a 500 over a token they cannot read, while all else goes well. */
async function isServing(client: DavClient, collection: URL, signal: AbortSignal): Promise<boolean> {
  const { multistatus } = await client.propfind(collection, "0", [[DAV, "sync-token"]], signal);
  return multistatus.responses.some(({ properties }) => properties.has(keyOf([DAV, "sync-token"])));
}

function reportBody({ token, limit }: SyncRequest): string {
  return xmlDocument(
    [DAV, "sync-collection"],
    [
      xmlElement([DAV, "sync-token"], escapeXml(token ?? "")),
      xmlElement([DAV, "sync-level"], "1"),
      limit === undefined ? "" : xmlElement([DAV, "limit"], xmlElement([DAV, "nresults"], String(limit))),
      xmlElement([DAV, "prop"], xmlElement(getEtag)),
    ].join(""),
  );
}

function readPage({ url, multistatus }: DavAnswer, request: SyncRequest): SyncPage {
  const attempted = describeRequest({ method: "REPORT", url });
  const { syncToken, responses } = multistatus;
  const selves = [url, request.collection].map((self) => resolveHref(self.pathname, self));
  const changed: SyncedMember[] = [];
  const removed: string[] = [];
  let truncated = false;
  for (const response of responses) {
    const { href, status } = response;
    if (selves.some((self) => isSameHref(self, href))) {
      if (response.errors.includes(validSyncToken)) {
        throw new RemoteError("checkpoint", `${attempted}: the sync token is no longer known`, {
          status: status ?? 207,
          code: validSyncToken,
        });
      }
      truncated ||= status === 507; // RFC 6578 section 3.6
      continue; // whatever else it says is about the collection's own properties
    }
    if (status === 404 || status === 410) removed.push(href);
    else if (!href.endsWith("/")) changed.push({ href, etag: etagOf(response) });
  }
  if (syncToken === null) {
    throw new RemoteError("protocol", `${attempted}: the answer has no sync token`, { status: 207 });
  }
  return { changed, removed, syncToken, truncated };
}

/** Null also where the server could not look at the member: it is there, and reading it will tell. */
function etagOf({ status, properties }: DavResponse): string | null {
  if (status !== null && !isSuccess(status)) return null;
  return normalizeEtag(properties.get(keyOf(getEtag))?.text);
}
