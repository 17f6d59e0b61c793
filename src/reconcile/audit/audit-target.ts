import { randomUUID } from "node:crypto";
import { RemoteError } from "../../http/remote-error.ts";
import { sentence } from "../../http/sentence.ts";
import { noteTargetAudited } from "../../store/audit-target.ts";
import { commitRepair } from "../../store/repair-target.ts";
import { endRun, startRun } from "../../store/runs.ts";
import { ensureTarget, type Target, updateTarget } from "../../store/targets.ts";
import { isBackingOff } from "../../store/work.ts";
import { accountsOfTarget } from "../account-in-use.ts";
import type { EventCounts, ObjectCounts } from "./books.ts";
import type { SinkCounts } from "../target/compare-sink.ts";
import type { ConfiguredTarget, Context } from "../context.ts";
import type { Difference } from "./difference.ts";
import { lookAtTarget, type TargetLook } from "./look-at-target.ts";
import { reachTarget } from "../target/open-target.ts";
import { reconcileTarget } from "../reconcile.ts";
import { repairOfSink } from "../target/repair-of-sink.ts";
import { repairOfBooks, together } from "./repair-of-books.ts";
import { resolveIntents } from "../apply/resolve-intents.ts";
import { isToBeSurveyed } from "../target/survey.ts";
import {
  findingsOf,
  type Mended,
  mendedByBooks,
  nameOfFinding,
  targetDifference,
  type TargetFinding,
} from "./target-difference.ts";
import { noteSeen } from "../target/watch-target.ts";
import { withLease } from "../with-lease.ts";

/**
 * The books of one target. They balance where every staged event has a class, and everything on record is present and
 * has one: `staged` is the sum of the other events but `aged`, `listed` that of the other objects but `recorded`, and
 * `recorded` that of `standing` but `withoutEvent`.
 */
export type TargetBooks = {
  readonly events: EventCounts;
  readonly objects: SinkCounts;
  /** What the objects on record stand for. */
  readonly standing: ObjectCounts;
};

/** What came of holding one target against what is staged for it. */
export type TargetAudit = {
  readonly target: string;
  /** As they are now: after the repair, where there was one. Null where the target could not be listed in full. */
  readonly books: TargetBooks | null;
  readonly differences: readonly Difference[];
  /** The target was listed to its end. */
  readonly isComplete: boolean;
  /** It is complete, and the books balance: after the repair, where there was one. */
  readonly isBalanced: boolean;
  /** Something waits for a person: a hold, a held target, a difference that only a person can put right. */
  readonly waitsForPerson: boolean;
  /** Where it is not complete: that is tried again, and may succeed, without a person. */
  readonly heals: boolean;
  /** One sentence per thing that could not be looked at. */
  readonly errors: readonly string[];
};

const calendarIsGone =
  "Its calendar is not on the sink any more: bring it back, or, if it was removed on purpose, give the target another " +
  "id in the configuration, and it is made and filled anew.";

export type AuditOptions = {
  readonly repair: boolean;
  /** Reads every object, whatever its ETag. */
  readonly deep: boolean;
  /** A person has asked for it now: the target is not left alone because it failed a moment ago. */
  readonly ignoreBackOff?: boolean;
};

/**
 * The target half of the audit: lists the target in full and compares it with what is on record, and that with what is
 * staged. A repair puts on record what really stands there and has it planned, which follows at once, under the guard.
 * Null while another process works on the target.
 */
export async function auditTarget(
  context: Context,
  configured: ConfiguredTarget,
  signal: AbortSignal,
  options: AuditOptions,
): Promise<TargetAudit | null> {
  const runId = randomUUID();
  const now = (): number => context.clock.now();
  await startRun(context.db, { id: runId, kind: "audit", key: configured.id, startedAt: now() });
  try {
    const audited = await audit(context, configured, signal, options);
    const { isComplete = false, isBalanced = false, differences = [], errors = [] } = audited ?? {};
    // `status` goes by it: see auditWaits in store/status.ts.
    const unbalanced = differences.some(({ state }) => state === "waits") ? "held" : "incomplete";
    await endRun(
      context.db,
      runId,
      {
        outcome: isBalanced ? "complete" : isComplete ? unbalanced : "failed",
        summary: { differences: differences.length, ...audited?.books?.events },
        error: audited === null ? "Another process was at work on the target." : (errors[0] ?? null),
      },
      now(),
    );
    const line = {
      run: runId,
      target: configured.id,
      differences: differences.length,
      isComplete,
      isBalanced,
    };
    if (isBalanced) context.log.info(line, "target audited");
    else context.log.warn({ ...line, errors }, "target audited");
    return audited;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await endRun(context.db, runId, { outcome: "incomplete", summary: {}, error: message }, now());
    throw error;
  }
}

