import { fingerprint } from "../../calendar/fingerprint.ts";
import { restorable } from "../../calendar/restorable.ts";
import type { Stamp } from "../../calendar/stamp.ts";
import { hashBody } from "../../store/bodies.ts";
import type { JournalEntry } from "../../store/journal.ts";
import type { StoredMapping } from "../../store/keys.ts";
import type { Decision } from "../../store/pins.ts";
import type { Slot } from "../../store/slots.ts";
import { changeOf } from "./journal-change.ts";
import type { Wanted } from "../gather/wanted-now.ts";
import type { Job, Owner, WriteStep } from "../apply/write-step.ts";

/** Everything that is known about one object of which a run is to be undone. */
export type UndoneObject = {
  readonly key: string;
  readonly slot: Slot;
  /** What was done to it from the run's first change on, by whatever run, oldest first. */
  readonly entries: readonly JournalEntry[];
  readonly standing: StoredMapping | null;
  readonly wanted: Wanted | null;
  /** A series shows the occurrence that it stands for, and is not undone with it. */
  readonly isShownBySeries: boolean;
  /** Kept bodies by hash. */
  readonly bodies: ReadonlyMap<string, string>;
  readonly stamp: Stamp;
  readonly zone: string;
};

/** What an undo does with one object, or why it cannot, or need not: `reason` is a phrase for the owner. */
export type UndoItem =
  | {
      readonly kind: "create" | "update" | "delete";
      readonly slot: string;
      readonly title: string;
      readonly step: WriteStep;
    }
  /** A decision to keep it as it stands is taken back. */
  | { readonly kind: "release"; readonly slot: string; readonly title: string; readonly key: string }
  /** It stands already as it is to stand. */
  | { readonly kind: "nothing"; readonly slot: string; readonly title: string; readonly reason: string }
  | { readonly kind: "refused"; readonly slot: string; readonly title: string; readonly reason: string };

/** Decides how one object gets back to what stood there before `run` first changed it. Pure. */
export function planObject(object: UndoneObject, run: string): UndoItem {
  const { slot, entries, standing, bodies } = object;
  const changes = entries.filter((entry) => changeOf(entry).kind !== "none");
  const own = changes.filter((entry) => entry.run === run);
  const first = own[0];
  const last = own.at(-1);
  const title = last?.title ?? entries.at(-1)?.title ?? "";
  const refused = (reason: string): UndoItem => ({ kind: "refused", slot: slot.slot, title, reason });
  const nothing = (reason: string, of = title): UndoItem => ({
    kind: "nothing",
    slot: slot.slot,
    title: of,
    reason,
  });
  if (first === undefined || last === undefined) return nothing("nothing was changed");
  const change = changeOf(first);
  const before = "before" in change ? bodies.get(change.before) : null;
  if (before === undefined) return refused("what stood there before is not kept any more");

  const goal = before === null ? null : restorable(before, object.stamp, object.zone);
  if (goal?.kind === "problem") return refused(`what stood there before cannot be read. ${goal.problem}`);
  const wanted = goal?.object ?? null;
  if (wanted !== null && object.isShownBySeries)
    return refused("the whole series brings this occurrence, which would be shown twice");
  const summary = wanted?.summary ?? title;
  if (isThere(wanted, standing, bodies)) return nothing("it already stands as it stood before", summary);
  const newest = changes.at(-1);
  if (!isAsLeft(last, standing, bodies)) {
    return refused(
      newest !== undefined && newest.run !== run
        ? `a later run changed it again: undo ${newest.run.slice(0, 8)} first`
        : "what stands there is not what this run left",
    );
  }
  const job = jobOf(wanted, object);
  if (job === null) return nothing("nothing was changed");
  const step: WriteStep = {
    key: object.key,
    slot,
    job,
    entry: {
      kind: "restore",
      sourceId: object.wanted?.sourceId ?? standing?.sourceId ?? first.source,
      summary,
      reason: `undoes run ${run.slice(0, 8)}`,
      asked: true,
      deviation: null,
    },
    before: standing?.sinkBase ?? null,
    found: null,
    owner: wanted === null ? null : ownerOf(wanted, object, first.source),
    decision: decisionOf(wanted, object, first.source),
  };
  return { kind: job.kind, slot: slot.slot, title: summary, step };
}

type Goal = {
  readonly ics: string;
  readonly summary: string;
  readonly start: string;
  readonly fingerprint: string;
};

/** Servers may keep another text than they were given: what was given counts as well. */
function isThere(
  goal: Goal | null,
  standing: StoredMapping | null,
  bodies: ReadonlyMap<string, string>,
): boolean {
  if (goal === null || standing === null) return goal === null && standing === null;
  const written = standing.sinkBase === null ? undefined : bodies.get(standing.sinkBase);
  return (
    standing.sinkFingerprint === goal.fingerprint ||
    (written !== undefined && fingerprint(written) === goal.fingerprint)
  );
}

/** Whether the object stands as the entry left it, as far as is on record. */
function isAsLeft(
  last: JournalEntry,
  standing: StoredMapping | null,
  bodies: ReadonlyMap<string, string>,
): boolean {
  if (standing === null || last.after === null) return standing === null && last.after === null;
  if (standing.sinkBase === null) return false;
  if (standing.sinkBase === last.after) return true;
  const [now, then] = [bodies.get(standing.sinkBase), bodies.get(last.after)];
  return now !== undefined && then !== undefined && fingerprint(now) === fingerprint(then);
}

type RestoreJob = Extract<Job, { readonly kind: "create" | "update" | "delete" }>;

function jobOf(goal: Goal | null, { slot, standing }: UndoneObject): RestoreJob | null {
  if (goal === null) return standing === null ? null : { kind: "delete", standing };
  const desired = { name: slot.name, uid: slot.uid, ics: goal.ics, fingerprint: goal.fingerprint };
  return standing === null ? { kind: "create", desired } : { kind: "update", desired, standing };
}

/** Whose the object is then: the source's event that has the place now, else as it was on record. */
function ownerOf(goal: Goal, { wanted, standing }: UndoneObject, journaled: string | null): Owner {
  const { sourceId, accountId, identity } = wanted ??
    standing ?? { sourceId: journaled, accountId: null, identity: null };
  return {
    sourceId,
    accountId,
    identity,
    startsAt: goal.start,
    // Not what the source says: once it says something else, that is to be written, whatever it is.
    fingerprint: goal.fingerprint,
    sourceBase: wanted?.sourceBody ?? null,
  };
}

/** Where the source says just this, nobody has to decide anything. */
function decisionOf(
  goal: Goal | null,
  { wanted, standing }: UndoneObject,
  journaled: string | null,
): Decision {
  if ((goal?.fingerprint ?? null) === (wanted?.fingerprint ?? null)) return { kind: "release" };
  return {
    kind: "keep",
    fingerprint: wanted?.fingerprint ?? null,
    sourceBody: wanted?.sourceBody ?? null,
    stands:
      goal === null
        ? null
        : {
            fingerprint: goal.fingerprint,
            body: hashBody(goal.ics),
            sourceId: wanted?.sourceId ?? standing?.sourceId ?? journaled,
          },
  };
}
