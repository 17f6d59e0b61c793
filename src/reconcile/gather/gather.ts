import { listDirtyKeys, type Marks } from "../../store/dirty-keys.ts";
import { claimSlots, slotsOfKeys, unclaimedSlots } from "../../store/slots.ts";
import type { KeyState } from "../action.ts";
import type { Context } from "../context.ts";
import { readKeyStates } from "./key-states.ts";
import { slotValues } from "./slot-values.ts";
import type { AccountInUse } from "../account-in-use.ts";

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
    const states = await readKeyStates(context, targetId, accounts, keys);
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
