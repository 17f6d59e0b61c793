import { inBatches } from "../../dav/batches.ts";
import { getObject } from "../../dav/get.ts";
import { urlOfHref } from "../../dav/href.ts";
import { listEtags } from "../../dav/list-etags.ts";
import { RemoteError } from "../../http/remote-error.ts";
import type { OwedWork, Settlement } from "../source.ts";
import type { Account, Collection } from "./account.ts";
import { multigetEach } from "./fetch-objects.ts";
import { liesInTheObjects } from "./object-error.ts";
import { looksSpoiled } from "./spoiled.ts";

/**
 * Works off owed objects: each is read once more, and what stands there decides. An object is gone when a GET says so
 * and a complete listing of its collection lacks it.
 *
 * @throws RemoteError where the server or the collection cannot be read.
 */
export async function* settleOwed(
  account: Account,
  collection: Collection,
  items: readonly OwedWork[],
  signal: AbortSignal,
): AsyncGenerator<readonly Settlement[], void, undefined> {
  let listed: ReadonlySet<string> | undefined;
  for (const batch of inBatches(items, account.batchSize)) {
    const wanted = batch.filter(({ kind }) => kind !== "tombstone").map(({ nativeId }) => nativeId);
    const results = await multigetEach(account, collection, [...new Set(wanted)], signal);
    const byHref = new Map(results.map((result) => [result.href, result]));
    const settled: Settlement[] = [];
    for (const work of batch) {
      const { kind, nativeId } = work;
      const item = { kind, nativeId };
      const answer = kind === "tombstone" ? undefined : byHref.get(nativeId);
      settled.push(
        answer?.kind === "found" && !looksSpoiled(answer.data)
          ? { kind: "staged", item, event: { nativeId, etag: answer.etag, native: answer.data } }
          : await settleAlone(account, collection, work, signal),
      );
    }
    if (!settled.some((settlement) => settlement.kind === "gone")) {
      yield settled;
      continue;
    }
    // A 404 alone is no deletion: a proxy may say so for anything, and a calendar that moved away for everything.
    listed ??= new Set((await listEtags(account.client, collection.url, signal)).map(({ href }) => href));
    yield settled.map((settlement) => unlessListed(settlement, listed, collection));
  }
}

function unlessListed(
  settlement: Settlement,
  listed: ReadonlySet<string> | undefined,
  collection: Collection,
): Settlement {
  if (settlement.kind !== "gone" || listed?.has(settlement.item.nativeId) !== true) return settlement;
  const message = `${collection.subject}: the server lists ${settlement.item.nativeId} and answers 404 for it`;
  return {
    kind: "failed",
    item: settlement.item,
    error: new RemoteError("protocol", message, { status: 404 }),
  };
}

async function settleAlone(
  account: Account,
  collection: Collection,
  { kind, nativeId, native }: OwedWork,
  signal: AbortSignal,
): Promise<Settlement> {
  const item = { kind, nativeId };
  try {
    const object = await getObject(account.client, urlOfHref(nativeId, collection.url), signal);
    if (object === null) return { kind: "gone", item };
    const event = { nativeId, etag: object.etag, native: object.data };
    // What is read twice alike is as its author left it.
    const isDoubtful = object.damaged === true || looksSpoiled(object.data);
    if (!isDoubtful || object.data === native) return { kind: "staged", item, event };
    return { kind: "staged", item, event, stillOwed: doubtful(nativeId, collection) };
  } catch (error) {
    if (!liesInTheObjects(error)) throw error;
    return { kind: "failed", item, error };
  }
}

function doubtful(nativeId: string, { subject }: Collection): RemoteError {
  return new RemoteError(
    "protocol",
    `${subject}: ${nativeId} looks as if it was spoiled on its way. It is shown as well as it can be read, and is read again with the next run.`,
    { status: 200 },
  );
}
