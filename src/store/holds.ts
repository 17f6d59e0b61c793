import type { Kysely, Selectable } from "kysely";
import type { Database, HoldTable } from "./schema.ts";

/** What of one source waits for a person in one target. */
export type HeldPart = {
  readonly sourceId: string;
  readonly reason: string;
  readonly slots: readonly string[];
};

/** Replaces the holds of a target by those of its newest plan; one that goes on keeps its first date. */
export async function saveHolds(
  db: Kysely<Database>,
  targetId: string,
  holds: readonly HeldPart[],
  now: number,
): Promise<void> {
  const at = new Date(now).toISOString();
  await db.transaction().execute(async (tx) => {
    let ended = tx.deleteFrom("hold").where("target_id", "=", targetId);
    if (holds.length > 0)
      ended = ended.where(
        "source_id",
        "not in",
        holds.map((hold) => hold.sourceId),
      );
    await ended.execute();
    for (const hold of holds) {
      const content = { reason: hold.reason, slots: JSON.stringify(hold.slots), updated_at: at };
      await tx
        .insertInto("hold")
        .values({ target_id: targetId, source_id: hold.sourceId, since: at, ...content })
        .onConflict((conflict) => conflict.columns(["target_id", "source_id"]).doUpdateSet(content))
        .execute();
    }
  });
}

export async function listHolds(db: Kysely<Database>): Promise<Array<Selectable<HoldTable>>> {
  return db.selectFrom("hold").selectAll().orderBy("target_id").orderBy("source_id").execute();
}
