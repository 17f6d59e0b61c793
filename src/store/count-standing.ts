import { type Kysely, sql } from "kysely";
import type { Database } from "./schema.ts";

/** How many objects of each source stand in a target. */
export async function countStanding(db: Kysely<Database>, targetId: string): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom("mapping")
    .select(["source_id"])
    .select(sql<number>`count(*)::int`.as("count"))
    .where("target_id", "=", targetId)
    .where("source_id", "is not", null)
    .groupBy("source_id")
    .execute();
  return new Map(
    rows.flatMap((row) => (row.source_id === null ? [] : [[row.source_id, row.count] as const])),
  );
}
