import { type Kysely, sql } from "kysely";

/**
 * Which objects others changed in a target, and which lines of the journal put that right. Lines of earlier versions told
 * it by their outcome.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table mapping add column altered boolean not null default false`.execute(db);
  await sql`alter table write_intent add column deviation text`.execute(db);
  await sql`alter table action add column deviation text`.execute(db);
  await sql`
    update action set deviation = 'altered'
    where before_body is distinct from after_body
      and outcome in ('changed in the target, put right', 'removed, though it had been changed in the target')
  `.execute(db);
  await sql`
    update action set deviation = 'missing'
    where after_body is not null and outcome = 'was missing in the target, made again'
  `.execute(db);
}
