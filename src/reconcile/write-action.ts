import { fingerprint } from "../calendar/fingerprint.ts";
import { readObject } from "../calendar/read-object.ts";
import type { StoredObject, TargetCollection } from "../sink/sink.ts";

/** An object as it is to stand in the sink. */
export type Desired = {
  readonly name: string;
  readonly uid: string;
  readonly ics: string;
  readonly fingerprint: string;
};

/** How a write ended. */
export type WriteResult =
  | {
      readonly kind: "stands";
      readonly etag: string;
      readonly sinkFingerprint: string;
      readonly note: string;
      readonly replaced: string | null;
    }
  | { readonly kind: "removed"; readonly note: string; readonly replaced: string | null }
  /** `status` is the server's answer; null where it was not asked. */
  | { readonly kind: "refused"; readonly status: number | null; readonly reason: string }
  /** Somebody was faster twice in a row: left to the next run. */
  | { readonly kind: "postponed"; readonly reason: string };

/** What is known about the object that a write replaces or removes. */
export type Standing = {
  readonly etag: string;
  readonly sinkFingerprint: string;
};

/** Creates an object; where one of ours already stands under the name, that one is brought up to date. */
export async function writeNew(
  collection: TargetCollection,
  desired: Desired,
  signal: AbortSignal,
): Promise<WriteResult> {
  const outcome = await collection.create(desired.name, desired.ics, signal);
  switch (outcome.kind) {
    case "written":
      return stands(outcome.etag, desired, outcome.stored, "created");
    case "refused":
      return { kind: "refused", status: outcome.status, reason: outcome.reason };
    case "missing":
      return { kind: "postponed", reason: "the calendar did not take a new object (404)" };
    case "precondition-failed": {
      const existing = await readOne(collection, desired.name, signal);
      if (existing === null) return { kind: "postponed", reason: "an object of this name came and went" };
      return overwrite(collection, desired, existing, null, "already there", signal);
    }
    default:
      return outcome satisfies never;
  }
}

/** Replaces an object under the recorded ETag. What a person changed in between is kept in `replaced`. */
export async function writeOver(
  collection: TargetCollection,
  desired: Desired,
  standing: Standing,
  signal: AbortSignal,
): Promise<WriteResult> {
  const outcome = await collection.update(desired.name, desired.ics, standing.etag, signal);
  switch (outcome.kind) {
    case "written":
      return stands(outcome.etag, desired, outcome.stored, "updated");
    case "refused":
      return { kind: "refused", status: outcome.status, reason: outcome.reason };
    case "missing":
      return recreate(collection, desired, signal);
    case "precondition-failed": {
      const existing = await readOne(collection, desired.name, signal);
      if (existing === null) return recreate(collection, desired, signal);
      return overwrite(collection, desired, existing, standing, "changed in the target, put right", signal);
    }
    default:
      return outcome satisfies never;
  }
}

async function recreate(
  collection: TargetCollection,
  desired: Desired,
  signal: AbortSignal,
): Promise<WriteResult> {
  const outcome = await collection.create(desired.name, desired.ics, signal);
  if (outcome.kind === "written")
    return stands(outcome.etag, desired, outcome.stored, "was missing in the target, made again");
  if (outcome.kind === "refused") return { kind: "refused", status: outcome.status, reason: outcome.reason };
  return { kind: "postponed", reason: "the object comes and goes in the target" };
}

/** Second try with the ETag of what really stands there; never over an object that is not ours. */
async function overwrite(
  collection: TargetCollection,
  desired: Desired,
  existing: StoredObject,
  standing: Standing | null,
  note: string,
  signal: AbortSignal,
): Promise<WriteResult> {
  if (!isOurs(existing, desired.uid)) {
    return {
      kind: "refused",
      status: null,
      reason: "another object, not written by Kalends, has its name in the target",
    };
  }
  const found = fingerprint(existing.ics);
  if (found === desired.fingerprint) {
    return {
      kind: "stands",
      etag: existing.etag,
      sinkFingerprint: found,
      note: "already as it should be",
      replaced: null,
    };
  }
  const outcome = await collection.update(desired.name, desired.ics, existing.etag, signal);
  if (outcome.kind === "refused") return { kind: "refused", status: outcome.status, reason: outcome.reason };
  if (outcome.kind !== "written")
    return { kind: "postponed", reason: "the object keeps changing in the target" };
  const byOthers = standing === null || found !== standing.sinkFingerprint;
  const result = stands(outcome.etag, desired, outcome.stored, byOthers ? note : "updated");
  return byOthers ? { ...result, replaced: existing.ics } : result;
}

/** Removes an object under the recorded ETag. An object that is no longer ours is left alone. */
export async function writeAway(
  collection: TargetCollection,
  object: { readonly name: string; readonly uid: string },
  standing: Standing,
  signal: AbortSignal,
): Promise<WriteResult> {
  const outcome = await collection.remove(object.name, standing.etag, signal);
  switch (outcome.kind) {
    case "removed":
      return { kind: "removed", note: "removed", replaced: null };
    case "missing":
      // Not believed unread: a proxy may say 404 for anything, and the object would stay for ever.
      return (await readOne(collection, object.name, signal)) === null
        ? { kind: "removed", note: "was already gone from the target", replaced: null }
        : { kind: "postponed", reason: "the server denied an object that is still there (404)" };
    case "refused":
      return { kind: "postponed", reason: outcome.reason };
    case "precondition-failed": {
      const existing = await readOne(collection, object.name, signal);
      if (existing === null)
        return { kind: "removed", note: "was already gone from the target", replaced: null };
      if (!isOurs(existing, object.uid)) {
        return {
          kind: "removed",
          note: "replaced by an object that is not ours; left alone",
          replaced: null,
        };
      }
      const again = await collection.remove(object.name, existing.etag, signal);
      if (again.kind !== "removed" && again.kind !== "missing") {
        return { kind: "postponed", reason: "the object keeps changing in the target" };
      }
      const changed = fingerprint(existing.ics) !== standing.sinkFingerprint;
      return changed
        ? {
            kind: "removed",
            note: "removed, though it had been changed in the target",
            replaced: existing.ics,
          }
        : { kind: "removed", note: "removed", replaced: null };
    }
    default:
      return outcome satisfies never;
  }
}

function stands(
  etag: string,
  desired: Desired,
  stored: string | null,
  note: string,
): WriteResult & { kind: "stands" } {
  const sinkFingerprint = stored === null ? desired.fingerprint : fingerprint(stored);
  return { kind: "stands", etag, sinkFingerprint, note, replaced: null };
}

/** The phone keeps the UID when it edits an object; another UID under our name is somebody else's object. */
function isOurs(object: StoredObject, uid: string): boolean {
  const read = readObject(object.ics, "UTC");
  return read.kind === "facts" && read.facts.uid === uid;
}

async function readOne(
  collection: TargetCollection,
  name: string,
  signal: AbortSignal,
): Promise<StoredObject | null> {
  for await (const batch of collection.read([name], signal)) {
    const object = batch.find((it) => it.name === name);
    if (object !== undefined) return object;
  }
  return null;
}
