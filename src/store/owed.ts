import { type Expression, type ExpressionBuilder, type Kysely, type SqlBool, sql } from "kysely";
import type { Collection } from "./collections.ts";
import { toColumn } from "./instants.ts";
import type { Database, OwedTable } from "./schema.ts";
import { oweTombstones, stage, type StagedEvent } from "./staging.ts";

type OwedKind = "series" | "fetch" | "tombstone";

/** One piece of owed work with the native form that is staged under its id now, if any. */
export type OwedRow = {
  readonly kind: OwedKind;
  readonly nativeId: string;
  readonly native: string | null;
  /** Of a tombstone: the source told of the removal. */
  readonly reported: boolean;
  /** Of a tombstone: since when the source answers for an event that its lists lack, epoch milliseconds. */
  readonly unlistedSince: number | null;
};

export type SettlementCommit =
  | {
      readonly kind: "staged";
      readonly item: { kind: OwedKind; nativeId: string };
      readonly event: StagedEvent;
      readonly stillOwed?: Error;
    }
  | { readonly kind: "gone" | "void"; readonly item: { kind: OwedKind; nativeId: string } }
  | { readonly kind: "failed"; readonly item: { kind: OwedKind; nativeId: string }; readonly error: Error }
  | {
      readonly kind: "doubted";
      readonly item: { kind: OwedKind; nativeId: string };
      /** Epoch milliseconds. */
      readonly unlistedSince: number;
      readonly askAgainAt: number;
    };

/** So often in a row work may fail and is tried with the next pull; from then on it waits longer and longer. */
const attemptsAtOnce = 3;
const firstWaitMs = 5 * 60_000;
/** The longest that an event which always fails is left alone: it may be readable again any time. */
const longestWaitMs = 4 * 3_600_000;

/** When work that failed for the n-th time is due again, epoch milliseconds; null for the next pull. */
function nextAttempt(attempts: number, now: number): number | null {
  if (attempts < attemptsAtOnce) return null;
  return now + Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(attempts - attemptsAtOnce, 10));
}

/** How often a fetch of another calendar may fail until removals no longer wait for it. */
const attemptsAwaited = 3;

/**
 * Owed work of a collection that is due, what failed least often first. A tombstone is left out while another calendar owes its event,
 * or has only just begun to owe any: the event may be the one that moved there.
 */
export async function listOwed(
  db: Kysely<Database>,
  collection: Collection,
  kinds: readonly OwedKind[],
  /** Epoch milliseconds; null: whatever is owed, due or not. */
  now: number | null,
): Promise<OwedRow[]> {
  const rows = await db
    .selectFrom("owed")
    .leftJoin("staged", (join) =>
      join
        .onRef("staged.native_id", "=", "owed.native_id")
        .on("staged.account_id", "=", collection.account_id)
        .on("staged.collection_id", "=", collection.id)
        .on("staged.gone_at", "is", null),
    )
    .leftJoin("body", "body.hash", "staged.body_hash")
    .select(["owed.kind", "owed.native_id", "owed.reported", "owed.unlisted_since", "body.content"])
    .where("owed.collection_id", "=", collection.id)
    .where("owed.kind", "in", kinds)
    .$if(now !== null, (query) => query.where((eb) => isDue(eb, now ?? 0)))
    .where((eb) =>
      eb.or([
        eb("owed.kind", "<>", "tombstone"),
        eb.not(
          eb.exists(
            eb
              .selectFrom("owed as other")
              .innerJoin("collection", "collection.id", "other.collection_id")
              .select("other.native_id")
              .where("collection.account_id", "=", collection.account_id)
              .where("collection.id", "<>", collection.id)
              .where("collection.vanished_at", "is", null)
              .where("other.kind", "<>", "tombstone")
              .where((it) =>
                it.or([
                  it("other.native_id", "=", it.ref("owed.native_id")),
                  it("other.attempts", "<", attemptsAwaited),
                ]),
              ),
          ),
        ),
      ]),
    )
    .orderBy("owed.attempts")
    .orderBy("owed.since")
    .orderBy("owed.native_id")
    .execute();
  return rows.map((row) => ({
    kind: row.kind,
    nativeId: row.native_id,
    native: row.content,
    reported: row.reported,
    unlistedSince: row.unlisted_since?.getTime() ?? null,
  }));
}

/** A wait that is longer than any was recorded before the clock was set back. */
function isDue(eb: ExpressionBuilder<{ owed: OwedTable }, "owed">, now: number): Expression<SqlBool> {
  return eb.or([
    eb("owed.retry_at", "is", null),
    eb("owed.retry_at", "<=", new Date(now)),
    eb("owed.retry_at", ">", new Date(now + longestWaitMs)),
  ]);
}

