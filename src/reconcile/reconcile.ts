import { randomUUID } from "node:crypto";
import { RemoteError } from "../http/remote-error.ts";
import { sentence } from "../http/sentence.ts";
import type { TargetCollection } from "../sink/sink.ts";
import { clearDirtyKeys, countDirtyKeys } from "../store/dirty-keys.ts";
import { forgetLost } from "../store/drop-mappings.ts";
import { forgetRefusals, retryRefusals } from "../store/refusals.ts";
import { endRun, startRun } from "../store/runs.ts";
import { endOtherHolds, saveHolds } from "../store/holds.ts";
import { endPins } from "../store/pins.ts";
import { databaseTrouble } from "../store/database-error.ts";
import { refusalRetryMs } from "../store/work.ts";
import { markLeftBehind } from "../store/standing-elsewhere.ts";
import { ensureTarget, type Target, updateTarget } from "../store/targets.ts";
import { accountsOfTarget } from "./account-in-use.ts";
import type { Action } from "./action.ts";
import { type ApplyCounts, applyActions } from "./apply/apply.ts";
import { backOff } from "./back-off.ts";
import type { ConfiguredTarget, Context } from "./context.ts";
import type { Hold } from "./guard.ts";
import { planTarget } from "./plan-target.ts";
import { openAndSurvey, reachTarget } from "./target/open-target.ts";
import { resolveIntents } from "./apply/resolve-intents.ts";
import { isToBeSurveyed } from "./target/survey.ts";
import { translateTarget } from "./translate/translate.ts";
import { isWatchDue, noticeChanges } from "./target/watch-target.ts";
import { type LeaseGuard, LeaseLostError, withLease } from "./with-lease.ts";

/** What one reconciliation of one target did. */
export type ReconcileResult = {
  /** Id of the recorded run; null where nothing was applied. */
  readonly run: string | null;
  /** `idle`: nothing to look at; `busy`: another process is at it. */
  readonly outcome: "idle" | "complete" | "incomplete" | "held" | "failed" | "busy";
  readonly counts: ApplyCounts;
  readonly translated: number;
  readonly holds: readonly Hold[];
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
};

const nothing: ApplyCounts = { created: 0, updated: 0, removed: 0, adopted: 0, refused: 0, postponed: 0 };
const idle: ReconcileResult = {
  run: null,
  outcome: "idle",
  counts: nothing,
  translated: 0,
  holds: [],
  errors: [],
  warnings: [],
};

/**
 * Brings one target up to what is staged: translate, plan, guard, apply. Asks the sink nothing when
 * there is nothing to look at.
 */
export async function reconcileTarget(
  context: Context,
  target: ConfiguredTarget,
  signal: AbortSignal,
  options: ReconcileOptions = {},
): Promise<ReconcileResult> {
  const result = await withLease(context, `target:${target.id}`, signal, (lease, fenced) =>
    reconcile({ context, configured: target, lease, signal: fenced, options }),
  );
  return result ?? { ...idle, outcome: "busy" };
}

export type ReconcileOptions = {
  /** Also ask the target now and then whether others changed something there, where there is nothing else to do. */
  readonly watch?: boolean;
  /** A source whose removals somebody has just seen and asked for. */
  readonly unguarded?: string;
};

type Work = {
  readonly context: Context;
  readonly configured: ConfiguredTarget;
  readonly lease: LeaseGuard;
  readonly signal: AbortSignal;
  readonly options: ReconcileOptions;
};

async function reconcile(work: Work): Promise<ReconcileResult> {
  const { context, configured, signal } = work;
  const target = await ensureTarget(context.db, configured.id);
  try {
    // Before anything is translated: keys are given in the knowledge of what already stands there.
    const opened = isToBeSurveyed(target) ? await openAndSurvey(context, configured, target, signal) : null;
    const { translated, deferred } = await translateTarget(context, target.id, signal);
    const now = context.clock.now();
    await retryRefusals(context.db, target.id, now - refusalRetryMs, now);
    const isIdle = (await countDirtyKeys(context.db, target.id)) === 0;
    if (isIdle) {
      // What is held stays dirty. A hold without that was carried out by a run that was killed before it could say so.
      await endOtherHolds(context.db, target.id, []);
      if (deferred === 0) await updateTarget(context.db, target.id, { rewrites_expected: false });
      const isToBeWatched = work.options.watch === true && target.held === null && isWatchDue(target, now);
      if (!isToBeWatched) return { ...idle, translated };
    }
    const collection = opened ?? (await reachTarget(context, configured, target, signal, isIdle));
    const reached = await ensureTarget(context.db, target.id);
    const { held, rewrites_expected } = reached;
    if (held !== null) return { ...idle, outcome: "held", translated, errors: [held] };
    await resolveIntents(context, target.id, collection, signal);
    if (isWatchDue(reached, now)) await noticeChanges(context, reached, collection, work.lease, signal);
    if ((await countDirtyKeys(context.db, target.id)) === 0) {
      await updateTarget(context.db, target.id, { failures: 0, retry_at: null, last_error: null });
      return { ...idle, translated };
    }
    const result = await planAndApply(work, collection, rewrites_expected);
    // What waits or was postponed is still to be written for the same reason.
    if (deferred === 0 && result.counts.postponed === 0)
      await updateTarget(context.db, target.id, { rewrites_expected: false });
    return { ...result, translated };
  } catch (error) {
    if (error instanceof RemoteError) return await failed(context, target, error, signal.aborted);
    if (!(error instanceof LeaseLostError) && !signal.aborted) await noteUnexpected(context, target, error);
    throw error;
  }
}

