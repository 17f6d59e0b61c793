import { type Kysely, sql } from "kysely";
import { markKeys } from "./dirty-keys.ts";
import type { Database } from "./schema.ts";

/** An event of an account, as candidates and mappings name it. */
export type EventRef = { readonly accountId: number; readonly identity: string };

/**
 * The targets in which these events want a place and have none yet, beside `targetId`: neither they nor the same
 * meeting from elsewhere stands there. By `accountId identity`.
 */
export async function targetsAwaiting(
  db: Kysely<Database>,
  targetId: string,
  events: readonly EventRef[],
): Promise<ReadonlyMap<string, string>> {
  if (events.length === 0) return new Map();
  const { rows } = await sql<{ account_id: number; identity: string; target_id: string }>`
    select distinct candidate.account_id, candidate.identity, candidate.target_id
    from unnest(
      ${events.map(({ accountId }) => accountId)}::int[],
      ${events.map(({ identity }) => identity)}::text[]
    ) as event(account_id, identity)
    join candidate on candidate.account_id = event.account_id and candidate.identity = event.identity
    where candidate.target_id <> ${targetId}
      and not candidate.retired
      and not exists (
        select 1 from slot join mapping on mapping.target_id = slot.target_id and mapping.slot = slot.slot
        where slot.target_id = candidate.target_id and slot.meeting_key = candidate.meeting_key
      )
  `.execute(db);
  return new Map(rows.map((row) => [`${row.account_id} ${row.identity}`, row.target_id]));
}

/**
 * Has the events planned again that stand in another target and whose account writes to this one now: they may stand
 * here since.
 */
export async function markLeftBehind(
  db: Kysely<Database>,
  targetId: string,
  accounts: ReadonlyArray<{ readonly id: number; readonly source_id: string }>,
  now: number,
): Promise<void> {
  if (accounts.length === 0) return;
  // By source and target, for which there is an index: most often there is nothing, and this is asked after every write.
  const others = db.selectFrom("target").select("id").where("id", "<>", targetId);
  const sources = [...new Set(accounts.map((account) => account.source_id))];
  const rows = await db
    .selectFrom("mapping")
    .innerJoin("slot", (join) =>
      join.onRef("slot.target_id", "=", "mapping.target_id").onRef("slot.slot", "=", "mapping.slot"),
    )
    .select(["mapping.target_id", "slot.meeting_key"])
    .where("mapping.target_id", "in", others)
    .where("mapping.source_id", "in", sources)
    .where(
      "mapping.account_id",
      "in",
      accounts.map((account) => account.id),
    )
    .execute();
  for (const [id, left] of Map.groupBy(rows, (row) => row.target_id)) {
    const keys = left.flatMap(({ meeting_key }) => meeting_key ?? []);
    await markKeys(db, id, keys, now);
  }
}
