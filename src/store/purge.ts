import type { Kysely } from "kysely";
import { endPins } from "./pins.ts";
import type { Database } from "./schema.ts";
import { chunks } from "./staging.ts";
import { markDirty } from "./translations.ts";

/** Meeting keys of a target in which a source has a candidate or an object, or is to have one by a decision. */
export async function keysOfSource(
  db: Kysely<Database>,
  sourceId: string,
): Promise<Array<{ targetId: string; key: string }>> {
  const rows = await db
    .selectFrom("candidate")
    .select(["target_id", "meeting_key"])
    .where("source_id", "=", sourceId)
    .union(
      db
        .selectFrom("mapping")
        .innerJoin("slot", (join) =>
          join.onRef("slot.slot", "=", "mapping.slot").onRef("slot.target_id", "=", "mapping.target_id"),
        )
        .select(["mapping.target_id", (eb) => eb.ref("slot.meeting_key").$notNull().as("meeting_key")])
        .where("mapping.source_id", "=", sourceId)
        .where("slot.meeting_key", "is not", null),
    )
    .union(db.selectFrom("pin").select(["target_id", "meeting_key"]).where("stands_source", "=", sourceId))
    .orderBy("target_id")
    .orderBy("meeting_key")
    .execute();
  return rows.map((row) => ({ targetId: row.target_id, key: row.meeting_key }));
}

/** Forgets all that was read from a source, and marks every key that it had a part in. */
export async function forgetSource(
  db: Kysely<Database>,
  sourceId: string,
  keys: ReadonlyArray<{ targetId: string; key: string }>,
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const accounts = tx.selectFrom("account").select("id").where("source_id", "=", sourceId);
    const collections = tx.selectFrom("collection").select("id").where("account_id", "in", accounts);
    await tx.deleteFrom("candidate").where("source_id", "=", sourceId).execute();
    await tx.deleteFrom("owed").where("collection_id", "in", collections).execute();
    await tx.deleteFrom("staged").where("account_id", "in", accounts).execute();
    await tx.deleteFrom("collection").where("account_id", "in", accounts).execute();
    await tx.deleteFrom("account").where("source_id", "=", sourceId).execute();
    for (const [targetId, own] of Map.groupBy(keys, (entry) => entry.targetId)) {
      await endPins(
        tx,
        targetId,
        own.map(({ key }) => key),
      );
    }
    for (const part of chunks(keys, 1000)) {
      await markDirty(
        tx,
        part.map(({ targetId, key }) => ({ target_id: targetId, meeting_key: key, base_key: key })),
        now,
      );
    }
  });
}
