import { readCalendar } from "../dav/calendars.ts";
import { nameOfHref } from "../dav/href.ts";
import type { DavClient } from "../dav/protocol.ts";
import { syncCollection } from "../dav/sync-collection.ts";
import { RemoteError } from "../http/remote-error.ts";
import type { SinkChanges } from "./sink.ts";

/**
 * What changed in a collection since it was looked at: one request (PROPFIND for its sync token) where nothing did.
 * See `TargetCollection.changes`.
 */
export async function collectionChanges(
  client: DavClient,
  collection: URL,
  since: string | null,
  signal: AbortSignal,
): Promise<SinkChanges> {
  const { syncToken, ctag, reports } = await readCalendar(client, collection, signal);
  if (syncToken === null || reports?.has("{DAV:}sync-collection") === false) {
    const token = ctag === null ? null : `${ctagPrefix}${ctag}`;
    if (token !== null && token === since) return unchanged(token);
    return { kind: "untracked", token };
  }
  if (since === syncToken) return unchanged(syncToken);
  if (since === null || since.startsWith(ctagPrefix)) return { kind: "untracked", token: syncToken };
  // sabre/dav takes any number as a token and calls one from the future unchanged: the collection's own one tells.
  if (isAhead(since, syncToken)) return { kind: "went back", token: syncToken };
  return (await changesSince(client, collection, since, signal)) ?? { kind: "unknown", token: syncToken };
}

/** What begins the token of a collection that has a ctag only. */
const ctagPrefix = "ctag ";

const unchanged = (token: string): SinkChanges => ({
  kind: "changed",
  etags: new Map(),
  removed: [],
  token,
});

/** A later page overrides an earlier one. Null where the server does not know the token any more. */
async function changesSince(
  client: DavClient,
  collection: URL,
  since: string,
  signal: AbortSignal,
): Promise<SinkChanges | null> {
  const etags = new Map<string, string | null>();
  const removed = new Set<string>();
  let token = since;
  try {
    for await (const page of syncCollection(client, { collection, token: since }, signal)) {
      for (const href of page.removed) {
        removed.add(nameOfHref(href));
        etags.delete(nameOfHref(href));
      }
      for (const { href, etag } of page.changed) {
        etags.set(nameOfHref(href), etag);
        removed.delete(nameOfHref(href));
      }
      token = page.syncToken;
    }
  } catch (error) {
    if (error instanceof RemoteError && isAboutToken(error)) return null;
    throw error;
  }
  return { kind: "changed", etags, removed: [...removed], token };
}

/** The server is there and would not answer: a listing tells more than another try. */
function isAboutToken(error: RemoteError): boolean {
  return error.kind === "checkpoint" || [400, 403, 405, 501].includes(error.status ?? 0);
}

function isAhead(ours: string, theirs: string): boolean {
  const [mine, its] = [sabreNumber(ours), sabreNumber(theirs)];
  return mine !== null && its !== null && mine > its;
}

const sabreNumber = (token: string): bigint | null => {
  const digits = /^http:\/\/sabre\.io\/ns\/sync\/(\d+)$/.exec(token)?.[1];
  return digits === undefined ? null : BigInt(digits);
};
