import { type Kysely, sql } from "kysely";
import { toColumn } from "./instants.ts";
import type { Database } from "./schema.ts";

const dayMs = 86_400_000;

/**
 * Lets go of what vanished calendars of an account left behind and other calendars of it brought again, as after a
 * mailbox or a home was moved or a calendar was made anew: kept any longer, it would bring back each meeting that is
 * deleted where it stands now. What no other calendar has stays. A vanished calendar of which nothing is left is
 * forgotten after a day; one that comes back is read in full.
 */
export async function dropSuperseded(db: Kysely<Database>, accountId: number, now: number): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const dropped = await sql<{ collection_id: number }>`
      update staged set gone_at = ${toColumn(now)}::timestamptz, dirty = true
      from collection
      where collection.id = staged.collection_id and collection.account_id = ${accountId}
        and collection.vanished_at is not null and staged.gone_at is null
        and exists (select from candidate own where own.staged_id = staged.id)
        and not exists (
          select from candidate own
          where own.staged_id = staged.id and not exists (
            select from candidate living
            join staged source on source.id = living.staged_id
            where living.account_id = own.account_id and living.target_id = own.target_id
              and living.meeting_key = own.meeting_key and not living.retired and source.gone_at is null
              and not exists (
                select from owed
                where owed.kind = 'tombstone' and owed.collection_id = source.collection_id
                  and owed.native_id = source.native_id
              )
          )
        )
      returning staged.collection_id
    `.execute(tx);
    const ids = [...new Set(dropped.rows.map((row) => row.collection_id))];
    if (ids.length > 0)
      await tx
        .updateTable("collection")
        .set({ checkpoint: null, resume: null, round_open: false })
        .where("id", "in", ids)
        .execute();
    const empty = await tx
      .selectFrom("collection")
      .select("id")
      .where("account_id", "=", accountId)
      .where("vanished_at", "<", new Date(now - dayMs))
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom("staged")
              .select("staged.id")
              .whereRef("staged.collection_id", "=", "collection.id"),
          ),
        ),
      )
      .execute();
    for (const { id } of empty) {
      await tx.deleteFrom("owed").where("collection_id", "=", id).execute();
      await tx.deleteFrom("collection").where("id", "=", id).execute();
    }
  });
}
