import { fingerprint, fingerprintVersion } from "../../calendar/fingerprint.ts";
import { readObject } from "../../calendar/read-object.ts";
import { RemoteError } from "../../http/remote-error.ts";
import type { StoredObject, TargetCollection } from "../../sink/sink.ts";
import { slotOfName, slotUid } from "../../calendar/slot.ts";
import { lastAction } from "../../store/own-writes.ts";
import { type Found, recordFound, recordUnread } from "../../store/slots.ts";
import { type Target, updateTarget } from "../../store/targets.ts";
import type { Context } from "../context.ts";
import { readEach } from "./read-each.ts";
import { slotOfObject } from "../gather/slot-values.ts";

export type Survey = {
  readonly found: number;
  readonly foreign: number;
  /** Objects that the server could not give. */
  readonly unread: number;
  readonly held: string | null;
};

/** True before the first survey, and where what it recorded does not compare with today's fingerprints. */
export function isToBeSurveyed(target: Target): boolean {
  return target.surveyed_at === null || target.fingerprint_version !== fingerprintVersion;
}

/**
 * Looks at what already stands in a target before anything is written to it for the first time with
 * this database, or with these fingerprints. Objects that verify as ours wait to be claimed by the meetings
 * they belong to; a target that is new to us, with foreign objects and none of ours, is held.
 *
 * An object that the server cannot give is left to the next audit. Under a name of ours, its meeting keeps that name, and
 * finds it taken until it can be read. Under another one it may have been taken over, and nobody could tell for which
 * meeting: as long as no object is known to this database, nothing is written then.
 *
 * @throws RemoteError
 */
export async function surveyTarget(
  context: Context,
  target: Target,
  collection: TargetCollection,
  signal: AbortSignal,
): Promise<Survey> {
  // Older than the listing: what happens in between is told by the first look at the changes.
  const { token } = await collection.changes(null, signal);
  const listing = await collection.list(signal);
  let found = 0;
  let seen = 0;
  const unread = new Map<string, string>();
  for await (const batch of readEach(collection, [...listing.keys()], signal)) {
    if (batch.outage !== null) throw batch.outage;
    const ours = batch.objects.flatMap((object) => ourObject(context, target.id, object) ?? []);
    await recordFound(context.db, target.id, ours, context.clock.now());
    found += ours.length;
    seen += batch.objects.length;
    for (const [name, reason] of batch.unread) unread.set(name, reason);
    const done = seen + unread.size;
    context.progress({ task: `looking at what stands in ${target.id}`, done, total: listing.size });
  }
  await takeNote(context, target, unread);
  const foreign = seen - found;
  const held =
    target.surveyed_at === null && foreign > 0 && found === 0
      ? `The calendar ${collection.href} holds ${foreign} ${foreign === 1 ? "object" : "objects"} that this installation did not write. Nothing is written ` +
        "to it. If `installation.key` was lost, restore it, with an empty database; otherwise take them over with " +
        `\`kalends adopt ${target.id}\`, or give the target a calendar of its own.`
      : target.held;
  await updateTarget(context.db, target.id, {
    surveyed_at: new Date(context.clock.now()).toISOString(),
    fingerprint_version: fingerprintVersion,
    sink_token: token,
    sink_seen_at: new Date(context.clock.now()).toISOString(),
    sink_action: await lastAction(context.db, target.id),
    foreign_count: foreign,
    held,
  });
  return { found, foreign, unread: unread.size, held };
}

async function takeNote(
  context: Context,
  target: Target,
  unread: ReadonlyMap<string, string>,
): Promise<void> {
  const named = [...unread.keys()].flatMap((name) => {
    const slot = slotOfName(name);
    return slot === null ? [] : [{ slot, name, uid: slotUid(slot) }];
  });
  const strange = [...unread].find(([name]) => slotOfName(name) === null);
  if (target.surveyed_at === null && strange !== undefined) {
    const [name, reason] = strange;
    throw new RemoteError("protocol", `${name} cannot be read, and may be an event of Kalends: ${reason}`, {
      remedy: "Nothing is written before it can be read: repair or remove it on the server.",
    });
  }
  await recordUnread(context.db, target.id, named);
  for (const [name, reason] of unread)
    context.log.warn(
      { target: target.id, name, reason },
      "an object of the target cannot be read: it is left as it is, and the next audit tries again",
    );
}

/** What to record about an object that verifies as written by this installation for this target; null otherwise. */
export function ourObject(context: Context, targetId: string, object: StoredObject): Found | null {
  const read = readObject(object.ics, context.zone);
  if (read.kind === "problem" || read.facts.kalendsId === null) return null;
  const { uid, kalendsId, summary, start } = read.facts;
  const slot = slotOfObject(context, targetId, uid, kalendsId);
  if (slot === null) return null;
  return {
    slot,
    name: object.name,
    uid,
    etag: object.etag,
    fingerprint: fingerprint(object.ics),
    summary,
    startsAt: start,
  };
}
