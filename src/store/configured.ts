import { type Kysely, sql } from "kysely";
import { fromColumn } from "./instants.ts";
import type { Database } from "./schema.ts";

/**
 * Carries a target's new id through everything that names it. Slots keep their names and UIDs: they
 * are assigned once, whatever the target is called later.
 */
export async function renameTarget(db: Kysely<Database>, was: string, id: string): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const old = await tx.selectFrom("target").selectAll().where("id", "=", was).executeTakeFirst();
    const taken = await tx
      .selectFrom("target")
      .select(["id", "surveyed_at"])
      .where("id", "=", id)
      .executeTakeFirst();
    if (old === undefined || (taken !== undefined && taken.surveyed_at !== null)) return false;
    await tx.deleteFrom("target").where("id", "=", id).execute();
    await tx
      .insertInto("target")
      .values({ ...old, id, ...times(old) })
      .execute();
    await tx
      .insertInto("slot")
      .columns(["target_id", "slot", "meeting_key", "name", "uid", "lost_account_id", "lost_identity"])
      .expression(
        tx
          .selectFrom("slot")
          .select([sql.lit(id).as("target_id"), "slot", "meeting_key", "name", "uid"])
          .select(["lost_account_id", "lost_identity"])
          .where("target_id", "=", was),
      )
      .execute();
    await tx.updateTable("mapping").set({ target_id: id }).where("target_id", "=", was).execute();
    await tx.deleteFrom("slot").where("target_id", "=", was).execute();
    // A target that was only looked at under its new id has marked keys of its own.
    const before = tx.selectFrom("dirty_key").select("meeting_key").where("target_id", "=", was);
    await tx.deleteFrom("dirty_key").where("target_id", "=", id).where("meeting_key", "in", before).execute();
    for (const table of [
      "candidate",
      "dirty_key",
      "refusal",
      "write_intent",
      "hold",
      "pin",
      "action",
    ] as const) {
      await tx.updateTable(table).set({ target_id: id }).where("target_id", "=", was).execute();
    }
    await tx.deleteFrom("target").where("id", "=", was).execute();
    return true;
  });
}

function times(target: {
  opened_at: Date | null;
  surveyed_at: Date | null;
  retry_at: Date | null;
  reconciled_at: Date | null;
  added_at: Date;
  audited_at: Date | null;
  balanced_at: Date | null;
  sink_seen_at: Date | null;
  restored_at: Date | null;
}) {
  return {
    opened_at: fromColumn(target.opened_at),
    surveyed_at: fromColumn(target.surveyed_at),
    retry_at: fromColumn(target.retry_at),
    reconciled_at: fromColumn(target.reconciled_at),
    added_at: target.added_at.toISOString(),
    audited_at: fromColumn(target.audited_at),
    balanced_at: fromColumn(target.balanced_at),
    sink_seen_at: fromColumn(target.sink_seen_at),
    restored_at: fromColumn(target.restored_at),
  };
}
