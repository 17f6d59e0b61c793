import { fingerprint } from "../../calendar/fingerprint.ts";
import { readObject } from "../../calendar/read-object.ts";
import type { RemoteError } from "../../http/remote-error.ts";
import type { StoredObject, TargetCollection } from "../../sink/sink.ts";
import type { RecordedObject } from "../../store/audit-target.ts";
import type { ReadBody } from "./compare-sink.ts";
import type { Context } from "../context.ts";
import { readEach } from "./read-each.ts";
import { ourObject } from "./survey.ts";

/** Objects that were read, and those that the server could not give, with the reason. The others are not there. */
export type ReadObjects = {
  readonly read: ReadonlyMap<string, ReadBody>;
  readonly unread: ReadonlyMap<string, string>;
  /** Set where the server gave nothing at all. */
  readonly outage: RemoteError | null;
};

/**
 * Reads objects of a target, and what they say.
 *
 * @param recorded what is on record of them, or of some of them: the text of an object that is otherwise is given, to be
 * kept, and no other one, because there may be thousands
 * @throws RemoteError where it is not about single objects.
 */
export async function readObjects(
  context: Context,
  targetId: string,
  collection: TargetCollection,
  { names, recorded }: { readonly names: readonly string[]; readonly recorded: readonly RecordedObject[] },
  signal: AbortSignal,
): Promise<ReadObjects> {
  const prints = new Map(recorded.map(({ name, sinkFingerprint }) => [name, sinkFingerprint]));
  const read = new Map<string, ReadBody>();
  const unread = new Map<string, string>();
  let outage: RemoteError | null = null;
  for await (const batch of readEach(collection, names, signal)) {
    for (const object of batch.objects)
      read.set(object.name, bodyOf(context, targetId, object, prints.get(object.name)));
    for (const [name, reason] of batch.unread) unread.set(name, reason);
    outage = batch.outage;
    context.progress({
      task: `reading what stands in ${targetId}`,
      done: read.size + unread.size,
      total: names.length,
    });
  }
  return { read, unread, outage };
}

function bodyOf(
  context: Context,
  targetId: string,
  object: StoredObject,
  recorded: string | undefined,
): ReadBody {
  const facts = readObject(object.ics, context.zone);
  const known = facts.kind === "facts" ? facts.facts : null;
  const found = fingerprint(object.ics);
  const isToBeKept = recorded !== undefined && recorded !== found;
  return ownMemory({
    ...object,
    ics: isToBeKept ? object.ics : "",
    fingerprint: found,
    uid: known?.uid ?? null,
    summary: known?.summary ?? null,
    startsAt: known?.start ?? null,
    ours: ourObject(context, targetId, object),
  });
}

/** A part of a text is stored as a reference into it: a title would keep the whole object, and the whole answer, alive. */
function ownMemory<T>(value: T): T {
  return structuredClone(value);
}