async function audit(
  context: Context,
  configured: ConfiguredTarget,
  signal: AbortSignal,
  options: AuditOptions,
): Promise<TargetAudit | null> {
  let before = await ensureTarget(context.db, configured.id);
  if (options.repair && isToBeSurveyed(before)) {
    await reconcileTarget(context, configured, signal);
    before = await ensureTarget(context.db, configured.id);
  }
  // One that no source writes to, and none ever did.
  if (before.surveyed_at === null && (await accountsOfTarget(context, configured.id)).length === 0)
    return { ...incomplete(configured.id, "", true), isComplete: true, isBalanced: true, errors: [] };
  const impediment = whyNot(before, options.ignoreBackOff === true ? null : context.clock.now());
  if (impediment !== null) return incomplete(configured.id, impediment, true);
  try {
    const first = await look(context, configured, signal, options);
    if (first === null) return null;
    const found = findingsOf(first);
    const isMended = options.repair && (found.length > 0 || first.books.events.waiting > 0);
    const { errors } = isMended ? await reconcileTarget(context, configured, signal) : { errors: [] };
    const last = isMended ? await look(context, configured, signal, { ...options, repair: false }) : first;
    if (last === null) return null;
    const left = new Set(findingsOf(last).map(nameOfFinding));
    const mended = (finding: TargetFinding): Mended => {
      if (!options.repair) return null;
      const isUnclaimed = finding.kind === "orphan" && first.leads.get(finding.found.slot)?.isWanted !== true;
      if (left.has(nameOfFinding(finding)) || (isUnclaimed && !last.isRead)) return "stays";
      return mendedByBooks(finding, first.leads, last.books);
    };
    const differences = found.map((finding) =>
      targetDifference(configured.id, finding, first.leads, mended(finding)),
    );
    return await concluded(context, configured.id, last, differences, errors);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const isGone = error.kind === "missing";
    if (isGone) await updateTarget(context.db, configured.id, { opened_at: null });
    const isPassing = error.willRecover && error.kind !== "aborted";
    const wait = isPassing ? "Wait until the server can be reached." : undefined;
    const advice = error.remedy ?? (isGone ? calendarIsGone : wait);
    const remedy = advice === undefined ? "" : ` ${advice}`;
    return incomplete(
      configured.id,
      `Target ${configured.id} could not be read in full: ${sentence(error.message)}${remedy}`,
      error.willRecover || error.kind === "aborted",
    );
  }
}

/** One look under the lease, with its repair put on record. Null where another process has the lease. */
async function look(
  context: Context,
  configured: ConfiguredTarget,
  signal: AbortSignal,
  { repair, deep }: AuditOptions,
): Promise<TargetLook | null> {
  return withLease(context, `target:${configured.id}`, signal, async (lease, fenced) => {
    const target = await ensureTarget(context.db, configured.id);
    // Without a repair nothing is set up or dressed either.
    const collection =
      repair || target.href === null
        ? await reachTarget(context, configured, target, fenced)
        : context.sink.attachTarget(target.href);
    await resolveIntents(context, target.id, collection, fenced);
    const seen = await lookAtTarget(context, target, collection, deep, fenced);
    if (!repair) return seen;
    await lease.check();
    const work = together(
      repairOfSink(seen.findings, seen.leads, seen.isRead),
      repairOfBooks(seen.books.findings, seen),
    );
    await commitRepair(context.db, target.id, work, context.clock.now());
    await noteSeen(context, target, seen.changes);
    return seen;
  });
}

async function concluded(
  context: Context,
  targetId: string,
  last: TargetLook,
  differences: readonly Difference[],
  repairErrors: readonly string[],
): Promise<TargetAudit> {
  const { counts, books } = last;
  const { held } = await ensureTarget(context.db, targetId);
  const isBalanced = findingsOf(last).length === 0 && isEven(last);
  await noteTargetAudited(context.db, targetId, { isBalanced, foreign: counts.foreign }, context.clock.now());
  return {
    target: targetId,
    books: { events: books.events, objects: counts, standing: books.objects },
    differences,
    isComplete: true,
    isBalanced,
    waitsForPerson:
      held !== null ||
      [...books.openKeys.values()].includes("held") ||
      differences.some(({ state }) => state === "waits"),
    heals: true,
    errors: [...new Set([...(held === null ? [] : [held]), ...repairErrors, ...last.errors])],
  };
}

/** Whether the sums are right, whatever was found. */
function isEven({ counts, books }: TargetLook): boolean {
  const { staged, aged: _, ...events } = books.events;
  const { withoutEvent: __, ...objects } = books.objects;
  return (
    sumOf(events) === staged &&
    events.unaccounted === 0 &&
    counts.recorded === counts.present &&
    counts.recorded === sumOf(objects)
  );
}

function sumOf(classes: Readonly<Record<string, number>>): number {
  return Object.values(classes).reduce((total, count) => total + count, 0);
}

/** @param now null: a back-off does not count. */
function whyNot(target: Target, now: number | null): string | null {
  if (now !== null && isBackingOff(target.retry_at, now)) {
    return `Target ${target.id} is left alone until ${target.retry_at?.toISOString()}: ${target.last_error ?? "it could not be reached"}`;
  }
  if (target.surveyed_at === null)
    return `Target ${target.id} was never synchronised, so that there is nothing to compare it with: \`kalends sync\` does so now, a running daemon by itself.`;
  return isToBeSurveyed(target)
    ? `Target ${target.id} was not looked at yet by this version: \`kalends sync\` does so now, a running daemon by itself.`
    : null;
}

function incomplete(target: string, error: string, heals: boolean): TargetAudit {
  return {
    target,
    books: null,
    differences: [],
    isComplete: false,
    isBalanced: false,
    waitsForPerson: false,
    heals,
    errors: [error],
  };
}
