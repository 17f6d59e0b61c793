import { type Kysely, sql } from "kysely";

/** The first schema. Frozen: later changes are further migrations. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table setting (key text primary key, value text not null)`,

  `create table account (
    id integer generated always as identity primary key,
    source_id text not null,
    name text not null,
    memory text,
    calendars_listed_at timestamptz,
    settled boolean not null default true,
    translation_basis text,
    failures integer not null default 0,
    retry_at timestamptz,
    last_error text,
    attempted_at timestamptz,
    complete_at timestamptz,
    unique (source_id, name)
  )`,

  `create table collection (
    id integer generated always as identity primary key,
    account_id integer not null references account (id),
    native_id text not null,
    name text not null,
    checkpoint text,
    resume text,
    round integer not null default 0,
    round_kind text check (round_kind in ('incremental', 'complete')),
    round_open boolean not null default false,
    round_finished_at timestamptz,
    vanished_at timestamptz,
    last_error text,
    unique (account_id, native_id)
  )`,

  `create table owed (
    collection_id integer not null references collection (id),
    kind text not null check (kind in ('series', 'fetch', 'tombstone')),
    native_id text not null,
    since timestamptz not null,
    attempts integer not null default 0,
    last_error text,
    primary key (collection_id, kind, native_id)
  )`,

  `create table body (hash text primary key, content text not null, created_at timestamptz not null)`,

  `create table staged (
    id integer generated always as identity primary key,
    account_id integer not null references account (id),
    collection_id integer not null references collection (id),
    native_id text not null,
    etag text,
    body_hash text not null references body (hash),
    round integer not null,
    staged_at timestamptz not null,
    dirty boolean not null default true,
    gone_at timestamptz,
    state text not null default 'new' check (state in ('new', 'translated', 'skipped', 'quarantined')),
    reason text,
    unique (account_id, native_id)
  )`,
  `create index staged_dirty on staged (account_id) where dirty`,
  `create index staged_collection on staged (collection_id, native_id)`,
  `create index staged_body on staged (body_hash)`,

  `create table candidate (
    id integer generated always as identity primary key,
    staged_id integer not null references staged (id),
    account_id integer not null,
    source_id text not null,
    target_id text not null,
    meeting_key text not null,
    base_key text not null,
    meeting_uid text not null,
    instance text,
    identity text not null,
    priority integer not null,
    source_order integer not null,
    retired boolean not null default false,
    fingerprint text not null,
    summary text not null,
    starts_at text not null,
    ends_at text
  )`,
  `create index candidate_staged on candidate (staged_id)`,
  `create index candidate_key on candidate (target_id, meeting_key)`,
  `create index candidate_base on candidate (target_id, base_key)`,

  `create table target (
    id text primary key,
    href text,
    opened_at timestamptz,
    opened_as text,
    surveyed_at timestamptz,
    held text,
    foreign_count integer not null default 0,
    failures integer not null default 0,
    retry_at timestamptz,
    last_error text,
    reconciled_at timestamptz,
    rewrites_expected boolean not null default false
  )`,

  `create sequence dirty_mark`,
  `create table dirty_key (
    target_id text not null,
    meeting_key text not null,
    mark bigint not null default nextval('dirty_mark'),
    since timestamptz not null,
    attempts integer not null default 0,
    last_error text,
    primary key (target_id, meeting_key)
  )`,

  `create table slot (
    target_id text not null references target (id),
    slot text not null,
    meeting_key text,
    name text not null,
    uid text not null,
    primary key (target_id, slot),
    unique (target_id, name),
    unique (target_id, meeting_key)
  )`,

  `create table mapping (
    target_id text not null,
    slot text not null,
    source_id text,
    account_id integer,
    identity text,
    summary text not null,
    starts_at text,
    desired_fingerprint text,
    sink_etag text not null,
    sink_fingerprint text not null,
    source_base text,
    sink_base text,
    written_at timestamptz not null,
    primary key (target_id, slot),
    foreign key (target_id, slot) references slot (target_id, slot)
  )`,
  `create index mapping_source on mapping (source_id, target_id)`,
  `create index mapping_source_base on mapping (source_base)`,
  `create index mapping_sink_base on mapping (sink_base)`,

  `create table refusal (
    target_id text not null,
    meeting_key text not null,
    fingerprint text not null,
    source_id text not null,
    summary text not null,
    reason text not null,
    since timestamptz not null,
    primary key (target_id, meeting_key)
  )`,

  `create table write_intent (
    target_id text not null,
    name text not null,
    kind text not null check (kind in ('put', 'delete')),
    source_id text,
    fingerprint text,
    since timestamptz not null,
    primary key (target_id, name)
  )`,

  `create table hold (
    target_id text not null,
    source_id text not null,
    reason text not null,
    actions text not null,
    approved text,
    since timestamptz not null,
    updated_at timestamptz not null,
    primary key (target_id, source_id)
  )`,

  `create table run (
    id text primary key,
    kind text not null,
    key text not null,
    started_at timestamptz not null,
    ended_at timestamptz,
    outcome text check (outcome in ('complete', 'incomplete', 'held', 'failed')),
    summary text,
    error text
  )`,
  `create index run_key on run (kind, key, started_at)`,
  `create index run_started on run (started_at)`,

  `create table action (
    id integer generated always as identity primary key,
    run_id text not null references run (id) on delete cascade,
    kind text not null,
    slot text not null,
    source_id text,
    summary text not null,
    reason text not null,
    outcome text not null,
    at timestamptz not null
  )`,
  `create index action_run on action (run_id)`,
  `create index action_slot on action (slot)`,

  `create table lease (key text primary key, holder text not null, epoch integer not null, expires_at timestamptz not null)`,
];
