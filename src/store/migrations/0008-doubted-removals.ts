import { type Kysely, sql } from "kysely";

/** Who says that an event is gone: the source in words, or only lists that lack it, and since when those do. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table owed add column reported boolean not null default false`.execute(db);
  await sql`alter table owed add column unlisted_since timestamptz`.execute(db);
}
