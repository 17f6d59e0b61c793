import type { Kysely } from "kysely";
import { keepBodies } from "./bodies.ts";
import { toColumn } from "./instants.ts";
import type { Database } from "./schema.ts";
import type { Slot } from "./slots.ts";

/** What is about to be written to one object. */
export type Intent = {
  readonly key: string;
  readonly slot: Slot;
  readonly kind: "put" | "delete";
  readonly sourceId: string | null;
  readonly fingerprint: string | null;
  readonly body: string | null;
};

/** Commits what is about to be written, before the first of the writes. */
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
      intents.flatMap((intent) => intent.body ?? []),
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
    await tx
      .insertInto("write_intent")
      .values(
        intents.map((intent) => ({
          target_id: targetId,
          name: intent.slot.name,
          kind: intent.kind,
          source_id: intent.sourceId,
          fingerprint: intent.fingerprint,
          since,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(["target_id", "name"]).doUpdateSet((eb) => ({
          kind: eb.ref("excluded.kind"),
          source_id: eb.ref("excluded.source_id"),
          fingerprint: eb.ref("excluded.fingerprint"),
          since: eb.ref("excluded.since"),
        })),
      )
      .execute();
  });
}

/** A write whose outcome was never recorded, with what was on record about its object before. */
export type LeftIntent = {
  readonly kind: "put" | "delete";
  readonly slot: Slot;
  readonly sourceId: string | null;
  /** Of the body that was to be written; null for a removal. */
  readonly fingerprint: string | null;
  readonly standing: { readonly etag: string; readonly sinkFingerprint: string } | null;
};

/** Intents that an interrupted run left behind. */
export async function leftIntents(db: Kysely<Database>, targetId: string): Promise<LeftIntent[]> {
  const rows = await db
    .selectFrom("write_intent")
    .innerJoin("slot", (join) =>
      join
        .onRef("slot.target_id", "=", "write_intent.target_id")
        .onRef("slot.name", "=", "write_intent.name"),
    )
    .leftJoin("mapping", (join) =>
      join.onRef("mapping.target_id", "=", "slot.target_id").onRef("mapping.slot", "=", "slot.slot"),
    )
    .select([
      "write_intent.kind",
      "write_intent.source_id",
      "write_intent.fingerprint",
      "slot.slot",
      "slot.name",
      "slot.uid",
      "mapping.sink_etag",
      "mapping.sink_fingerprint",
    ])
    .where("write_intent.target_id", "=", targetId)
    .orderBy("write_intent.name")
    .execute();
  return rows.map((row) => ({
    kind: row.kind,
    slot: { slot: row.slot, name: row.name, uid: row.uid },
    sourceId: row.source_id,
    fingerprint: row.fingerprint,
    standing:
      row.sink_etag === null || row.sink_fingerprint === null
        ? null
        : { etag: row.sink_etag, sinkFingerprint: row.sink_fingerprint },
  }));
}

/** What became of an unrecorded write. */
export type ResolvedIntent = {
  readonly intent: LeftIntent;
  readonly effect: /** What is on record still holds. */
    | { readonly kind: "nothing" }
    | { readonly kind: "gone" }
    | {
        readonly kind: "stands";
        readonly etag: string;
        readonly fingerprint: string;
        readonly summary: string;
        readonly startsAt: string;
        /** A body that is neither ours of now nor ours of before, to be kept. */
        readonly foreignBody: string | null;
      };
};

/** Puts on record what really stands there, with no desired fingerprint, and ends the intents. */
export async function commitResolved(
  db: Kysely<Database>,
  targetId: string,
  resolved: readonly ResolvedIntent[],
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const { intent, effect } of resolved) {
      if (effect.kind === "gone") {
        await tx
          .deleteFrom("mapping")
          .where("target_id", "=", targetId)
          .where("slot", "=", intent.slot.slot)
          .execute();
      } else if (effect.kind === "stands") {
        if (effect.foreignBody !== null) await keepBodies(tx, [effect.foreignBody], now);
        const found = {
          summary: effect.summary,
          starts_at: effect.startsAt,
          desired_fingerprint: null,
          sink_etag: effect.etag,
          sink_fingerprint: effect.fingerprint,
          written_at: toColumn(now),
        };
        await tx
          .insertInto("mapping")
          .values({
            ...found,
            target_id: targetId,
            slot: intent.slot.slot,
            source_id: intent.sourceId,
            account_id: null,
            identity: null,
            source_base: null,
            sink_base: null,
          })
          .onConflict((conflict) => conflict.columns(["target_id", "slot"]).doUpdateSet(found))
          .execute();
      }
      await tx
        .deleteFrom("write_intent")
        .where("target_id", "=", targetId)
        .where("name", "=", intent.slot.name)
        .execute();
    }
  });
}
