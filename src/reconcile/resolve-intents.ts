import { fingerprint } from "../calendar/fingerprint.ts";
import { readObject } from "../calendar/read-object.ts";
import type { StoredObject, TargetCollection } from "../sink/sink.ts";
import { commitResolved, type LeftIntent, leftIntents, type ResolvedIntent } from "../store/left-intents.ts";
import type { Context } from "./context.ts";

/**
 * Looks up what became of the writes that an interrupted run announced and never recorded, so that the
 * plan starts from what stands there: an event that was written and then removed at its source, or
 * changed and changed back, would otherwise look as if nothing were to be done.
 *
 * @throws RemoteError when the objects cannot be read.
 */
export async function resolveIntents(
  context: Context,
  targetId: string,
  collection: TargetCollection,
  signal: AbortSignal,
): Promise<void> {
  const left = await leftIntents(context.db, targetId);
  if (left.length === 0) return;
  const names = left.map((intent) => intent.slot.name);
  const found = new Map<string, StoredObject>();
  for await (const batch of collection.read(names, signal)) {
    for (const object of batch) found.set(object.name, object);
  }
  const resolved = left.map((intent) => ({
    intent,
    effect: effectOf(intent, found.get(intent.slot.name), context.zone),
  }));
  await commitResolved(context.db, targetId, resolved, context.clock.now());
}

function effectOf(
  { kind, slot, standing }: LeftIntent,
  object: StoredObject | undefined,
  zone: string,
): ResolvedIntent["effect"] {
  if (object === undefined) return { kind: "gone" };
  // A removal that did not happen leaves what is on record; so does a write that never arrived.
  if (kind === "delete" || object.etag === standing?.etag) return { kind: "nothing" };
  const read = readObject(object.ics, zone);
  if (read.kind === "problem" || read.facts.uid !== slot.uid) return { kind: "nothing" };
  return {
    kind: "stands",
    etag: object.etag,
    fingerprint: fingerprint(object.ics),
    summary: read.facts.summary,
    startsAt: read.facts.start,
    body: object.ics,
  };
}
