import { type Kysely, sql } from "kysely";
import { fromColumn } from "./instants.ts";
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
    await tx.updateTable("pin").set({ stands_source: id }).where("stands_source", "=", was).execute();
    await renameInKeys(tx, was, id);
    return true;
  });
}

/**
 * A source that is kept apart has its id in its meeting keys (see calendar/slot.ts: the third of four parts
 * of a JSON array). The slots stay what they are; only the keys that lead to them change.
 */
async function renameInKeys(tx: Kysely<Database>, was: string, id: string): Promise<void> {
  for (const table of ["slot", "candidate", "dirty_key", "refusal", "pin", "action"] as const) {
    const keys = await tx.selectFrom(table).select("meeting_key").distinct().execute();
    for (const { meeting_key: key } of keys) {
      const next = key === null ? null : renamedKey(key, was, id);
      if (next === null) continue;
      await tx.updateTable(table).set({ meeting_key: next }).where("meeting_key", "=", key).execute();
    }
  }
  const bases = await tx.selectFrom("candidate").select("base_key").distinct().execute();
  for (const { base_key: base } of bases) {
    const next = renamedKey(base, was, id);
    if (next !== null)
      await tx.updateTable("candidate").set({ base_key: next }).where("base_key", "=", base).execute();
  }
}

/** The key with the new id in it; null where it does not name the old one. */
function renamedKey(key: string, was: string, id: string): string | null {
  if (!key.includes(JSON.stringify(was))) return null;
  const parts: unknown = JSON.parse(key);
  if (!Array.isArray(parts) || parts[2] !== was) return null;
  return JSON.stringify(parts.with(2, id));
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
