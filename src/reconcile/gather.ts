import { listDirtyKeys, loadKeys, type Marks, seriesOfBase, type StoredKey } from "../store/keys.ts";
import { claimSlots, slotsOfKeys, unclaimedSlots } from "../store/slots.ts";
import { nativesOf } from "../store/translations.ts";
import type { KeyState } from "./action.ts";
import type { Context } from "./context.ts";
import { slotValues } from "./slot-values.ts";
import { containsInstance, desiredObject } from "./desired-object.ts";
import type { AccountInUse } from "./account-in-use.ts";

const pageSize = 500;

/** Reads what the plan of a target needs: the state of its dirty meeting keys. */
export async function* gather(
  context: Context,
  targetId: string,
  accounts: readonly AccountInUse[],
): AsyncGenerator<{ readonly states: readonly KeyState[]; readonly marks: Marks }> {
  let after = "";
  for (;;) {
    const marks = await listDirtyKeys(context.db, targetId, after, pageSize);
    const keys = [...marks.keys()];
    const last = keys.at(-1);
    if (last === undefined) return;
    after = last;
    await claimFound(context, targetId, keys);
    const stored = await loadKeys(context.db, targetId, keys);
    const covered = await coveredInstances(context, targetId, accounts, stored);
    const states = stored.map((state) => ({
      ...state,
      candidates: state.candidates.map((candidate) => ({
        ...candidate,
        covered: candidate.instance !== null && covered.has(`${candidate.baseKey} ${candidate.instance}`),
      })),
    }));
    yield { states, marks };
  }
}

/** Gives objects that were found in the sink to the meetings whose keys lead to their slots. */
async function claimFound(context: Context, targetId: string, keys: readonly string[]): Promise<void> {
  const known = await slotsOfKeys(context.db, targetId, keys);
  const keyOfSlot = new Map(
    keys
      .filter((key) => !known.has(key))

      .flatMap((key) => slotValues(context, targetId, key).map((slot) => [slot, key] as const)),
  );
  const unclaimed = await unclaimedSlots(context.db, targetId, [...keyOfSlot.keys()]);
  const claims = new Map([...keyOfSlot].filter(([slot]) => unclaimed.has(slot)));
  await claimSlots(context.db, targetId, claims);
}

/** Loose invitations ("base instance") that stand for an occurrence of a series somebody brings whole. */
async function coveredInstances(
  context: Context,
  targetId: string,
  accounts: readonly AccountInUse[],
  stored: readonly StoredKey[],
): Promise<ReadonlySet<string>> {
  const loose = stored.flatMap((state) =>
    state.candidates.flatMap(({ baseKey, instance }) => (instance === null ? [] : [{ baseKey, instance }])),
  );
  const covered = new Set<string>();
  if (loose.length === 0) return covered;
  const byId = new Map(accounts.map((entry) => [entry.account.id, entry]));
  const series = await seriesOfBase(context.db, targetId, [...new Set(loose.map((it) => it.baseKey))]);
  const natives = await nativesOf(
    context.db,
    series.map((it) => it.stagedId),
  );
  for (const { baseKey, stagedId, accountId } of series) {
    const entry = byId.get(accountId);
    const native = natives.get(stagedId)?.native;
    if (entry === undefined || native === undefined) continue;
    const object = desiredObject(context, entry, native, { key: baseKey, instance: null });
    if (object === undefined) continue;
    for (const it of loose) {
      if (it.baseKey === baseKey && containsInstance(object, it.instance, context.zone))
        covered.add(`${baseKey} ${it.instance}`);
    }
  }
  return covered;
}
