import { readCalendar } from "../../dav/calendars.ts";
import { syncCollection } from "../../dav/sync-collection.ts";
import { RemoteError } from "../../http/remote-error.ts";
import type { Account, Collection } from "./account.ts";

/** A whole answer to sync-collection, all its pages taken together. */
export type Changes = {
  /** ETags by href; null where the server named none. */
  readonly changed: ReadonlyMap<string, string | null>;
  readonly removed: readonly string[];
  readonly token: string;
};

/**
 * Everything that changed since the token (null: everything that is there). Null if the server does not do
 * sync-collection on this collection.
 *
 * @throws RemoteError `checkpoint` for a token that the server no longer knows, in whatever way it says so.
 */
export async function readChanges(
  account: Account,
  collection: Collection,
  token: string | null,
  signal: AbortSignal,
): Promise<Changes | null> {
  try {
    const changes = await gather(account, collection, token, signal);
    if (token !== null && isEmpty(changes)) await refuseTokenAhead(account, collection, token, signal);
    return changes;
  } catch (error) {
    if (error instanceof RemoteError && isRefusal(error, token)) return null;
    throw error;
  }
}

/**
 * True where the server was there and did not do what it was asked. Servers without sync-collection say so in many
 * ways, some with a 404 or a 500: without a token, whatever is not about credentials or load. With one, a refusal may
 * lie in the token, and only what cannot is taken for it.
 */
function isRefusal(error: RemoteError, token: string | null): boolean {
  if (token !== null) return error.kind !== "checkpoint" && refusals.has(error.status ?? 0);
  if (error.kind === "protocol") return true;
  return (
    error.status !== undefined && error.kind !== "throttled" && error.status !== 401 && error.status !== 503
  );
}

const refusals: ReadonlySet<number> = new Set([400, 403, 405, 501]);

const isEmpty = (changes: Changes) => changes.changed.size === 0 && changes.removed.length === 0;

/** A later page overrides an earlier one: the collection may change while it is read. */
async function gather(
  account: Account,
  collection: Collection,
  token: string | null,
  signal: AbortSignal,
): Promise<Changes> {
  const changed = new Map<string, string | null>();
  const removed = new Set<string>();
  let last = token;
  for await (const page of syncCollection(account.client, { collection: collection.url, token }, signal)) {
    for (const href of page.removed) {
      removed.add(href);
      changed.delete(href);
    }
    for (const { href, etag } of page.changed) {
      changed.set(href, etag);
      removed.delete(href);
    }
    last = page.syncToken;
  }
  if (last === null) {
    throw new RemoteError("protocol", `The server gave no sync token for ${collection.subject}.`);
  }
  return { changed, removed: [...removed], token: last };
}

/**
 * sabre/dav takes any number as a token and calls one from the future unchanged. Where the server was set
 * back (restored from a backup), a client that trusts this would be blind until the numbers have caught up.
 */
async function refuseTokenAhead(
  account: Account,
  collection: Collection,
  token: string,
  signal: AbortSignal,
): Promise<void> {
  const ours = sabreNumber(token);
  if (ours === null) return;
  const theirs = sabreNumber((await readCalendar(account.client, collection.url, signal)).syncToken);
  if (theirs !== null && ours <= theirs) return;
  throw new RemoteError(
    "checkpoint",
    `The sync token of ${collection.subject} is ahead of the server, which must have been set back.`,
  );
}

const sabreNumber = (token: string | null): bigint | null => {
  const digits = /^http:\/\/sabre\.io\/ns\/sync\/(\d+)$/.exec(token ?? "")?.[1];
  return digits === undefined ? null : BigInt(digits);
};
