import { fingerprint } from "../../calendar/fingerprint.ts";
import { readObject } from "../../calendar/read-object.ts";
import type { StoredObject, TargetCollection } from "../../sink/sink.ts";
import { readBodies } from "../../store/journal.ts";
import {
  commitResolved,
  type LeftIntent,
  leftIntents,
  type ResolvedIntent,
} from "../../store/left-intents.ts";
import type { Context } from "../context.ts";
import { readEach } from "../target/read-each.ts";

/**
 * Looks up what became of the writes that an interrupted run announced and never recorded, so that the
 * plan starts from what stands there: an event that was written and then removed at its source, or
 * changed and changed back, would otherwise look as if nothing were to be done. Where the object cannot be read, its
 * intent stays, and nothing is done with it until then.
 *
 * @throws RemoteError where it is not about single objects.
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
  const unread = new Map<string, string>();
  for await (const batch of readEach(collection, names, signal)) {
    for (const object of batch.objects) found.set(object.name, object);
    for (const [name, reason] of batch.unread) unread.set(name, reason);
  }
  const bodies = await readBodies(
    context.db,
    left.flatMap(({ before, after }) => [before ?? [], after ?? []].flat()),
  );
  const resolved = left
    .filter(({ slot }) => !unread.has(slot.name))
    .map((intent) => ({
      intent,
      effect: effectOf(intent, found.get(intent.slot.name), bodies, context.zone),
    }));
  await commitResolved(context.db, targetId, resolved, context.clock.now());
  for (const [name, reason] of unread)
    context.log.warn(
      { target: targetId, name, reason },
      "what an interrupted run wrote cannot be looked up: the object is left as it is, and the next run tries again",
    );
}

function effectOf(
  intent: LeftIntent,
  object: StoredObject | undefined,
  bodies: ReadonlyMap<string, string>,
  zone: string,
): ResolvedIntent["effect"] {
  const { kind, slot, standing } = intent;
  if (object === undefined) return { kind: "gone" };
  // A removal that did not happen leaves what is on record; so does a write that never arrived.
  if (kind === "delete" || object.etag === standing?.etag) return { kind: "nothing" };
  const read = readObject(object.ics, zone);
  if (read.kind === "problem" || read.facts.uid !== slot.uid) return { kind: "nothing" };
  return {
    kind: "stands",
    as: judge(intent, object, bodies),
    etag: object.etag,
    fingerprint: fingerprint(object.ics),
    summary: read.facts.summary,
    startsAt: read.facts.start,
    body: object.ics,
  };
}

/** By the bodies, where they are kept: recorded fingerprints may be an earlier version's. */
function judge(
  { fingerprint: announced, standing, before, after }: LeftIntent,
  { ics }: StoredObject,
  bodies: ReadonlyMap<string, string>,
): Extract<ResolvedIntent["effect"], { kind: "stands" }>["as"] {
  const found = fingerprint(ics);
  const printOf = (hash: string | null): string | null => {
    const body = hash === null ? undefined : bodies.get(hash);
    return body === undefined ? null : fingerprint(body);
  };
  if (found === announced || found === printOf(after)) return "announced";
  // Nobody else knows the name and the UID of what was not there.
  if (standing === null && before === null) return "announced and changed since";
  return found === standing?.sinkFingerprint || found === printOf(before) ? "before" : "neither";
}
