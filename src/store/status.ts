import { type Kysely, sql } from "kysely";
import { fromColumn } from "./instants.ts";
import type { Database } from "./schema.ts";

/** How one account stands. Times are ISO instants or null. */
export type AccountStatus = {
  readonly source: string;
  readonly account: string;
  readonly completeAt: string | null;
  readonly attemptedAt: string | null;
  readonly retryAt: string | null;
  readonly error: string | null;
  readonly calendars: number;
  readonly vanished: readonly string[];
  readonly staged: number;
  readonly skipped: number;
  readonly quarantined: number;
  readonly owed: number;
  /** Those of the owed that only the source's lists lack. */
  readonly doubted: number;
  readonly addedAt: string;
  readonly auditedAt: string | null;
  readonly balancedAt: string | null;
  /** Staging of the oldest event that is to be translated. */
  readonly waitingSince: string | null;
  /** Since when the oldest of those is owed that failed. */
  readonly owedSince: string | null;
};

export type TargetStatus = {
  readonly target: string;
  readonly href: string | null;
  readonly reconciledAt: string | null;
  readonly retryAt: string | null;
  readonly error: string | null;
  readonly held: string | null;
  readonly standing: number;
  readonly unclaimed: number;
  /** Meetings that stay as they stand by a person's decision. */
  readonly kept: number;
  readonly foreign: number;
  /** Meetings that are to be planned and written; held ones do not count, nor those that a person has decided to keep. */
  readonly waiting: number;
  /** Meetings whose plan is held. */
  readonly onHold: number;
  /** Its newest audit found what only a person can put right. */
  readonly auditWaits: boolean;
  /** That, or a hold that is not approved, or nothing may be written to it. */
  readonly waitsForPerson: boolean;
  readonly addedAt: string;
  readonly auditedAt: string | null;
  readonly balancedAt: string | null;
  /** When the target's server was found to have gone back to an earlier state. */
  readonly restoredAt: string | null;
  /** Since when the oldest meeting waits to be planned and written; held ones do not count. */
  readonly waitingSince: string | null;
  readonly refused: number;
};

/** An event that is left out, with the reason. `where` is its calendar or target. */
export type LeftOut = {
  readonly source: string;
  readonly where: string;
  /** Its id there, or its title if the target refused it. */
  readonly event: string;
  /** What is staged of it; null for nothing, or where the title is known. */
  readonly native: string | null;
  readonly reason: string;
};

export async function accountStatus(db: Kysely<Database>): Promise<AccountStatus[]> {
  const rows = await db
    .selectFrom("account")
    .selectAll("account")
    .select([
      sql<number>`(select count(*)::int from collection c where c.account_id = account.id and c.vanished_at is null)`.as(
        "calendars",
      ),
      sql<
        string[]
      >`array(select c.name from collection c where c.account_id = account.id and c.vanished_at is not null order by c.name)`.as(
        "vanished",
      ),
      sql<number>`(select count(*)::int from staged s where s.account_id = account.id and s.gone_at is null)`.as(
        "staged",
      ),
      sql<number>`(select count(*)::int from staged s where s.account_id = account.id and s.state = 'skipped')`.as(
        "skipped",
      ),
      sql<number>`(select count(*)::int from staged s where s.account_id = account.id and s.state = 'quarantined')`.as(
        "quarantined",
      ),
      sql<number>`(select count(*)::int from owed o join collection c on c.id = o.collection_id where c.account_id = account.id)`.as(
        "owed",
      ),
      sql<number>`(select count(o.unlisted_since)::int from owed o join collection c on c.id = o.collection_id where c.account_id = account.id)`.as(
        "doubted",
      ),
      sql<Date | null>`(select min(s.staged_at) from staged s where s.account_id = account.id and s.dirty)`.as(
        "waiting_since",
      ),
      sql<Date | null>`(select min(o.since) from owed o join collection c on c.id = o.collection_id where c.account_id = account.id and o.last_error is not null)`.as(
        "owed_since",
      ),
    ])
    .orderBy("source_id")
    .orderBy("name")
    .execute();
  return rows.map((row) => ({
    source: row.source_id,
    account: row.name,
    completeAt: fromColumn(row.complete_at),
    attemptedAt: fromColumn(row.attempted_at),
    retryAt: fromColumn(row.retry_at),
    error: row.last_error,
    calendars: row.calendars,
    vanished: row.vanished,
    staged: row.staged,
    skipped: row.skipped,
    quarantined: row.quarantined,
    owed: row.owed,
    doubted: row.doubted,
    addedAt: row.added_at.toISOString(),
    auditedAt: fromColumn(row.audited_at),
    balancedAt: fromColumn(row.balanced_at),
    waitingSince: fromColumn(row.waiting_since),
    owedSince: fromColumn(row.owed_since),
  }));
}

/** Of the `dirty_key` d: its plan is part of a hold. Holds name their actions `KIND SLOT`. */
const isHeld = sql`(d.target_id, d.meeting_key) in (
  select s.target_id, s.meeting_key
  from hold h cross join jsonb_array_elements_text(h.actions::jsonb) as held (name)
  join slot s on s.target_id = h.target_id and s.slot = split_part(held.name, ' ', 2)
  where s.meeting_key is not null)`;

