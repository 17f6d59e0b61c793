import { type Kysely, sql } from "kysely";
import type { Database } from "./schema.ts";

/** Carries a source's new id (`was:` in the configuration) through everything that names it. */
export async function renameSource(db: Kysely<Database>, was: string, id: string): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const taken = await tx.selectFrom("account").select("id").where("source_id", "=", id).executeTakeFirst();
    if (taken !== undefined) return false;
    const renamed = await tx
      .updateTable("account")
      .set({ source_id: id })
      .where("source_id", "=", was)
      .executeTakeFirst();
    if (renamed.numUpdatedRows === 0n) return false;
    await tx.updateTable("candidate").set({ source_id: id }).where("source_id", "=", was).execute();
    await tx.updateTable("mapping").set({ source_id: id }).where("source_id", "=", was).execute();
    await tx.updateTable("refusal").set({ source_id: id }).where("source_id", "=", was).execute();
    await tx.updateTable("hold").set({ source_id: id }).where("source_id", "=", was).execute();
    await tx.updateTable("write_intent").set({ source_id: id }).where("source_id", "=", was).execute();
    return true;
  });
}

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
      .columns(["target_id", "slot", "meeting_key", "name", "uid"])
      .expression(
        tx
          .selectFrom("slot")
          .select([sql.lit(id).as("target_id"), "slot", "meeting_key", "name", "uid"])
          .where("target_id", "=", was),
      )
      .execute();
    await tx.updateTable("mapping").set({ target_id: id }).where("target_id", "=", was).execute();
    await tx.deleteFrom("slot").where("target_id", "=", was).execute();
    // A target that was only looked at under its new id has marked keys of its own.
    const before = tx.selectFrom("dirty_key").select("meeting_key").where("target_id", "=", was);
    await tx.deleteFrom("dirty_key").where("target_id", "=", id).where("meeting_key", "in", before).execute();
    for (const table of ["candidate", "dirty_key", "refusal", "write_intent", "hold"] as const) {
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
}) {
  return {
    opened_at: iso(target.opened_at),
    surveyed_at: iso(target.surveyed_at),
    retry_at: iso(target.retry_at),
    reconciled_at: iso(target.reconciled_at),
  };
}

function iso(time: Date | null): string | null {
  return time === null ? null : time.toISOString();
}
