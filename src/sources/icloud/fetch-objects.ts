import { inBatches } from "../../dav/batches.ts";
import { type MultigetResult, multiget } from "../../dav/multiget.ts";
import type { NativeEvent, OwedItem } from "../source.ts";
import type { Account, Collection } from "./account.ts";
import { liesInTheObjects } from "./object-error.ts";

export type FetchedObjects = {
  readonly staged: readonly NativeEvent[];
  /** Hrefs with a 404 of their own. */
  readonly gone: readonly string[];
  /** Left out, refused, or without a body: to be read again. */
  readonly owed: readonly OwedItem[];
};

/**
 * Reads listed objects by calendar-multiget, every href with an outcome of its own.
 * `listed` holds the ETags of the listing, for servers whose multiget names none.
 *
 * @throws RemoteError where the server as a whole cannot be read.
 */
export async function fetchObjects(
  account: Account,
  collection: Collection,
  listed: ReadonlyMap<string, string | null>,
  signal: AbortSignal,
): Promise<FetchedObjects> {
  const staged: NativeEvent[] = [];
  const gone: string[] = [];
  const owed: OwedItem[] = [];
  for (const hrefs of inBatches([...listed.keys()], account.batchSize)) {
    for (const result of await multigetEach(account, collection, hrefs, signal)) {
      const nativeId = result.href;
      if (result.kind === "found") {
        staged.push({ nativeId, etag: result.etag ?? listed.get(nativeId) ?? null, native: result.data });
      } else if (result.kind === "failed" && isAbsent(result.status)) {
        gone.push(nativeId);
      } else {
        owed.push({ kind: "fetch", nativeId });
      }
    }
  }
  return { staged, gone, owed };
}

/**
 * One multiget; a request that failed because of some object in it leaves all of its hrefs unanswered.
 *
 * @throws RemoteError where the server as a whole cannot be read.
 */
export async function multigetEach(
  account: Account,
  collection: Collection,
  hrefs: readonly string[],
  signal: AbortSignal,
): Promise<readonly MultigetResult[]> {
  try {
    return await multiget(account.client, collection.url, hrefs, signal);
  } catch (error) {
    if (!liesInTheObjects(error)) throw error;
    return hrefs.map((href) => ({ kind: "unanswered", href }));
  }
}

/** True for the statuses that say that a resource is not there. */
export const isAbsent = (status: number): boolean => status === 404 || status === 410;
