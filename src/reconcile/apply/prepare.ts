import { kalendsId, slotName, slotUid, slotValue } from "../../calendar/slot.ts";
import { stamp } from "../../calendar/stamp.ts";
import type { TargetCollection } from "../../sink/sink.ts";
import { hashBody } from "../../store/bodies.ts";
import { namesOfIntents } from "../../store/left-intents.ts";
import { keysOfSlots, type Slot, slotsOfKeys } from "../../store/slots.ts";
import { nativesOf } from "../../store/translations.ts";
import type { AccountInUse } from "../account-in-use.ts";
import { accountsBehind } from "../translate/accounts-behind.ts";
import { type Action, deviationOf, type PlanCandidate, type Restore, subjectOf } from "../action.ts";
import type { Context } from "../context.ts";
import { desiredObject } from "../translate/desired-object.ts";
import { readEach } from "../target/read-each.ts";
import type { TranslatedAccount } from "../translate/translate-native.ts";
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
  const winners = actions.flatMap((action) =>
    action.kind === "delete" || action.kind === "restore" ? [] : [action.winner],
  );
  const natives = await nativesOf(
    context.db,
    winners.map((winner) => winner.stagedId),
  );
  const slots = await slotsOfKeys(
    context.db,
    request.targetId,
    actions.map((action) => action.key),
  );
  const slotOf = (action: Action): Slot => slotOfAction(context, request.targetId, action, slots);
  const { found, open } = await readUnkept(context, request, actions, signal);
  const held = await keysOfSlots(
    context.db,
    request.targetId,
    actions.flatMap((action) => (slots.has(action.key) ? [] : [slotOf(action).slot])),
  );
  const byId = await accountsBehind(context, request.accounts, winners, natives);
  return actions.map((action): WriteStep => {
    const slot = slotOf(action);
    const entry = entryOf(action, request.asked.has(action));
    const standing = standingOf(action, slot, found);
    const common = { key: action.key, slot, entry, ...standing };
    const impediment = open.get(slot.name) ?? takenBy(action, held.get(slot.slot));
    if (impediment !== undefined)
      return { ...common, job: { kind: "postpone", reason: impediment }, owner: null };
    if (action.kind === "delete")
      return { ...common, job: { kind: "delete", standing: action.mapping }, owner: null };
    if (action.kind === "restore")
      return {
        ...common,
        ...restoreOf(action, slot, kalendsId(context.installationKey, request.targetId, slot.slot, slot.uid)),
      };
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

type Unkept = {
  /** Text by name. */
  readonly found: ReadonlyMap<string, string>;
  /** Why nothing can be done with an object now, by name. */
  readonly open: ReadonlyMap<string, string>;
};

/**
 * Reads the objects that are to be written over or removed and of which no body is kept. What cannot be read is put off,
 * and so is what an interrupted run wrote to and nobody could look up.
 */
async function readUnkept(
  context: Context,
  { targetId, collection }: PrepareRequest,
  actions: readonly Action[],
  signal: AbortSignal,
): Promise<Unkept> {
  const found = new Map<string, string>();
  const open = new Map<string, string>();
  const names = actions.flatMap((action) =>
    action.kind !== "create" && action.kind !== "adopt" && action.mapping?.sinkBase === null
      ? [action.mapping.name]
      : [],
  );
  for await (const batch of readEach(collection, names, signal)) {
    for (const object of batch.objects) found.set(object.name, object.ics);
    for (const [name, reason] of batch.unread) open.set(name, `what stands there cannot be read: ${reason}`);
  }
  for (const name of await namesOfIntents(context.db, targetId))
    open.set(name, "what an interrupted run wrote there cannot be looked up");
  return { found, open };
}

function standingOf(
  action: Action,
  slot: Slot,
  found: ReadonlyMap<string, string>,
): Pick<WriteStep, "before" | "found"> {
  if (action.kind === "create" || action.mapping === null) return { before: null, found: null };
  const read = found.get(slot.name) ?? null;
  return { before: action.mapping.sinkBase ?? (read === null ? null : hashBody(read)), found: read };
}

function entryOf(action: Action, asked: boolean): Entry {
  const { sourceId, summary } = subjectOf(action);
  const deviation = deviationOf(action);
  return { kind: writeKindOf(action), sourceId, summary, reason: action.reason, asked, deviation };
}

/** What a restore does is a write like any other: what stands there is kept and written over. */
function writeKindOf(action: Action): Entry["kind"] {
  if (action.kind !== "restore") return action.kind;
  if (action.goal === null) return "delete";
  return action.mapping === null ? "create" : "update";
}

function restoreOf(
  { goal, mapping, winner }: Restore,
  slot: Slot,
  id: string,
): Pick<WriteStep, "job" | "owner"> {
  if (goal === null) return { job: { kind: "delete", standing: mapping }, owner: null };
  const { fingerprint, startsAt } = goal;
  const ics = stamp(goal.ics, { uid: slot.uid, kalendsId: id });
  const desired = { name: slot.name, uid: slot.uid, ics, fingerprint };
  const { sourceId, accountId, identity } = winner ?? {
    sourceId: goal.sourceId ?? mapping?.sourceId ?? null,
    accountId: mapping?.accountId ?? null,
    identity: mapping?.identity ?? null,
  };
  return {
    job: mapping === null ? { kind: "create", desired } : { kind: "update", desired, standing: mapping },
    owner: { sourceId, accountId, identity, startsAt, fingerprint, sourceBase: null },
  };
}

/** What was written may be newer than what was planned. */
function ownerOf(winner: PlanCandidate, job: Job, sourceBase: string | null): Owner {
  const { sourceId, accountId, identity, startsAt } = winner;
  const fingerprint = "desired" in job ? job.desired.fingerprint : winner.fingerprint;
  return { sourceId, accountId, identity, startsAt, fingerprint, sourceBase };
}

function jobOf(
  action: Exclude<Action, { kind: "delete" | "restore" }>,
  makeDesired: () => Desired | undefined,
): Job {
  if (action.kind === "adopt") return { kind: "record", standing: action.mapping };
  const desired = makeDesired();
  if (desired === undefined)
    return { kind: "postpone", reason: "its staged form changed while the plan was made" };
  return action.kind === "create"
    ? { kind: "create", desired }
    : { kind: "update", desired, standing: action.mapping };
}

/** A source that was renamed keeps its slots, and another one may take its former id, and with it the keys. */
function takenBy({ key }: Action, holder: string | undefined): string | undefined {
  return holder === undefined || holder === key
    ? undefined
    : "another meeting has its place, of a source that once had the id of this one: give this source another id";
}

function slotOfAction(
  context: Context,
  targetId: string,
  action: Action,
  slots: ReadonlyMap<string, Slot>,
): Slot {
  if (action.kind !== "create" && action.mapping !== null)
    return { slot: action.mapping.slot, name: action.mapping.name, uid: action.mapping.uid };
  const value = slotValue(context.installationKey, targetId, action.key);
  return slots.get(action.key) ?? { slot: value, name: slotName(value), uid: slotUid(value) };
}

function desiredOf(
  context: Context,
  targetId: string,
  account: TranslatedAccount,
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
