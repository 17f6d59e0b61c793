import { fingerprint } from "../../calendar/fingerprint.ts";
import type { RemoveOutcome, TargetCollection, WriteOutcome } from "../../sink/sink.ts";
import type { Slot } from "../../store/slots.ts";
import { type Looked, readOne } from "./read-one.ts";
import { type Desired, isOurs, type Replaced, type Standing, type WriteResult } from "./write-action.ts";
import type { Job } from "./write-step.ts";

/**
 * Writes what was decided upon what is on record. What somebody changed in the target since then is left as it is:
 * nobody has seen it who asked for this. An ETag alone is no change.
 */
export async function writeUnlessChanged(
  collection: TargetCollection,
  slot: Slot,
  job: Job,
  signal: AbortSignal,
): Promise<WriteResult> {
  const look = (): Promise<Looked> => readOne(collection, slot.name, signal);
  switch (job.kind) {
    case "create":
      return concluded(await collection.create(slot.name, job.desired.ics, signal), {
        desired: job.desired,
        standing: null,
        look,
        again: null,
      });
    case "update": {
      const write = (etag: string): Promise<WriteOutcome> =>
        collection.update(slot.name, job.desired.ics, etag, signal);
      return concluded(await write(job.standing.etag), { ...job, look, again: write });
    }
    case "delete": {
      const remove = (etag: string): Promise<RemoveOutcome> => collection.remove(slot.name, etag, signal);
      return removal(await remove(job.standing.etag), { slot, standing: job.standing, look, again: remove });
    }
    case "record":
    case "postpone":
      return { kind: "postponed", reason: "there is nothing to be put back" };
    default:
      return job satisfies never;
  }
}

type Put = {
  readonly desired: Desired;
  readonly standing: Standing | null;
  readonly look: () => Promise<Looked>;
  readonly again: ((etag: string) => Promise<WriteOutcome>) | null;
};

async function concluded(outcome: WriteOutcome, put: Put): Promise<WriteResult> {
  const { desired, standing, look, again } = put;
  const replaced: Replaced = { kind: standing === null ? "nothing" : "recorded" };
  switch (outcome.kind) {
    case "written":
      return {
        kind: "stands",
        etag: outcome.etag,
        sinkFingerprint: outcome.stored === null ? desired.fingerprint : fingerprint(outcome.stored),
        note: "put back",
        replaced,
        deviation: null,
      };
    case "refused":
      return { kind: "refused", status: outcome.status, reason: outcome.reason };
    case "missing":
    case "precondition-failed": {
      const looked = await look();
      if (looked.kind === "postponed") return looked;
      if (looked.kind === "absent")
        return {
          kind: "postponed",
          reason:
            standing === null
              ? "the calendar did not take a new object"
              : "it was removed from the target since",
        };
      const existing = looked.object;
      const found = fingerprint(existing.ics);
      // The answer to an earlier attempt of ours may have been lost.
      if (found === desired.fingerprint && isOurs(existing, desired.uid))
        return {
          kind: "stands",
          etag: existing.etag,
          sinkFingerprint: found,
          note: "put back",
          replaced,
          deviation: null,
        };
      if (again !== null && found === standing?.sinkFingerprint && isOurs(existing, desired.uid))
        return concluded(await again(existing.etag), { ...put, again: null });
      return changedSince;
    }
    default:
      return outcome satisfies never;
  }
}

type Removal = {
  readonly slot: Slot;
  readonly standing: Standing;
  readonly look: () => Promise<Looked>;
  readonly again: ((etag: string) => Promise<RemoveOutcome>) | null;
};

async function removal(outcome: RemoveOutcome, step: Removal): Promise<WriteResult> {
  const { slot, standing, look, again } = step;
  const removed: WriteResult = {
    kind: "removed",
    note: "removed again",
    replaced: { kind: "recorded" },
    deviation: null,
  };
  switch (outcome.kind) {
    case "removed":
      return removed;
    case "refused":
      return { kind: "refused", status: outcome.status, reason: outcome.reason };
    case "missing":
    case "precondition-failed": {
      const looked = await look();
      if (looked.kind === "postponed") return looked;
      if (looked.kind === "absent") return removed;
      const existing = looked.object;
      const isAsLeft = fingerprint(existing.ics) === standing.sinkFingerprint && isOurs(existing, slot.uid);
      if (again === null || !isAsLeft) return changedSince;
      return removal(await again(existing.etag), { ...step, again: null });
    }
    default:
      return outcome satisfies never;
  }
}

const changedSince: WriteResult = {
  kind: "postponed",
  reason: "it was changed in the target since (on a phone, or by another program), and is left as it is",
};
