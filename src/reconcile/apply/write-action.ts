import { fingerprint } from "../../calendar/fingerprint.ts";
import { readObject } from "../../calendar/read-object.ts";
import type { StoredObject, TargetCollection } from "../../sink/sink.ts";
import type { Deviation } from "../action.ts";
import { readOne } from "./read-one.ts";

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
      readonly replaced: Replaced;
      /** What others turned out to have done to what was on record. */
      readonly deviation: Deviation | null;
    }
  | {
      readonly kind: "removed";
      readonly note: string;
      readonly replaced: Replaced;
      readonly deviation: Deviation | null;
    }
  /** `status` is the server's answer; null where it was not asked. */
  | { readonly kind: "refused"; readonly status: number | null; readonly reason: string }
  /** Somebody was faster twice in a row, or it cannot be told what stands there: left to the next run. */
  | { readonly kind: "postponed"; readonly reason: string };

/** What a write has taken the place of. */
export type Replaced =
  /** Nothing was written. */
  | { readonly kind: "unchanged" }
  | { readonly kind: "nothing" }
  /** What was on record. */
  | { readonly kind: "recorded" }
  | { readonly kind: "found"; readonly ics: string };

/** Keeps what turned out to stand there for good (null: nothing), before it is written over or removed. */
export type Keep = (found: {
  readonly ics: string | null;
  readonly deviation: Deviation | null;
}) => Promise<void>;

/** What is known about the object that a write replaces or removes. */
export type Standing = {
  readonly etag: string;
  /** Empty where it was taken over and not looked at. */
  readonly sinkFingerprint: string;
};

/** Creates an object; where one of ours already stands under the name, that one is brought up to date. */
export async function writeNew(
  collection: TargetCollection,
  desired: Desired,
  keep: Keep,
  signal: AbortSignal,
): Promise<WriteResult> {
  const outcome = await collection.create(desired.name, desired.ics, signal);
  switch (outcome.kind) {
    case "written":
      return stands(outcome, desired, { note: "created", replaced: { kind: "nothing" }, deviation: null });
    case "refused":
      return { kind: "refused", status: outcome.status, reason: outcome.reason };
    case "missing":
      return { kind: "postponed", reason: "the calendar did not take a new object (404)" };
    case "precondition-failed": {
      const looked = await readOne(collection, desired.name, signal);
      if (looked.kind === "postponed") return looked;
      if (looked.kind === "absent")
        return { kind: "postponed", reason: "an object of this name came and went" };
      return overwrite({
        collection,
        desired,
        existing: looked.object,
        standing: null,
        keep,
        signal,
      });
    }
    default:
      return outcome satisfies never;
  }
}

/** Replaces an object under the recorded ETag. What a person changed in between is kept. */
export async function writeOver(
  collection: TargetCollection,
  desired: Desired,
  standing: Standing,
  keep: Keep,
  signal: AbortSignal,
): Promise<WriteResult> {
  const outcome = await collection.update(desired.name, desired.ics, standing.etag, signal);
  switch (outcome.kind) {
    case "written":
      return stands(outcome, desired, { note: "updated", replaced: { kind: "recorded" }, deviation: null });
    case "refused":
      return { kind: "refused", status: outcome.status, reason: outcome.reason };
    case "missing":
      return recreate(collection, desired, keep, signal);
    case "precondition-failed": {
      const looked = await readOne(collection, desired.name, signal);
      if (looked.kind === "postponed") return looked;
      if (looked.kind === "absent") return recreate(collection, desired, keep, signal);
      return overwrite({ collection, desired, existing: looked.object, standing, keep, signal });
    }
    default:
      return outcome satisfies never;
  }
}

async function recreate(
  collection: TargetCollection,
  desired: Desired,
  keep: Keep,
  signal: AbortSignal,
): Promise<WriteResult> {
  const deviation = "missing";
  await keep({ ics: null, deviation });
  const outcome = await collection.create(desired.name, desired.ics, signal);
  const note = "was missing in the target, made again";
  if (outcome.kind === "written")
    return stands(outcome, desired, { note, replaced: { kind: "nothing" }, deviation });
  if (outcome.kind === "refused") return { kind: "refused", status: outcome.status, reason: outcome.reason };
  return { kind: "postponed", reason: "the object comes and goes in the target" };
}

type SecondTry = {
  readonly collection: TargetCollection;
  readonly desired: Desired;
  readonly existing: StoredObject;
  readonly standing: Standing | null;
  readonly keep: Keep;
  readonly signal: AbortSignal;
};

