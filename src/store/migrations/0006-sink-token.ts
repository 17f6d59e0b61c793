import { type Kysely, sql } from "kysely";

/** How far a target's collection was looked at for changes of others. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table target
      add column sink_token text,
      add column sink_seen_at timestamptz,
      add column sink_action integer,
      add column restored_at timestamptz
  `.execute(db);
}
