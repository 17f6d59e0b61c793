import { inBatches } from "../../dav/batches.ts";
import { readCalendar } from "../../dav/calendars.ts";
import { getObject } from "../../dav/get.ts";
import { urlOfHref } from "../../dav/href.ts";
import type { MultigetResult } from "../../dav/multiget.ts";
import type { OwedItem, OwedWork, Settlement } from "../source.ts";
import type { Account, Collection } from "./account.ts";
import { isAbsent, multigetEach } from "./fetch-objects.ts";
import { liesInTheObjects } from "./object-error.ts";

/**
 * Works off owed objects: each is read once more, and what stands there decides. An object is `gone` only by a
 * 404 of its own while its collection is still there.
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
    const hrefs = [...new Set(batch.map((item) => item.nativeId))];
    const results = await multigetEach(account, collection, hrefs, signal);
    const byHref = new Map(results.map((result) => [result.href, result]));
    const settled: Settlement[] = [];
    for (const { kind, nativeId } of batch) {
      const answer = byHref.get(nativeId) ?? { kind: "unanswered", href: nativeId };
      settled.push(await settle(account, collection, { kind, nativeId }, answer, signal));
    }
    // A collection that was removed or moved away answers 404 for all of its objects: that is no deletion.
    if (settled.some((settlement) => settlement.kind === "gone")) {
      await readCalendar(account.client, collection.url, signal);
    }
    yield settled;
  }
}

async function settle(
  account: Account,
  collection: Collection,
  item: OwedItem,
  answer: MultigetResult,
  signal: AbortSignal,
): Promise<Settlement> {
  if (answer.kind === "found") {
    return { kind: "staged", item, event: toEvent(answer.etag, answer.data, item) };
  }
  // The tombstone and this are two statements. Alone, a 404 inside a multiget is too weak: iCloud gives it for
  // objects of shared calendars that are there.
  if (item.kind === "tombstone" && answer.kind === "failed" && isAbsent(answer.status)) {
    return { kind: "gone", item };
  }
  try {
    const object = await getObject(account.client, urlOfHref(item.nativeId, collection.url), signal);
    if (object === null) return { kind: "gone", item };
    return { kind: "staged", item, event: toEvent(object.etag, object.data, item) };
  } catch (error) {
    if (!liesInTheObjects(error)) throw error;
    return { kind: "failed", item, error };
  }
}

const toEvent = (etag: string | null, native: string, item: OwedItem) => ({
  nativeId: item.nativeId,
  etag,
  native,
});