/** Second try with the ETag of what really stands there; never over an object that is not ours. */
async function overwrite(second: SecondTry): Promise<WriteResult> {
  const { collection, desired, existing, standing, signal } = second;
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
      // Where something else was on record, a write of ours has just arrived whose answer was lost.
      replaced: { kind: standing === null ? "unchanged" : "recorded" },
      deviation: null,
    };
  }
  const deviation = standing === null ? null : deviationFrom(standing, found);
  await second.keep({ ics: existing.ics, deviation });
  const outcome = await collection.update(desired.name, desired.ics, existing.etag, signal);
  if (outcome.kind === "refused") return { kind: "refused", status: outcome.status, reason: outcome.reason };
  if (outcome.kind !== "written")
    return { kind: "postponed", reason: "the object keeps changing in the target" };
  const afterwards = deviation === null ? "updated" : "changed in the target, put right";
  const note = standing === null ? "already there" : afterwards;
  return stands(outcome, desired, { note, replaced: { kind: "found", ics: existing.ics }, deviation });
}

/** An ETag alone is no change. */
function deviationFrom({ sinkFingerprint }: Standing, found: string): Deviation | null {
  return sinkFingerprint === "" || found === sinkFingerprint ? null : "altered";
}

/** Removes an object under the recorded ETag. An object that is no longer ours is left alone. */
export async function writeAway(
  collection: TargetCollection,
  object: { readonly name: string; readonly uid: string },
  standing: Standing,
  keep: Keep,
  signal: AbortSignal,
): Promise<WriteResult> {
  const outcome = await collection.remove(object.name, standing.etag, signal);
  switch (outcome.kind) {
    case "removed":
      return { kind: "removed", note: "removed", replaced: { kind: "recorded" }, deviation: null };
    case "missing": {
      // Not believed unread: a proxy may say 404 for anything, and the object would stay for ever.
      const looked = await readOne(collection, object.name, signal);
      if (looked.kind === "postponed") return looked;
      return looked.kind === "absent"
        ? alreadyGone
        : { kind: "postponed", reason: "the server denied an object that is still there (404)" };
    }
    case "refused":
      return { kind: "postponed", reason: outcome.reason };
    case "precondition-failed":
      return removeChanged(collection, object, standing, keep, signal);
    default:
      return outcome satisfies never;
  }
}

const alreadyGone: WriteResult = {
  kind: "removed",
  note: "was already gone from the target",
  // Whoever removed it, a removal of ours whose answer was lost perhaps: what was on record stands no more.
  replaced: { kind: "recorded" },
  deviation: null,
};

/** Removes an object that is no longer as it was left, if it is still ours. */
async function removeChanged(
  collection: TargetCollection,
  object: { readonly name: string; readonly uid: string },
  standing: Standing,
  keep: Keep,
  signal: AbortSignal,
): Promise<WriteResult> {
  const looked = await readOne(collection, object.name, signal);
  if (looked.kind === "postponed") return looked;
  if (looked.kind === "absent") return alreadyGone;
  const existing = looked.object;
  if (!isOurs(existing, object.uid)) {
    const note = "replaced by an object that is not ours; left alone";
    return { kind: "removed", note, replaced: { kind: "unchanged" }, deviation: null };
  }
  const deviation = deviationFrom(standing, fingerprint(existing.ics));
  await keep({ ics: existing.ics, deviation });
  const again = await collection.remove(object.name, existing.etag, signal);
  if (again.kind === "missing") return alreadyGone;
  if (again.kind !== "removed")
    return { kind: "postponed", reason: "the object keeps changing in the target" };
  const note = deviation === null ? "removed" : "removed, though it had been changed in the target";
  return { kind: "removed", note, replaced: { kind: "found", ics: existing.ics }, deviation };
}

function stands(
  written: { readonly etag: string; readonly stored: string | null },
  desired: Desired,
  how: { readonly note: string; readonly replaced: Replaced; readonly deviation: Deviation | null },
): WriteResult & { kind: "stands" } {
  const sinkFingerprint = written.stored === null ? desired.fingerprint : fingerprint(written.stored);
  return { kind: "stands", etag: written.etag, sinkFingerprint, ...how };
}

/** The phone keeps the UID when it edits an object; another UID under our name is somebody else's object. */
export function isOurs(object: StoredObject, uid: string): boolean {
  const read = readObject(object.ics, "UTC");
  return read.kind === "facts" && read.facts.uid === uid;
}
