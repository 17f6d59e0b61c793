import { RemoteError } from "../http/remote-error.ts";
import { kalendsId, slotName, slotUid, slotValue } from "../calendar/slot.ts";
import { stamp } from "../calendar/stamp.ts";
import type { TargetCollection } from "../sink/sink.ts";
import { type AppliedRecord, commitApplied } from "../store/applied.ts";
import { hashBody } from "../store/bodies.ts";
import type { Marks } from "../store/keys.ts";
import { commitIntents, type Intent } from "../store/intents.ts";
import { type Slot, slotsOfKeys } from "../store/slots.ts";
import { chunks } from "../store/staging.ts";
import { nativesOf } from "../store/translations.ts";
import type { Action, PlanCandidate, PlanMapping } from "./action.ts";
import type { Context } from "./context.ts";
import { desiredObject } from "./desired-object.ts";
import { OutageWatch } from "./outage.ts";
import type { AccountInUse } from "./account-in-use.ts";
import { type LeaseGuard, LeaseLostError } from "./with-lease.ts";
import { type Desired, type WriteResult, writeAway, writeNew, writeOver } from "./write-action.ts";

export type ApplyRequest = {
  readonly runId: string;
  readonly targetId: string;
  readonly accounts: readonly AccountInUse[];
  readonly collection: TargetCollection;
  readonly actions: readonly Action[];
  /** The keys as they were read for the plan: those marked again since stay dirty. */
  readonly marks: Marks;
};

export type ApplyCounts = {
  created: number;
  updated: number;
  removed: number;
  adopted: number;
  refused: number;
  postponed: number;
};

/** Intents and outcomes are committed for so many writes at a time. */
const batchSize = 50;

/** An action made ready: its slot, and what is to be done with the sink. */
type Prepared = {
  readonly action: Action;
  readonly slot: Slot;
  readonly sourceBase: string | null;
  readonly job: Job;
};

type Job =
  | { readonly kind: "create"; readonly desired: Desired }
  | { readonly kind: "update"; readonly desired: Desired; readonly mapping: PlanMapping }
  | { readonly kind: "delete"; readonly mapping: PlanMapping }
  | { readonly kind: "record"; readonly mapping: PlanMapping }
  | { readonly kind: "postpone"; readonly reason: string };

/**
 * Does the actions of a plan, one conditional write at a time. Each batch of writes is announced
 * before and recorded after; interrupted in between, the next plan finds what was written and adopts it.
 */
export async function applyActions(
  context: Context,
  request: ApplyRequest,
  lease: LeaseGuard,
  signal: AbortSignal,
): Promise<ApplyCounts> {
  const counts: ApplyCounts = { created: 0, updated: 0, removed: 0, adopted: 0, refused: 0, postponed: 0 };
  const watch = new OutageWatch();
  let done = 0;
  for (const batch of chunks(request.actions, batchSize)) {
    const prepared = await prepare(context, request, batch);
    await commitIntents(context.db, request.targetId, prepared.flatMap(intentOf), context.clock.now());
    const records: AppliedRecord[] = [];
    const kept: string[] = [];
    const record = (finished: readonly AppliedRecord[]): Promise<void> =>
      commitApplied(context.db, request.targetId, finished, kept, request.marks, context.clock.now());
    try {
      for (const item of prepared) {
        await lease.check();
        const result = await perform(request.collection, item, signal);
        if (result.kind !== "refused" && result.kind !== "postponed" && result.replaced !== null)
          kept.push(result.replaced);
        records.push(recordOf(request, item, result));
        count(counts, item.action, result);
        watch.notice(result, `writing to ${request.targetId}`);
        done += 1;
        context.progress({ task: `writing to ${request.targetId}`, done, total: request.actions.length });
      }
    } catch (error) {
      // Without the lease somebody else may have recorded newer writes: the intents tell of ours.
      if (error instanceof LeaseLostError) throw error;
      // An outage is not the objects' fault: what was refused in it is tried again.
      const left = error instanceof RemoteError ? records.map(asPostponed) : records;
      await record(left);
      throw error;
    }
    await record(records);
  }
  return counts;
}

function asPostponed(record: AppliedRecord): AppliedRecord {
  return record.effect.kind === "refused" ? { ...record, effect: { kind: "postponed" } } : record;
}

async function prepare(
  context: Context,
  request: ApplyRequest,
  actions: readonly Action[],
): Promise<Prepared[]> {
  const winners = actions.flatMap((action) => (action.kind === "delete" ? [] : [action.winner]));
  const natives = await nativesOf(
    context.db,
    winners.map((winner) => winner.stagedId),
  );
  const slots = await slotsOfKeys(
    context.db,
    request.targetId,
    actions.map((action) => action.key),
  );
  const byId = new Map(request.accounts.map((entry) => [entry.account.id, entry]));
  return actions.map((action) => {
    const slot = slotOf(context, request.targetId, action, slots);
    if (action.kind === "delete")
      return { action, slot, sourceBase: null, job: { kind: "delete", mapping: action.mapping } };
    const native = natives.get(action.winner.stagedId);
    const entry = byId.get(action.winner.accountId);
    const job = jobOf(action, () =>
      native === undefined || entry === undefined
        ? undefined
        : desiredOf(context, request.targetId, entry, native.native, action, slot),
    );
    return { action, slot, sourceBase: native?.bodyHash ?? null, job };
  });
}

