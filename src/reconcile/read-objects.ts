import { fingerprint } from "../calendar/fingerprint.ts";
import { readObject } from "../calendar/read-object.ts";
import { RemoteError } from "../http/remote-error.ts";
import type { StoredObject, TargetCollection } from "../sink/sink.ts";
import { chunks } from "../store/staging.ts";
import type { ReadBody } from "./compare-sink.ts";
import type { Context } from "./context.ts";
import { ourObject } from "./survey.ts";

const batchSize = 50;

/** So many objects in a row that cannot be read, and none that can, are the server's fault. */
const failuresAlike = 3;

/** Objects that were read, and those that the server could not give, with the reason. The others are not there. */
export type ReadObjects = {
  readonly read: ReadonlyMap<string, ReadBody>;
  readonly unread: ReadonlyMap<string, string>;
};

/**
 * Reads objects of a target so that one which the server cannot give does not stop the others.
 *
 * @throws RemoteError where it is not about single objects.
 */
export async function readObjects(
  context: Context,
  targetId: string,
  collection: TargetCollection,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadObjects> {
  const read = new Map<string, ReadBody>();
  const unread = new Map<string, string>();
  const take = async (asked: readonly string[]): Promise<void> => {
    for await (const objects of collection.read(asked, signal))
      for (const object of objects) read.set(object.name, bodyOf(context, targetId, object));
  };
  for (const part of chunks(names, batchSize)) {
    try {
      await take(part);
    } catch (error) {
      if (!mayBeOneObject(error)) throw error;
      for (const name of part) {
        if (read.has(name)) continue;
        await take([name]).catch((reason: unknown) => {
          if (!mayBeOneObject(reason)) throw reason;
          unread.set(name, reason.message);
          if (read.size === 0 && unread.size >= failuresAlike) throw reason;
        });
      }
    }
    context.progress({
      task: `reading what stands in ${targetId}`,
      done: read.size + unread.size,
      total: names.length,
    });
  }
  return { read, unread };
}

function mayBeOneObject(error: unknown): error is RemoteError {
  return (
    error instanceof RemoteError &&
    (error.kind === "protocol" ||
      error.kind === "refused" ||
      error.kind === "forbidden" ||
      (error.kind === "transient" && error.status !== undefined && error.status !== 503))
  );
}

function bodyOf(context: Context, targetId: string, object: StoredObject): ReadBody {
  const facts = readObject(object.ics, context.zone);
  const known = facts.kind === "facts" ? facts.facts : null;
  return {
    ...object,
    fingerprint: fingerprint(object.ics),
    uid: known?.uid ?? null,
    summary: known?.summary ?? null,
    startsAt: known?.start ?? null,
    ours: ourObject(context, targetId, object),
  };
}
