import type { Kysely } from "kysely";
import { hashBody, keepBodies } from "./bodies.ts";
import { toColumn } from "./instants.ts";
import type { Decision } from "./pins.ts";
import type { Database } from "./schema.ts";
import type { Deviation } from "./schema-target.ts";
import type { Slot } from "./slots.ts";

/** What is about to be written to one object. */
export type Intent = {
  readonly key: string;
  readonly slot: Slot;
  readonly kind: "put" | "delete";
  readonly sourceId: string | null;
  readonly fingerprint: string | null;
  /** The object as it is to stand there; null for a removal. */
  readonly body: string | null;
  /** Hash of what stands there now; null for nothing. */
  readonly before: string | null;
  /** What stands there now, where it is not kept yet. */
  readonly found: string | null;
  readonly entry: IntentEntry;
  /** Comes into force when it is done, and not before. */
  readonly decision?: Decision;
};

/** What the journal is to say of a write that may have happened, should nobody be left to say it. */
export type IntentEntry = {
  readonly runId: string;
  readonly action: string;
  readonly summary: string;
  readonly reason: string;
  readonly asked: boolean;
  /** What the write is to put right. */
  readonly deviation: Deviation | null;
};

/** Commits what is about to be written, and keeps what it replaces, before the first of the writes. */
export async function commitIntents(
  db: Kysely<Database>,
  targetId: string,
  intents: readonly Intent[],
  now: number,
): Promise<void> {
  if (intents.length === 0) return;
  const since = toColumn(now);
  await db.transaction().execute(async (tx) => {
    await keepBodies(
      tx,
      intents.flatMap(({ body, found }) => [body ?? [], found ?? []].flat()),
      now,
    );
    await tx
      .insertInto("slot")
      .values(
        intents.map(({ key, slot }) => ({
          target_id: targetId,
          slot: slot.slot,
          meeting_key: key,
          name: slot.name,
          uid: slot.uid,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const names = intents.map(({ slot }) => slot.name);
    await tx
      .deleteFrom("write_intent")
      .where("target_id", "=", targetId)
      .where("name", "in", names)
      .execute();
    await tx
      .insertInto("write_intent")
      .values(
        intents.map(({ slot, entry, ...intent }) => ({
          target_id: targetId,
          name: slot.name,
          kind: intent.kind,
          source_id: intent.sourceId,
          fingerprint: intent.fingerprint,
          since,
          run_id: entry.runId,
          action: entry.action,
          summary: entry.summary,
          reason: entry.reason,
          asked: entry.asked,
          deviation: entry.deviation,
          before_body: intent.before,
          after_body: intent.body === null ? null : hashBody(intent.body),
          decision: intent.decision === undefined ? null : JSON.stringify(intent.decision),
        })),
      )
      .execute();
  });
}

/** Keeps what turned out to stand where an announced write goes (null: nothing), before it is written over. */
export async function noteReplaced(
  db: Kysely<Database>,
  targetId: string,
  name: string,
  found: { readonly ics: string | null; readonly deviation: Deviation | null },
  now: number,
): Promise<void> {
  const { ics, deviation } = found;
  await db.transaction().execute(async (tx) => {
    if (ics !== null) await keepBodies(tx, [ics], now);
    await tx
      .updateTable("write_intent")
      .set({ before_body: ics === null ? null : hashBody(ics), deviation })
      .where("target_id", "=", targetId)
      .where("name", "=", name)
      .execute();
  });
}