function jobOf(action: Exclude<Action, { kind: "delete" }>, makeDesired: () => Desired | undefined): Job {
  if (action.kind === "adopt") return { kind: "record", mapping: action.mapping };
  const desired = makeDesired();
  if (desired === undefined)
    return { kind: "postpone", reason: "its staged form changed while the plan was made" };
  return action.kind === "create"
    ? { kind: "create", desired }
    : { kind: "update", desired, mapping: action.mapping };
}

function slotOf(context: Context, targetId: string, action: Action, slots: ReadonlyMap<string, Slot>): Slot {
  if (action.kind !== "create")
    return { slot: action.mapping.slot, name: action.mapping.name, uid: action.mapping.uid };
  const value = slotValue(context.installationKey, targetId, action.key);
  return slots.get(action.key) ?? { slot: value, name: slotName(value), uid: slotUid(value) };
}

function desiredOf(
  context: Context,
  targetId: string,
  entry: AccountInUse,
  native: string,
  { key, winner }: { readonly key: string; readonly winner: PlanCandidate },
  slot: Slot,
): Desired | undefined {
  const object = desiredObject(context, entry, native, { key, instance: winner.instance });
  if (object === undefined) return undefined;
  const id = kalendsId(context.installationKey, targetId, slot.slot, slot.uid);
  const ics = stamp(object.ics, { uid: slot.uid, kalendsId: id });
  return { name: slot.name, uid: slot.uid, ics, fingerprint: object.fingerprint };
}

function intentOf({ action, slot, job }: Prepared): Intent[] {
  const sourceId = action.kind === "delete" ? action.mapping.sourceId : action.winner.sourceId;
  const common = { key: action.key, slot, sourceId };
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
  { slot, job }: Prepared,
  signal: AbortSignal,
): Promise<WriteResult> {
  switch (job.kind) {
    case "create":
      return writeNew(collection, job.desired, signal);
    case "update":
      return writeOver(collection, job.desired, job.mapping, signal);
    case "delete":
      return writeAway(collection, slot, job.mapping, signal);
    case "record":
      return {
        kind: "stands",
        etag: job.mapping.etag,
        sinkFingerprint: job.mapping.sinkFingerprint,
        note: "recorded",
        replaced: null,
      };
    case "postpone":
      return { kind: "postponed", reason: job.reason };
    default:
      return job satisfies never;
  }
}

function recordOf(request: ApplyRequest, item: Prepared, result: WriteResult): AppliedRecord {
  const { action, slot } = item;
  const winner = action.kind === "delete" ? null : action.winner;
  const owner = winner?.sourceId ?? (action.kind === "delete" ? action.mapping.sourceId : null);
  const summary = winner?.summary ?? (action.kind === "delete" ? action.mapping.summary : "");
  const outcome = "note" in result ? result.note : `${result.kind}: ${result.reason}`;
  return {
    key: action.key,
    name: slot.name,
    action: {
      run_id: request.runId,
      kind: action.kind,
      slot: slot.slot,
      source_id: owner,
      summary,
      reason: action.reason,
      outcome,
    },
    effect: effectOf(item, result, winner),
  };
}

function effectOf(
  item: Prepared,
  result: WriteResult,
  winner: PlanCandidate | null,
): AppliedRecord["effect"] {
  switch (result.kind) {
    case "stands":
      if (winner === null) return { kind: "postponed" };
      return {
        kind: "stands",
        mapping: {
          slot: item.slot.slot,
          source_id: winner.sourceId,
          account_id: winner.accountId,
          identity: winner.identity,
          summary: winner.summary,
          starts_at: winner.startsAt,
          // What was written, which may be newer than what was planned.
          desired_fingerprint: "desired" in item.job ? item.job.desired.fingerprint : winner.fingerprint,
          sink_etag: result.etag,
          sink_fingerprint: result.sinkFingerprint,
          source_base: item.sourceBase,
          sink_base: "desired" in item.job ? hashBody(item.job.desired.ics) : null,
        },
      };
    case "removed":
      return { kind: "removed", slot: item.slot.slot };
    case "refused":
      return {
        kind: "refused",
        fingerprint: winner?.fingerprint ?? "",
        sourceId: winner?.sourceId ?? "",
        summary: winner?.summary ?? "",
        reason: result.reason,
      };
    case "postponed":
      return { kind: "postponed" };
    default:
      return result satisfies never;
  }
}

function count(counts: ApplyCounts, action: Action, result: WriteResult): void {
  if (result.kind === "refused") counts.refused += 1;
  else if (result.kind === "postponed") counts.postponed += 1;
  else if (action.kind === "adopt" || ("note" in result && result.note === "already as it should be"))
    counts.adopted += 1;
  else if (action.kind === "create") counts.created += 1;
  else if (action.kind === "update") counts.updated += 1;
  else counts.removed += 1;
}
