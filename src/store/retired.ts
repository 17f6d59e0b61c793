import { type Kysely, sql } from "kysely";
import type { Database } from "./schema.ts";
import { markDirty } from "./translations.ts";

type Changed = { target_id: string; meeting_key: string; base_key: string };

/**
 * Marks the candidates of accounts that are not configured any more as retired, and those of accounts
 * that are back as living. Nothing of theirs is removed; only `purge` does that.
 */
export async function retireOthers(
  db: Kysely<Database>,
  liveAccountIds: readonly number[],
  now: number,
): Promise<void> {
  const isLive = sql<boolean>`candidate.account_id = any(${[...liveAccountIds]}::int[])`;
  await setRetired(db, isLive, sql<boolean>`true`, now);
}

/**
 * The same for calendars: what stands from one that vanished is kept, and gives way to the same meeting
 * in another calendar, so that a calendar which comes back under a new id doubles nothing.
 */
export async function retireVanished(tx: Kysely<Database>, accountId: number, now: number): Promise<void> {
  await setRetired(tx, sql<boolean>`true`, sql<boolean>`candidate.account_id = ${accountId}`, now);
}

async function setRetired(
  db: Kysely<Database>,
  isLive: ReturnType<typeof sql<boolean>>,
  concerned: ReturnType<typeof sql<boolean>>,
  now: number,
): Promise<void> {
  const { rows } = await sql<Changed>`
    update candidate set retired = not candidate.retired
    from staged join collection on collection.id = staged.collection_id
    where staged.id = candidate.staged_id and ${concerned}
      and candidate.retired = (${isLive} and collection.vanished_at is null)
    returning candidate.target_id, candidate.meeting_key, candidate.base_key
  `.execute(db);
  await markDirty(db, rows, now);
}
