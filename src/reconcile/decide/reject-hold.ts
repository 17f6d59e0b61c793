import { randomUUID } from "node:crypto";
import { markKeys } from "../../store/dirty-keys.ts";
import { endHold, type HeldSet, heldSet } from "../../store/holds.ts";
import { loadKeys } from "../../store/keys.ts";
import { type Pin, setPins } from "../../store/pins.ts";
import { decisionLine, endRun, recordActions, startRun } from "../../store/runs.ts";
import { keysOfSlots } from "../../store/slots.ts";
import { chunks } from "../../store/staging.ts";
import type { Context } from "../context.ts";
import { type Wanted, wantedNow } from "../gather/wanted-now.ts";
import { withLease } from "../with-lease.ts";

/** Which hold is rejected; `mark`: of what a person looked at, null for whatever is held. */
export type RejectRequest = {
  readonly targetId: string;
  readonly sourceId: string;
  readonly mark: string | null;
};

/** What came of a rejection. */
export type Rejected =
  /** Another process works on the target. */
  | { readonly kind: "busy" }
  | { readonly kind: "nothing" }
  /** The hold does not contain what was looked at. */
  | { readonly kind: "changed"; readonly names: readonly string[]; readonly mark: string }
  | {
      readonly kind: "rejected";
      /** What takes the decision back (`kalends undo`). */
      readonly run: string;
      readonly kept: number;
      /** Events that are not as they were when the hold was made: the next plan looks at them anew. */
      readonly changed: number;
    };

/** A person's no to a hold: what stands is kept as it is, until the source says something else than it said then. */
export async function rejectHold(
  context: Context,
  request: RejectRequest,
  signal: AbortSignal,
): Promise<Rejected> {
  const rejected = await withLease(context, `target:${request.targetId}`, signal, () =>
    reject(context, request),
  );
  return rejected ?? { kind: "busy" };
}

async function reject(context: Context, { targetId, sourceId, mark }: RejectRequest): Promise<Rejected> {
  const { db } = context;
  const hold = await heldSet(db, targetId, sourceId);
  if (hold === null) return { kind: "nothing" };
  if (mark !== null && mark !== hold.mark) return { kind: "changed", names: hold.names, mark: hold.mark };
  const now = context.clock.now();
  const run = randomUUID();
  const nameOfSlot = new Map(hold.names.map((name) => [slotIn(name), name]));
  const keys = await keysOfSlots(db, targetId, [...nameOfSlot.keys()]);
  let kept = 0;
  await db.transaction().execute(async (tx) => {
    await startRun(tx, { id: run, kind: "reject", key: targetId, startedAt: now });
    for (const part of chunks([...keys.values()], 500)) {
      const states = await loadKeys(tx, targetId, part);
      const wanted = await wantedNow({ ...context, db: tx }, targetId, states);
      const pinned = states.flatMap(({ key, mapping }) => {
        const name = mapping === null ? undefined : nameOfSlot.get(mapping.slot);
        if (mapping === null || name === undefined) return [];
        const said = wanted.get(key);
        if (!isAsHeld(hold, name, said)) return [];
        const pin: Pin = {
          key,
          fingerprint: said?.fingerprint ?? null,
          sourceBody: said?.sourceBody ?? null,
          stands: {
            fingerprint: mapping.sinkFingerprint,
            body: mapping.sinkBase,
            sourceId: mapping.sourceId,
          },
        };
        return [{ pin, slot: mapping.slot, summary: mapping.summary }];
      });
      kept += pinned.length;
      await setPins(
        tx,
        targetId,
        run,
        pinned.map(({ pin }) => pin),
        now,
      );
      await markKeys(tx, targetId, part, now);
      const entries = pinned.map(({ pin, slot, summary }) => ({
        run_id: run,
        kind: "keep",
        slot,
        source_id: sourceId,
        summary,
        reason: "rejected by a person",
        outcome: "kept as it is",
        target_id: targetId,
        meeting_key: pin.key,
      }));
      await recordActions(tx, entries.map(decisionLine), now);
    }
    await endHold(tx, targetId, sourceId);
    await endRun(tx, run, { outcome: "complete", summary: { kept }, error: null }, now);
  });
  return { kind: "rejected", run, kept, changed: hold.names.length - kept };
}

/** Whether the sources still say what the hold was made of: nobody has said no to anything else. */
function isAsHeld(hold: HeldSet, name: string, said: Wanted | undefined): boolean {
  return (said?.fingerprint ?? null) === (hold.wanted.get(name) ?? null);
}

/** A hold names its actions `delete SLOT` and `update SLOT`. */
function slotIn(name: string): string {
  return name.slice(name.indexOf(" ") + 1);
}
