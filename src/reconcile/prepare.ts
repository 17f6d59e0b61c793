import { kalendsId, slotName, slotUid, slotValue } from "../calendar/slot.ts";
import { stamp } from "../calendar/stamp.ts";
import type { TargetCollection } from "../sink/sink.ts";
import { hashBody } from "../store/bodies.ts";
import { type Slot, slotsOfKeys } from "../store/slots.ts";
import { nativesOf } from "../store/translations.ts";
import type { AccountInUse } from "./account-in-use.ts";
import type { Action, PlanCandidate } from "./action.ts";
import type { Context } from "./context.ts";
import { desiredObject } from "./desired-object.ts";
import type { Desired } from "./write-action.ts";
import type { Entry, Job, Owner, WriteStep } from "./write-step.ts";

export type PrepareRequest = {
  readonly targetId: string;
  readonly accounts: readonly AccountInUse[];
  readonly collection: TargetCollection;
  /** Those that a person has seen and asked for. */
  readonly asked: ReadonlySet<Action>;
};

/** Makes actions ready to be written: with their slots, bodies, and what they will take the place of. */
export async function prepare(
  context: Context,
  request: PrepareRequest,
  actions: readonly Action[],
  signal: AbortSignal,
): Promise<WriteStep[]> {
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
  const found = await readUnkept(request.collection, actions, signal);
  const byId = new Map(request.accounts.map((entry) => [entry.account.id, entry]));
  return actions.map((action): WriteStep => {
    const slot = slotOf(context, request.targetId, action, slots);
    const entry = entryOf(action, request.asked.has(action));
    const standing = standingOf(action, slot, found);
    const common = { key: action.key, slot, entry, ...standing };
    if (action.kind === "delete")
      return { ...common, job: { kind: "delete", standing: action.mapping }, owner: null };
    const native = natives.get(action.winner.stagedId);
    const account = byId.get(action.winner.accountId);
    const job = jobOf(action, () =>
      native === undefined || account === undefined
        ? undefined
        : desiredOf(context, request.targetId, account, native.native, action, slot),
    );
    return { ...common, job, owner: ownerOf(action.winner, job, native?.bodyHash ?? null) };
  });
}

/** Reads the objects that are to be written over or removed and of which no body is kept. */
async function readUnkept(
  collection: TargetCollection,
  actions: readonly Action[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const names = actions.flatMap((action) =>
    (action.kind === "update" || action.kind === "delete") && action.mapping.sinkBase === null
      ? [action.mapping.name]
      : [],
  );
  const found = new Map<string, string>();
  if (names.length === 0) return found;
  for await (const batch of collection.read(names, signal))
    for (const object of batch) found.set(object.name, object.ics);
  return found;
}

function standingOf(
  action: Action,
  slot: Slot,
  found: ReadonlyMap<string, string>,
): Pick<WriteStep, "before" | "found"> {
  if (action.kind === "create") return { before: null, found: null };
  const read = found.get(slot.name) ?? null;
  return { before: action.mapping.sinkBase ?? (read === null ? null : hashBody(read)), found: read };
}

function entryOf(action: Action, asked: boolean): Entry {
  const { kind, reason } = action;
  const { sourceId, summary } = kind === "delete" ? action.mapping : action.winner;
  return { kind, sourceId, summary, reason, asked };
}

/** What was written may be newer than what was planned. */
function ownerOf(winner: PlanCandidate, job: Job, sourceBase: string | null): Owner {
  const { sourceId, accountId, identity, startsAt } = winner;
  const fingerprint = "desired" in job ? job.desired.fingerprint : winner.fingerprint;
  return { sourceId, accountId, identity, startsAt, fingerprint, sourceBase };
}

function jobOf(action: Exclude<Action, { kind: "delete" }>, makeDesired: () => Desired | undefined): Job {
  if (action.kind === "adopt") return { kind: "record", standing: action.mapping };
  const desired = makeDesired();
  if (desired === undefined)
    return { kind: "postpone", reason: "its staged form changed while the plan was made" };
  return action.kind === "create"
    ? { kind: "create", desired }
    : { kind: "update", desired, standing: action.mapping };
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
  account: AccountInUse,
  native: string,
  { key, winner }: { readonly key: string; readonly winner: PlanCandidate },
  slot: Slot,
): Desired | undefined {
  const object = desiredObject(context, account, native, { key, instance: winner.instance });
  if (object === undefined) return undefined;
  const id = kalendsId(context.installationKey, targetId, slot.slot, slot.uid);
  const ics = stamp(object.ics, { uid: slot.uid, kalendsId: id });
  return { name: slot.name, uid: slot.uid, ics, fingerprint: object.fingerprint };
}
