import { type Kysely, sql } from "kysely";
import type { Database } from "./schema.ts";

/** How long runs, their actions and bodies that nothing refers to are kept. */
export const retentionDays = 30;

/** Removes what is older than the retention and needed by nothing. */
export async function prune(db: Kysely<Database>, now: number): Promise<void> {
  const before = new Date(now - retentionDays * 86_400_000);
  await db.deleteFrom("run").where("started_at", "<", before).execute();
  await sql`
    delete from body
    where created_at < ${before.toISOString()}::timestamptz
      and not exists (select from staged where staged.body_hash = body.hash)
      and not exists (select from mapping where mapping.source_base = body.hash or mapping.sink_base = body.hash)
  `.execute(db);
}
