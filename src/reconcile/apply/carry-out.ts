import { RemoteError } from "../../http/remote-error.ts";
import type { TargetCollection } from "../../sink/sink.ts";
import { type AppliedRecord, commitApplied } from "../../store/applied.ts";
import { commitIntents, type Intent, noteReplaced } from "../../store/intents.ts";
import type { Marks } from "../../store/dirty-keys.ts";
import type { Context } from "../context.ts";
import type { OutageWatch } from "./outage.ts";
import { deviationAtWrite, recordOf } from "./record-step.ts";
import { type LeaseGuard, LeaseLostError } from "../with-lease.ts";
import { type Keep, type WriteResult, writeAway, writeNew, writeOver } from "./write-action.ts";
import type { WriteStep } from "./write-step.ts";
import { writeUnlessChanged } from "./write-unless-changed.ts";

/** Where the writes of a run go, and how they are to be remembered. */
export type WriteRun = {
  readonly runId: string;
  readonly targetId: string;
  readonly collection: TargetCollection;
  /** The keys as they were read for the plan: those marked again since stay dirty. */
  readonly marks: Marks;
  readonly lease: LeaseGuard;
  readonly watch: OutageWatch;
};

/**
 * Announces a batch of steps, writes one after the other under a condition, and records them. Interrupted in
 * between, the next run finds what was written.
 */
export async function carryOut(
  context: Context,
  run: WriteRun,
  steps: readonly WriteStep[],
  signal: AbortSignal,
  onDone: (step: WriteStep, result: WriteResult) => void,
): Promise<void> {
  const { targetId } = run;
  const intents = steps.flatMap((step) => intentOf(run.runId, step));
  await commitIntents(context.db, targetId, intents, context.clock.now());
  const records: AppliedRecord[] = [];
  const record = (finished: readonly AppliedRecord[]): Promise<void> =>
    commitApplied(context.db, targetId, finished, run.marks, context.clock.now());
  try {
    for (const step of steps) {
      await run.lease.check();
      const keep: Keep = ({ ics, deviation: seen }) => {
        const deviation = deviationAtWrite(step.entry.deviation, seen, ics !== null);
        return noteReplaced(context.db, targetId, step.slot.name, { ics, deviation }, context.clock.now());
      };
      const write =
        step.entry.kind === "restore"
          ? writeUnlessChanged(run.collection, step.slot, step.job, signal)
          : perform(run.collection, step, keep, signal);
      const result = await write.catch((error: unknown) => {
        throw named(error, step);
      });
      records.push(recordOf(run, step, result));
      onDone(step, result);
      run.watch.notice(result, `writing to ${targetId}`);
    }
  } catch (error) {
    // Without the lease somebody else may have recorded newer writes: the intents tell of ours.
    if (error instanceof LeaseLostError) throw error;
    // An outage is not the objects' fault: what was refused in it is tried again.
    await record(error instanceof RemoteError ? records.map(asPostponed) : records);
    throw error;
  }
  await record(records);
}

/** Says of a server's trouble which event it met. */
function named(error: unknown, { entry }: WriteStep): unknown {
  if (!(error instanceof RemoteError)) return error;
  const { kind, status, code, retryAt, remedy, requestId } = error;
  const title = JSON.stringify(entry.summary || "(no title)");
  const event = entry.sourceId === null ? title : `${title} of ${entry.sourceId}`;
  const details = { status, code, retryAt, remedy, requestId, cause: error };
  return new RemoteError(kind, `${error.message}, for ${event}`, details);
}

function asPostponed(record: AppliedRecord): AppliedRecord {
  return record.effect.kind === "refused" ? { ...record, effect: { kind: "postponed" } } : record;
}

function intentOf(runId: string, step: WriteStep): Intent[] {
  const { key, slot, job, before, found, entry, decision } = step;
  const { kind: action, sourceId, summary, reason, asked, deviation } = entry;
  const common = {
    key,
    slot,
    sourceId,
    before,
    found,
    entry: { runId, action, summary, reason, asked, deviation },
    ...(decision === undefined ? {} : { decision }),
  };
  switch (job.kind) {
    case "create":
    case "update":
      return [{ ...common, kind: "put", fingerprint: job.desired.fingerprint, body: job.desired.ics }];
    case "delete":
      return [{ ...common, kind: "delete", fingerprint: null, body: null }];
    case "record":
    case "postpone":
      return [];
    default:
      return job satisfies never;
  }
}

async function perform(
  collection: TargetCollection,
  { slot, job }: WriteStep,
  keep: Keep,
  signal: AbortSignal,
): Promise<WriteResult> {
  switch (job.kind) {
    case "create":
      return writeNew(collection, job.desired, keep, signal);
    case "update":
      return writeOver(collection, job.desired, job.standing, keep, signal);
    case "delete":
      return writeAway(collection, slot, job.standing, keep, signal);
    case "record": {
      const { etag, sinkFingerprint } = job.standing;
      const recorded = { note: "recorded", replaced: { kind: "unchanged" }, deviation: null } as const;
      return { kind: "stands", etag, sinkFingerprint, ...recorded };
    }
    case "postpone":
      return { kind: "postponed", reason: job.reason };
    default:
      return job satisfies never;
  }
}