/** Of the `dirty_key` d: a person has decided since that its meeting stays as it stands; the next plan only looks. */
const isKept = sql`exists (select from pin p
  where p.target_id = d.target_id and p.meeting_key = d.meeting_key and p.since >= d.since)`;

const isWaiting = sql`not ${isHeld} and not ${isKept}`;

/** As sets: `@>` compares each with each, which takes seconds for some ten thousand. */
const isBeyondApproved = sql`exists (
  select jsonb_array_elements_text(h.actions::jsonb) except select jsonb_array_elements_text(h.approved::jsonb))`;

const holdWaits = sql<boolean>`exists (select from hold h where h.target_id = target.id
  and (h.approved is null or ${isBeyondApproved}))`;

/** The run that `audited_at` is of: the first to end after it; one that found the target busy has looked at nothing. */
const auditWaits = sql<boolean>`(
  coalesce(target.balanced_at < target.audited_at, target.audited_at is not null)
  and coalesce((select r.outcome from run r where r.kind = 'audit' and r.key = target.id
    and r.started_at <= target.audited_at and r.ended_at >= target.audited_at and r.outcome <> 'failed'
    order by r.ended_at limit 1) = 'held', false))`;

export async function targetStatus(db: Kysely<Database>): Promise<TargetStatus[]> {
  const rows = await db
    .selectFrom("target")
    .selectAll("target")
    .select([
      sql<number>`(select count(*)::int from mapping m where m.target_id = target.id and m.source_id is not null)`.as(
        "standing",
      ),
      sql<number>`(select count(*)::int from mapping m where m.target_id = target.id and m.source_id is null)`.as(
        "unclaimed",
      ),
      sql<number>`(select count(*)::int from pin p where p.target_id = target.id)`.as("kept"),
      sql<number>`(select count(*)::int from dirty_key d where d.target_id = target.id and ${isWaiting})`.as(
        "waiting",
      ),
      sql<number>`(select count(*)::int from dirty_key d where d.target_id = target.id and ${isHeld})`.as(
        "on_hold",
      ),
      holdWaits.as("hold_waits"),
      auditWaits.as("audit_waits"),
      sql<Date | null>`(select min(d.since) from dirty_key d where d.target_id = target.id and ${isWaiting})`.as(
        "waiting_since",
      ),
      sql<number>`(select count(*)::int from refusal r where r.target_id = target.id)`.as("refused"),
    ])
    .orderBy("id")
    .execute();
  return rows.map((row) => ({
    target: row.id,
    href: row.href,
    reconciledAt: fromColumn(row.reconciled_at),
    retryAt: fromColumn(row.retry_at),
    error: row.last_error,
    held: row.held,
    standing: row.standing,
    unclaimed: row.unclaimed,
    kept: row.kept,
    foreign: row.foreign_count,
    waiting: row.waiting,
    onHold: row.on_hold,
    auditWaits: row.audit_waits,
    waitsForPerson: row.held !== null || row.hold_waits || row.audit_waits,
    addedAt: row.added_at.toISOString(),
    auditedAt: fromColumn(row.audited_at),
    balancedAt: fromColumn(row.balanced_at),
    restoredAt: fromColumn(row.restored_at),
    waitingSince: fromColumn(row.waiting_since),
    refused: row.refused,
  }));
}

/** Events that are quarantined, refused by the sink, or owed after failed attempts. */
export async function leftOut(db: Kysely<Database>, limit: number): Promise<LeftOut[]> {
  const quarantined = await db
    .selectFrom("staged")
    .innerJoin("account", "account.id", "staged.account_id")
    .innerJoin("collection", "collection.id", "staged.collection_id")
    .innerJoin("body", "body.hash", "staged.body_hash")
    .select(["account.source_id", "collection.name", "staged.native_id", "staged.reason", "body.content"])
    .where("staged.state", "=", "quarantined")
    .orderBy("staged.id")
    .limit(limit)
    .execute();
  const owed = await db
    .selectFrom("owed")
    .innerJoin("collection", "collection.id", "owed.collection_id")
    .innerJoin("account", "account.id", "collection.account_id")
    .leftJoin("staged", (join) =>
      join.onRef("staged.account_id", "=", "account.id").onRef("staged.native_id", "=", "owed.native_id"),
    )
    .leftJoin("body", "body.hash", "staged.body_hash")
    .select(["account.source_id", "collection.name", "owed.native_id", "owed.last_error", "body.content"])
    .where("owed.last_error", "is not", null)
    .orderBy("owed.since")
    .limit(limit)
    .execute();
  const refused = await db.selectFrom("refusal").selectAll().orderBy("since").limit(limit).execute();
  return [
    ...quarantined.map((row) => ({
      source: row.source_id,
      where: row.name,
      event: row.native_id,
      native: row.content,
      reason: row.reason ?? "",
    })),
    ...owed.map((row) => ({
      source: row.source_id,
      where: row.name,
      event: row.native_id,
      native: row.content,
      reason: row.last_error ?? "",
    })),
    ...refused.map((row) => ({
      source: row.source_id,
      where: row.target_id,
      event: row.summary,
      native: null,
      reason: `refused by the target: ${row.reason}`,
    })),
  ];
}
