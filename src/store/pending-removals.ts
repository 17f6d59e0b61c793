import { type Kysely, sql } from "kysely";
import type { Database } from "./schema.ts";

/**
 * How many removals each source of these accounts reported that no plan can know yet: they are still to be confirmed, or
 * are, and wait for the end of the pull. What only lists lack was not reported.
 */
export async function pendingRemovals(
  db: Kysely<Database>,
  accountIds: readonly number[],
): Promise<Map<string, number>> {
  if (accountIds.length === 0) return new Map();
  const ids = [...accountIds];
  const { rows } = await sql<{ source_id: string; count: number }>`
    select account.source_id, count(*)::int as count
    from (
      select collection_id from owed where kind = 'tombstone' and unlisted_since is null
      union all
      select collection_id from staged where dirty and gone_at is not null and account_id = any(${ids}::int[])
    ) as removal
    join collection on collection.id = removal.collection_id and collection.vanished_at is null
    join account on account.id = collection.account_id
    where account.id = any(${ids}::int[])
    group by account.source_id
  `.execute(db);
  return new Map(rows.map((row) => [row.source_id, row.count]));
}
