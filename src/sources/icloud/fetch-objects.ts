import { inBatches } from "../../dav/batches.ts";
import { type MultigetResult, multiget } from "../../dav/multiget.ts";
import type { NativeEvent, OwedItem } from "../source.ts";
import type { Account, Collection } from "./account.ts";
import { liesInTheObjects } from "./object-error.ts";
import { looksSpoiled } from "./spoiled.ts";

export type FetchedObjects = {
  readonly staged: readonly NativeEvent[];
  /**
   * Left out, refused, spoiled, or called absent: to be read by themselves. A 404 here is no removal: the object was listed a
   * moment ago, and iCloud's multiget denies objects of shared calendars that are there.
   */
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
  const owed: OwedItem[] = [];
  for (const hrefs of inBatches([...listed.keys()], account.batchSize)) {
    for (const result of await multigetEach(account, collection, hrefs, signal)) {
      const nativeId = result.href;
      if (result.kind === "found" && !looksSpoiled(result.data)) {
        staged.push({ nativeId, etag: result.etag ?? listed.get(nativeId) ?? null, native: result.data });
      } else {
        owed.push({ kind: "fetch", nativeId });
      }
    }
  }
  return { staged, owed };
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
