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
  readonly foreign: number;
  readonly waiting: number;
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
  }));
}

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
      sql<number>`(select count(*)::int from dirty_key d where d.target_id = target.id)`.as("waiting"),
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
    foreign: row.foreign_count,
    waiting: row.waiting,
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
