import { type Kysely, sql } from "kysely";
import { fromColumn } from "./instants.ts";
import { renameInAlerts } from "./rename-in-alerts.ts";
import type { Database } from "./schema.ts";
import type { Target } from "./targets.ts";

/**
 * Carries a target's new id (`was:` in the configuration) through everything that names it, but sentences: those say
 * what was. Slots keep their names and UIDs: they are assigned once, whatever the target is called later. False where
 * nothing is known of the target, or another has the new id.
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
    await renameInRunsAndLeases(tx, was, id);
    await renameInAlerts(tx, (kind, subject) => renamedSubject(kind, subject, was, id));
    return true;
  });
}

/**
 * A run of an account has a slash in its key, which no target's id has. Work that goes on under the old name loses its
 * lease with it, and nobody else gets it before it has noticed: see with-lease.ts.
 */
async function renameInRunsAndLeases(tx: Kysely<Database>, was: string, id: string): Promise<void> {
  await tx.updateTable("run").set({ key: id }).where("key", "=", was).execute();
  await tx.deleteFrom("lease").where("key", "=", `target:${id}`).execute();
  await tx
    .updateTable("lease")
    .set({ key: `target:${id}` })
    .where("key", "=", `target:${was}`)
    .execute();
}

/** Subjects are the target; of what is held also `target/source`. A source or the database may be called the same. */
function renamedSubject(kind: string, subject: string, was: string, id: string): string | null {
  if (kind === "expiring" || kind === "database") return null;
  if (subject === was) return id;
  return kind === "held" && subject.startsWith(`${was}/`) ? id + subject.slice(was.length) : null;
}

function times(target: Target) {
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
