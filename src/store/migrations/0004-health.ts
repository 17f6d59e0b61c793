import { type Kysely, sql } from "kysely";

/** When an account or target came into use and when it was audited last, and which alerts are on. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table account
    add column added_at timestamptz not null default now(),
    add column audited_at timestamptz,
    add column balanced_at timestamptz`,
  `alter table target
    add column added_at timestamptz not null default now(),
    add column audited_at timestamptz,
    add column balanced_at timestamptz`,
  `create table alert (
    kind text not null,
    subject text not null,
    stage text not null,
    message text not null,
    since timestamptz not null,
    firing boolean not null,
    told_at timestamptz,
    primary key (kind, subject)
  )`,
  `create table alert_delivery (
    kind text not null,
    subject text not null,
    state text not null,
    message text not null,
    since timestamptz not null,
    attempts integer not null default 0,
    retry_at timestamptz,
    primary key (kind, subject)
  )`,
];
