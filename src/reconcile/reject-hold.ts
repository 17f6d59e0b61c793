import { randomUUID } from "node:crypto";
import { endHold, heldNames } from "../store/holds.ts";
import { markKeys } from "../store/dirty-keys.ts";
import { loadKeys } from "../store/keys.ts";
import { setPins } from "../store/pins.ts";
import { endRun, recordActions, startRun } from "../store/runs.ts";
import { keysOfSlots } from "../store/slots.ts";
import { chunks } from "../store/staging.ts";
import type { Context } from "./context.ts";
import { type Wanted, wantedNow } from "./wanted-now.ts";

/** How a hold was rejected; `run` is what takes the decision back (`kalends undo`). */
export type Rejected = { readonly run: string; readonly kept: number };

/**
 * A person's no to a hold: what stands is kept as it is, until the source says something else than now.
 * Null where nothing of the source is held.
 */
export async function rejectHold(
  context: Context,
  targetId: string,
  sourceId: string,
): Promise<Rejected | null> {
  const { db } = context;
  const names = await heldNames(db, targetId, sourceId);
  if (names === null) return null;
  const now = context.clock.now();
  const run = randomUUID();
  const keys = await keysOfSlots(db, targetId, names.map(slotIn));
  const wanted = new Map<string, Wanted>();
  for (const part of chunks([...keys.values()], 500)) {
    const states = await loadKeys(db, targetId, part);
    for (const [key, said] of await wantedNow(context, targetId, states)) wanted.set(key, said);
  }
  await db.transaction().execute(async (tx) => {
    await startRun(tx, { id: run, kind: "reject", key: targetId, startedAt: now });
    for (const part of chunks([...keys], 500)) {
      const states = await loadKeys(
        tx,
        targetId,
        part.map(([, key]) => key),
      );
      const pins = states.map(({ key }) => ({
        key,
        fingerprint: wanted.get(key)?.fingerprint ?? null,
        sourceBody: wanted.get(key)?.sourceBody ?? null,
      }));
      await setPins(tx, targetId, run, pins, now);
      await markKeys(
        tx,
        targetId,
        pins.map(({ key }) => key),
        now,
      );
      const slots = new Map(part.map(([slot, key]) => [key, slot]));
      const entries = states.flatMap(({ key, mapping }) => {
        const slot = slots.get(key);
        if (slot === undefined) return [];
        return {
          run_id: run,
          kind: "keep",
          slot,
          source_id: sourceId,
          summary: mapping?.summary ?? "",
          reason: "rejected by a person",
          outcome: "kept as it is",
          asked: true,
          target_id: targetId,
          meeting_key: key,
          before_body: null,
          after_body: null,
        };
      });
      await recordActions(tx, entries, now);
    }
    await endHold(tx, targetId, sourceId);
    await endRun(tx, run, { outcome: "complete", summary: { kept: keys.size }, error: null }, now);
  });
  return { run, kept: keys.size };
}

/** A hold names its actions `delete SLOT` and `update SLOT`. */
function slotIn(name: string): string {
  return name.slice(name.indexOf(" ") + 1);
}
