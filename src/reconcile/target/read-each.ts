import { RemoteError } from "../../http/remote-error.ts";
import type { StoredObject, TargetCollection } from "../../sink/sink.ts";
import { chunks } from "../../store/staging.ts";

const batchSize = 50;

/** So many objects that cannot be read, and not one answer, are the server's fault: the others are not asked for. */
const failuresAlike = 10;

export type ReadBatch = {
  readonly objects: readonly StoredObject[];
  /** Names of what the server could not give, with the reason. Of what is in neither, there is nothing. */
  readonly unread: ReadonlyMap<string, string>;
  /** Set from where on nothing is asked for any more, because the server gave nothing at all. */
  readonly outage: RemoteError | null;
};

/**
 * Reads objects of a target in batches, so that one which the server cannot give does not stop the others.
 *
 * @throws RemoteError where it is not about single objects.
 */
export async function* readEach(
  collection: TargetCollection,
  names: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<ReadBatch> {
  let hasAnswered = false;
  let failures = 0;
  let outage: RemoteError | null = null;
  for (const part of chunks(names, batchSize)) {
    const read = new Map<string, StoredObject>();
    const unread = new Map<string, string>();
    const ask = async (asked: readonly string[]): Promise<RemoteError | null> => {
      try {
        for await (const objects of collection.read(asked, signal)) {
          if (objects.length > 0) hasAnswered = true;
          for (const object of objects) read.set(object.name, object);
        }
        hasAnswered = true;
        return null;
      } catch (error) {
        if (!mayBeOneObject(error)) throw error;
        return error;
      }
    };
    const failed: RemoteError | null = outage ?? (await ask(part));
    for (const name of failed === null ? [] : part) {
      if (read.has(name)) continue;
      const reason: RemoteError | null = outage ?? (await ask([name]));
      if (reason === null) continue;
      unread.set(name, reason.message);
      failures += 1;
      if (!hasAnswered && failures >= failuresAlike) outage = reason;
    }
    yield { objects: [...read.values()], unread, outage };
  }
}

/** Whether a failed read may be the fault of the object that was asked for, and not of the server or the way there. */
export function mayBeOneObject(error: unknown): error is RemoteError {
  return (
    error instanceof RemoteError &&
    (error.kind === "protocol" ||
      error.kind === "refused" ||
      error.kind === "forbidden" ||
      (error.kind === "transient" && error.status !== undefined && error.status !== 503))
  );
}
