import { type Kysely, sql } from "kysely";
import type { Database } from "./schema.ts";

/** How many removals each source of these accounts reported that are still to be confirmed. */
export async function pendingRemovals(
  db: Kysely<Database>,
  accountIds: readonly number[],
): Promise<Map<string, number>> {
  if (accountIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("owed")
    .innerJoin("collection", "collection.id", "owed.collection_id")
    .innerJoin("account", "account.id", "collection.account_id")
    .select(["account.source_id", sql<number>`count(*)::int`.as("count")])
    .where("owed.kind", "=", "tombstone")
    .where("collection.vanished_at", "is", null)
    .where("account.id", "in", accountIds)
    .groupBy("account.source_id")
    .execute();
  return new Map(rows.map((row) => [row.source_id, row.count]));
}
