import { randomUUID } from "node:crypto";
import { RemoteError } from "../../http/remote-error.ts";
import { markInstances, markKeys } from "../../store/dirty-keys.ts";
import { namesOfIntents } from "../../store/left-intents.ts";
import { endPins } from "../../store/pins.ts";
import { decisionLine, endRun, recordActions, startRun } from "../../store/runs.ts";
import { chunks } from "../../store/staging.ts";
import { ensureTarget } from "../../store/targets.ts";
import { batchSize } from "../apply/apply.ts";
import { carryOut, type WriteRun } from "../apply/carry-out.ts";
import type { ConfiguredTarget, Context } from "../context.ts";
import { openAndSurvey, reachTarget } from "../target/open-target.ts";
import { OutageWatch } from "../apply/outage.ts";
import { planUndo, type UndoPlan, type UndoSelector } from "./plan-undo.ts";
import { resolveIntents } from "../apply/resolve-intents.ts";
import { isToBeSurveyed } from "../target/survey.ts";
import type { UndoItem } from "./undo-object.ts";
import { type LeaseGuard, withLease } from "../with-lease.ts";

/** How an undo ended. */
export type Undone =
  /** Another process works on the target. */
  | { readonly kind: "busy" }
  /** Nothing may be written to the target: `reason` is a sentence. */
  | { readonly kind: "held"; readonly reason: string }
  | { readonly kind: "nothing"; readonly plan: UndoPlan | null }
  | ({
      readonly kind: "done";
      /** Undoing this takes it back. */
      readonly run: string;
      readonly plan: UndoPlan;
    } & Outcome)
  /** The target could not be reached, or not any more. What was done until then is recorded, and holds. */
  | ({
      readonly kind: "stopped";
      /** Null where nothing was done yet. */
      readonly begun: { readonly run: string; readonly total: number } | null;
      readonly error: RemoteError;
    } & Outcome);

type Outcome = {
  /** Objects put back, and decisions taken back. */
  readonly restored: number;
  /** What was planned and turned out to be impossible. */
  readonly failed: readonly NotRestored[];
};

/** An event that could not be put back; `reason` is a phrase for the owner. */
export type NotRestored = { readonly slot: string; readonly title: string; readonly reason: string };

type Restore = Extract<UndoItem, { readonly step: unknown }>;

/**
 * Puts back what stood in a target before a run, or before an event's last change. What is written is announced and
 * journaled like any write, and kept until the source says something else than now: see store/pins.ts. Killed on the
 * way, every object has either been put back and is kept, or stands as before.
 */
export async function applyUndo(
  context: Context,
  target: ConfiguredTarget,
  selector: UndoSelector,
  signal: AbortSignal,
): Promise<Undone> {
  const result = await withLease(context, `target:${target.id}`, signal, (lease, fenced) =>
    undo({ context, target, selector, lease, signal: fenced }),
  );
  return result ?? { kind: "busy" };
}

type Work = {
  readonly context: Context;
  readonly target: ConfiguredTarget;
  readonly selector: UndoSelector;
  readonly lease: LeaseGuard;
  readonly signal: AbortSignal;
};

type Progress = {
  restored: number;
  readonly failed: NotRestored[];
  begun: { run: string; total: number } | null;
};

async function undo(work: Work): Promise<Undone> {
  const progress: Progress = { restored: 0, failed: [], begun: null };
  try {
    return await putBack(work, progress);
  } catch (error) {
    if (!(error instanceof RemoteError) || work.signal.aborted) throw error;
    return { kind: "stopped", ...progress, error };
  }
}

async function putBack(
  { context, target, selector, lease, signal }: Work,
  progress: Progress,
): Promise<Undone> {
  const { db, clock } = context;
  const row = await ensureTarget(db, target.id);
  const collection = isToBeSurveyed(row)
    ? await openAndSurvey(context, target, row, signal)
    : await reachTarget(context, target, row, signal);
  const { held } = await ensureTarget(db, target.id);
  if (held !== null) return { kind: "held", reason: held };
  await resolveIntents(context, target.id, collection, signal);
  const planned = await planUndo(context, selector);
  const open = new Set(await namesOfIntents(db, target.id));
  const plan =
    planned === null ? null : { ...planned, items: planned.items.map((it) => unlessOpen(it, open)) };
  const restores = plan?.items.filter((item): item is Restore => "step" in item) ?? [];
  const releases = plan?.items.filter((item) => item.kind === "release") ?? [];
  if (plan === null || restores.length + releases.length === 0) return { kind: "nothing", plan };

  const runId = randomUUID();
  await startRun(db, { id: runId, kind: "undo", key: target.id, startedAt: clock.now() });
  const total = restores.length + releases.length;
  progress.begun = { run: runId, total };
  const { failed } = progress;
  const end = (error: string | null): Promise<void> => {
    const outcome = error === null && failed.length === 0 ? "complete" : "incomplete";
    return endRun(
      db,
      runId,
      { outcome, summary: { restored: progress.restored, failed: failed.length }, error },
      clock.now(),
    );
  };
  try {
    await takeBack(context, plan, releases, runId);
    progress.restored += releases.length;
    const run: WriteRun = {
      runId,
      targetId: target.id,
      collection,
      // The next plan looks at all of them: it finds each kept by this decision.
      marks: new Map(),
      lease,
      watch: new OutageWatch(),
    };
    for (const batch of chunks(restores, batchSize)) {
      const steps = batch.map(({ step }) => step);
      const keys = steps.map(({ key }) => key);
      await markKeys(db, target.id, keys, clock.now());
      await carryOut(context, run, steps, signal, ({ slot, entry }, result) => {
        if (result.kind === "stands" || result.kind === "removed") progress.restored += 1;
        else failed.push({ slot: slot.slot, title: entry.summary, reason: result.reason });
        const done = progress.restored + failed.length;
        context.progress({ task: `putting back in ${target.id}`, done, total });
      });
    }
    await end(null);
  } catch (error) {
    await end(error instanceof Error ? error.message : String(error));
    throw error;
  }
  return { kind: "done", run: runId, plan, restored: progress.restored, failed };
}

/** Where an interrupted run may have written, and nobody could look, nothing is announced over what it had announced. */
function unlessOpen(item: UndoItem, open: ReadonlySet<string>): UndoItem {
  if (!("step" in item) || !open.has(item.step.slot.name)) return item;
  const { slot, title } = item;
  const reason =
    "what an interrupted run wrote there cannot be looked up yet: give the command again once the server gives the object";
  return { kind: "refused", slot, title, reason };
}

/** Takes decisions back: the next plan goes by the source again. */
async function takeBack(
  context: Context,
  { targetId, run }: UndoPlan,
  releases: ReadonlyArray<Extract<UndoItem, { kind: "release" }>>,
  runId: string,
): Promise<void> {
  if (releases.length === 0) return;
  const now = context.clock.now();
  const keys = releases.map(({ key }) => key);
  await context.db.transaction().execute(async (tx) => {
    await endPins(tx, targetId, keys);
    await markKeys(tx, targetId, keys, now);
    await markInstances(tx, targetId, keys, now);
    const lines = releases.map(({ slot, title, key }) => ({
      run_id: runId,
      kind: "release",
      slot,
      source_id: null,
      summary: title,
      reason: `undoes run ${run.slice(0, 8)}`,
      outcome: "goes by its source again",
      target_id: targetId,
      meeting_key: key,
    }));
    await recordActions(tx, lines.map(decisionLine), now);
  });
}
