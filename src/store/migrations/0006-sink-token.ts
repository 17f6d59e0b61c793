import { type Kysely, sql } from "kysely";

/**
 * How far a target's collection was looked at for changes of others; whose it was what others removed there; whether
 * removals are held only because of others that are not confirmed yet.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table target
      add column sink_token text,
      add column sink_seen_at timestamptz,
      add column sink_action integer,
      add column restored_at timestamptz
  `.execute(db);
  await sql`alter table slot add column lost_account_id integer, add column lost_identity text`.execute(db);
  await sql`alter table hold add column only_pending boolean not null default false`.execute(db);
}
