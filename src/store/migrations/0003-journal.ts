import { type Kysely, sql } from "kysely";

/** What stood before and after each write, and what a person decided to keep as it is. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table action
    add column target_id text,
    add column meeting_key text,
    add column asked boolean not null default false,
    add column before_body text,
    add column after_body text`,
  `update action set target_id = run.key from run where run.id = action.run_id`,
  `alter table action alter column target_id set not null`,
  `create index action_before on action (before_body) where before_body is not null`,
  `create index action_after on action (after_body) where after_body is not null`,

  `alter table write_intent
    add column run_id text,
    add column action text,
    add column summary text,
    add column reason text,
    add column asked boolean not null default false,
    add column before_body text,
    add column after_body text,
    add column decision text`,

  `alter table hold add column wanted text`,

  `create table pin (
    target_id text not null,
    meeting_key text not null,
    fingerprint text,
    source_body text,
    stands text,
    stands_body text,
    stands_source text,
    run_id text not null references run (id),
    since timestamptz not null,
    primary key (target_id, meeting_key)
  )`,
];
