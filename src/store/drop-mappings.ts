import { type Kysely, sql } from "kysely";
import type { Database } from "./schema.ts";
import { chunks } from "./staging.ts";

/**
 * Takes off the record what does not stand in these slots any more. Of what is `missing` (somebody else removed it, or
 * an older backup of the server was restored) it stays known whose it was: a source that is not configured any more
 * keeps what it brought. What was `removed` is nobody's.
 */
export async function dropMappings(
  tx: Kysely<Database>,
  targetId: string,
  slots: readonly string[],
  why: "missing" | "removed",
): Promise<void> {
  for (const part of chunks(slots, 1000)) {
    const isMissing = why === "missing";
    await sql`
      update slot
      set lost_account_id = case when ${isMissing}::boolean then mapping.account_id end,
          lost_identity = case when ${isMissing}::boolean then mapping.identity end
      from mapping
      where slot.target_id = ${targetId} and slot.slot = any(${part}::text[])
        and mapping.target_id = slot.target_id and mapping.slot = slot.slot
    `.execute(tx);
    await tx.deleteFrom("mapping").where("target_id", "=", targetId).where("slot", "in", part).execute();
  }
}

/** Ends what is known of objects that others removed, where no source has their events any more: nobody misses them. */
export async function forgetLost(
  db: Kysely<Database>,
  targetId: string,
  keys: readonly string[],
): Promise<void> {
  for (const part of chunks(keys, 1000)) {
    await db
      .updateTable("slot")
      .set({ lost_account_id: null, lost_identity: null })
      .where("target_id", "=", targetId)
      .where("meeting_key", "in", part)
      .where("lost_account_id", "is not", null)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom("candidate")
              .select("candidate.id")
              .whereRef("candidate.target_id", "=", "slot.target_id")
              .whereRef("candidate.meeting_key", "=", "slot.meeting_key"),
          ),
        ),
      )
      .execute();
  }
}
