import { inBatches } from "../../dav/batches.ts";
import { readCalendar } from "../../dav/calendars.ts";
import { getObject } from "../../dav/get.ts";
import { urlOfHref } from "../../dav/href.ts";
import type { OwedItem, OwedWork, Settlement } from "../source.ts";
import type { Account, Collection } from "./account.ts";
import { multigetEach } from "./fetch-objects.ts";
import { liesInTheObjects } from "./object-error.ts";

/**
 * Works off owed objects: each is read once more, and what stands there decides. Only a GET is believed to say that an
 * object is gone, and only while its collection is still there.
 *
 * @throws RemoteError where the server or the collection cannot be read.
 */
export async function* settleOwed(
  account: Account,
  collection: Collection,
  items: readonly OwedWork[],
  signal: AbortSignal,
): AsyncGenerator<readonly Settlement[], void, undefined> {
  for (const batch of inBatches(items, account.batchSize)) {
    const wanted = batch.filter(({ kind }) => kind !== "tombstone").map(({ nativeId }) => nativeId);
    const results = await multigetEach(account, collection, [...new Set(wanted)], signal);
    const byHref = new Map(results.map((result) => [result.href, result]));
    const settled: Settlement[] = [];
    for (const { kind, nativeId } of batch) {
      const item = { kind, nativeId };
      const answer = kind === "tombstone" ? undefined : byHref.get(nativeId);
      settled.push(
        answer?.kind === "found"
          ? { kind: "staged", item, event: { nativeId, etag: answer.etag, native: answer.data } }
          : await settleAlone(account, collection, item, signal),
      );
    }
    // A collection that was removed or moved away answers 404 for all of its objects: that is no deletion.
    if (settled.some((settlement) => settlement.kind === "gone")) {
      await readCalendar(account.client, collection.url, signal);
    }
    yield settled;
  }
}

async function settleAlone(
  account: Account,
  collection: Collection,
  item: OwedItem,
  signal: AbortSignal,
): Promise<Settlement> {
  const { nativeId } = item;
  try {
    const object = await getObject(account.client, urlOfHref(nativeId, collection.url), signal);
    if (object === null) return { kind: "gone", item };
    return { kind: "staged", item, event: { nativeId, etag: object.etag, native: object.data } };
  } catch (error) {
    if (!liesInTheObjects(error)) throw error;
    return { kind: "failed", item, error };
  }
}
