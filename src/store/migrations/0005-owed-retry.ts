import { type Kysely, sql } from "kysely";

/** When work that failed is tried again: one event that always fails does not stand in front of the others. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table owed add column retry_at timestamptz`.execute(db);
}
