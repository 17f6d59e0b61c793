import { type Kysely, sql } from "kysely";
import { toColumn } from "./instants.ts";
import type { Database } from "./schema.ts";
import { owe, oweTombstones } from "./staging.ts";

/** A staged event as an audit compares it. */
export type StagedForAudit = {
  readonly stagedId: number;
  readonly collectionId: number;
  readonly nativeId: string;
  readonly etag: string | null;
  readonly bodyHash: string;
  /**
   * The span of all that it was translated to, ISO instants; `until` is null where there is no end. Null while it is not
   * translated as it stands, or was left out.
   */
  readonly span: { readonly from: string; readonly until: string | null } | null;
};

/** Everything that is staged of an account from calendars that are still listed, and not confirmed as gone. */
export async function stagedForAudit(db: Kysely<Database>, accountId: number): Promise<StagedForAudit[]> {
  const rows = await db
    .selectFrom("staged")
    .innerJoin("collection", "collection.id", "staged.collection_id")
    .leftJoin("candidate", "candidate.staged_id", "staged.id")
    .select([
      "staged.id",
      "staged.collection_id",
      "staged.native_id",
      "staged.etag",
      "staged.body_hash",
      "staged.dirty",
      sql<string | null>`min(candidate.starts_at)`.as("starts_at"),
      sql<string | null>`max(candidate.ends_at)`.as("ends_at"),
      sql<boolean>`bool_or(candidate.id is not null and candidate.ends_at is null)`.as("endless"),
    ])
    .where("staged.account_id", "=", accountId)
    .where("staged.gone_at", "is", null)
    .where("collection.vanished_at", "is", null)
    .groupBy("staged.id")
    .orderBy("staged.id")
    .execute();
  return rows.map((row) => ({
    stagedId: row.id,
    collectionId: row.collection_id,
    nativeId: row.native_id,
    etag: row.etag,
    bodyHash: row.body_hash,
    span:
      row.dirty || row.starts_at === null
        ? null
        : { from: row.starts_at, until: row.endless ? null : row.ends_at },
  }));
}

/** What an account owes: native ids by collection. */
export async function owedByCollection(
  db: Kysely<Database>,
  accountId: number,
): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
  const rows = await db
    .selectFrom("owed")
    .innerJoin("collection", "collection.id", "owed.collection_id")
    .select(["owed.collection_id", "owed.native_id"])
    .where("collection.account_id", "=", accountId)
    .where("collection.vanished_at", "is", null)
    .execute();
  const groups = Map.groupBy(rows, (row) => row.collection_id);
  return new Map([...groups].map(([id, group]) => [id, new Set(group.map((row) => row.native_id))]));
}

/** Has single events read anew, and others confirmed as gone, by the next pull of their account. */
export async function oweRepairs(
  db: Kysely<Database>,
  collection: { readonly id: number; readonly account_id: number },
  repairs: { readonly read: readonly string[]; readonly confirm: readonly string[] },
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    // `series` has any event read whole, whatever it is; `fetch` may mean its attachments alone.
    const items = repairs.read.map((nativeId) => ({ kind: "series" as const, nativeId }));
    await owe(tx, collection.id, items, now);
    await oweTombstones(tx, collection.id, repairs.confirm, { reported: false }, now);
    await tx.updateTable("account").set({ settled: false }).where("id", "=", collection.account_id).execute();
  });
}

/** Records that an account was listed to its end just now, and whether its books balanced. */
export async function noteAccountAudited(
  db: Kysely<Database>,
  accountId: number,
  isBalanced: boolean,
  now: number,
): Promise<void> {
  const at = toColumn(now);
  await db
    .updateTable("account")
    .set({ audited_at: at, ...(isBalanced ? { balanced_at: at } : {}) })
    .where("id", "=", accountId)
    .execute();
}