async function planAndApply(
  work: Work,
  collection: TargetCollection,
  rewritesExpected: boolean,
): Promise<ReconcileResult> {
  const { context, configured, lease, signal, options } = work;
  const accounts = await accountsOfTarget(context, configured.id);
  const guarded = await planTarget(context, configured.id, accounts, {
    rewritesExpected,
    unguarded: options.unguarded ?? null,
  });
  const now = (): number => context.clock.now();
  const restKeys = guarded.rests.map((rest) => rest.key);
  await endPins(context.db, configured.id, guarded.unpinned);
  await clearDirtyKeys(context.db, configured.id, restKeys, guarded.marks);
  await forgetRefusals(context.db, configured.id, restKeys);
  await forgetLost(context.db, configured.id, restKeys);
  await saveHolds(context.db, configured.id, guarded.holds, wantedIn(guarded.actions), now());
  const runId = randomUUID();
  await startRun(context.db, { id: runId, kind: "reconcile", key: configured.id, startedAt: now() });
  const { marks, allowed, asked, holds } = guarded;
  try {
    const targetId = configured.id;
    const request = { runId, targetId, accounts, collection, actions: allowed, asked, marks, lease };
    const { counts, putOff } = await applyActions(context, request, signal);
    const outcome = holds.length > 0 ? "held" : counts.postponed > 0 ? "incomplete" : "complete";
    await endRun(context.db, runId, { outcome, summary: counts, error: null }, now());
    await endOtherHolds(context.db, configured.id, holds);
    // What has moved here from another target stands now, and may go there.
    const own = accounts.map(({ account }) => account);
    await markLeftBehind(context.db, configured.id, own, now());
    await updateTarget(context.db, configured.id, {
      failures: 0,
      retry_at: null,
      last_error: putOff[0] ?? null,
      reconciled_at: new Date(now()).toISOString(),
    });
    return {
      run: runId,
      outcome,
      counts,
      translated: 0,
      holds,
      errors: putOff,
      warnings: collection.warnings,
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await endRun(
      context.db,
      runId,
      { outcome: "incomplete", summary: { planned: allowed.length }, error: message },
      now(),
    );
    throw error;
  }
}

/** What the plan wants to write over, by the names that holds have. */
function wantedIn(actions: readonly Action[]): Map<string, string> {
  return new Map(
    actions.flatMap((action) =>
      action.kind === "update" ? [[`update ${action.mapping.slot}`, action.winner.fingerprint] as const] : [],
    ),
  );
}

async function failed(
  context: Context,
  target: Target,
  error: RemoteError,
  isStopped: boolean,
): Promise<ReconcileResult> {
  const next = error.willRecover ? "It is tried again by itself; nothing is lost meanwhile." : "";
  const message = [`target ${target.id}: ${sentence(error.message)}`, error.remedy ?? "", next]
    .filter((part) => part !== "")
    .join(" ");
  // Being stopped is no failure: nothing to back off from.
  if (isStopped) return { ...idle, outcome: "incomplete", errors: [message] };
  const now = context.clock.now();
  await updateTarget(context.db, target.id, {
    opened_at: null,
    failures: target.failures + 1,
    retry_at: new Date(backOff(target.failures + 1, error, now)).toISOString(),
    last_error: message,
  });
  return { ...idle, outcome: error.willRecover ? "incomplete" : "failed", errors: [message] };
}

/** A mistake of ours, or trouble with the database: `status` tells of it, and the target is left alone for a while. */
async function noteUnexpected(context: Context, target: Target, error: unknown): Promise<void> {
  const now = context.clock.now();
  const message = error instanceof Error ? error.message : String(error);
  const next = databaseTrouble(error)?.remedy ?? "The next run tries again; the log has the details.";
  await updateTarget(context.db, target.id, {
    failures: target.failures + 1,
    retry_at: new Date(backOff(target.failures + 1, error, now)).toISOString(),
    last_error: `target ${target.id} could not be brought up to date for an unexpected reason: ${message}. ${next}`,
  }).catch(() => undefined);
}