/** Drops tombstones of events that are no longer staged from this collection: they moved, or went before. */
export async function dropVoidTombstones(db: Kysely<Database>, collection: Collection): Promise<void> {
  await db
    .deleteFrom("owed")
    .where("collection_id", "=", collection.id)
    .where("kind", "=", "tombstone")
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("staged")
            .select("staged.id")
            .where("staged.collection_id", "=", collection.id)
            .where("staged.gone_at", "is", null)
            .whereRef("staged.native_id", "=", "owed.native_id"),
        ),
      ),
    )
    .execute();
}

/** Commits a batch of settled work. A confirmed removal marks the event; its candidates go with the next plan. */
export async function commitSettlements(
  db: Kysely<Database>,
  collection: Collection,
  settlements: readonly SettlementCommit[],
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const staged = settlements.flatMap((settlement) =>
      settlement.kind === "staged" ? [settlement.event] : [],
    );
    await stage(tx, collection, staged, now);
    for (const settlement of settlements) {
      const { kind, nativeId } = settlement.item;
      if (settlement.kind === "gone") {
        // Only a settled tombstone is a removal: a series or object that could not be found becomes one to confirm.
        if (kind === "tombstone") await markGone(tx, collection, nativeId, now);
        else await oweTombstones(tx, collection.id, [nativeId], { reported: false }, now);
      }
      if (settlement.kind === "doubted") {
        await noteDoubt(tx, collection.id, settlement);
        continue;
      }
      const error = errorOf(settlement);
      if (error !== null) {
        await noteFailure(tx, collection.id, settlement.item, error.message, now);
      } else {
        await tx
          .deleteFrom("owed")
          .where("collection_id", "=", collection.id)
          .where("kind", "=", kind)
          .where("native_id", "=", nativeId)
          .execute();
      }
    }
    await tx.updateTable("account").set({ settled: false }).where("id", "=", collection.account_id).execute();
  });
}

async function noteDoubt(
  tx: Kysely<Database>,
  collectionId: number,
  { item, unlistedSince, askAgainAt }: Extract<SettlementCommit, { readonly kind: "doubted" }>,
): Promise<void> {
  await tx
    .updateTable("owed")
    .set({ unlisted_since: toColumn(unlistedSince), retry_at: toColumn(askAgainAt) })
    .where("collection_id", "=", collectionId)
    .where("kind", "=", item.kind)
    .where("native_id", "=", item.nativeId)
    .execute();
}

async function noteFailure(
  tx: Kysely<Database>,
  collectionId: number,
  { kind, nativeId }: SettlementCommit["item"],
  message: string,
  now: number,
): Promise<void> {
  const failed = await tx
    .updateTable("owed")
    .set((eb) => ({ attempts: eb("attempts", "+", 1), last_error: message }))
    .where("collection_id", "=", collectionId)
    .where("kind", "=", kind)
    .where("native_id", "=", nativeId)
    .returning("attempts")
    .executeTakeFirst();
  const retryAt = failed === undefined ? null : nextAttempt(failed.attempts, now);
  if (retryAt === null) return;
  await tx
    .updateTable("owed")
    .set({ retry_at: toColumn(retryAt) })
    .where("collection_id", "=", collectionId)
    .where("kind", "=", kind)
    .where("native_id", "=", nativeId)
    .execute();
}

/** Why the work stays owed; null where it is done. */
function errorOf(settlement: SettlementCommit): Error | null {
  if (settlement.kind === "failed") return settlement.error;
  return settlement.kind === "staged" ? (settlement.stillOwed ?? null) : null;
}

async function markGone(
  tx: Kysely<Database>,
  collection: Collection,
  nativeId: string,
  now: number,
): Promise<void> {
  await tx
    .updateTable("staged")
    .set({ gone_at: toColumn(now), dirty: true })
    .where("collection_id", "=", collection.id)
    .where("native_id", "=", nativeId)
    .where("gone_at", "is", null)
    .execute();
}

/** Whether removals were reported in an account that are still to be confirmed, in calendars that are there. */
export async function owesTombstones(db: Kysely<Database>, accountId: number): Promise<boolean> {
  const row = await db
    .selectFrom("owed")
    .innerJoin("collection", "collection.id", "owed.collection_id")
    .select("owed.native_id")
    .where("collection.account_id", "=", accountId)
    .where("collection.vanished_at", "is", null)
    .where("owed.kind", "=", "tombstone")
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** How much work an account still owes over all its calendars, and how much of it are removals in doubt. */
export async function countOwed(
  db: Kysely<Database>,
  accountId: number,
): Promise<{ readonly owed: number; readonly doubted: number }> {
  return db
    .selectFrom("owed")
    .innerJoin("collection", "collection.id", "owed.collection_id")
    .where("collection.account_id", "=", accountId)
    .select([
      sql<number>`count(*)::int`.as("owed"),
      sql<number>`count(owed.unlisted_since)::int`.as("doubted"),
    ])
    .executeTakeFirstOrThrow();
}
