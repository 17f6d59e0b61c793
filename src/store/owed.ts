import { type Kysely, sql } from "kysely";
import type { Collection } from "./collections.ts";
import { toColumn } from "./instants.ts";
import type { Database } from "./schema.ts";
import { oweTombstones, stage, type StagedEvent } from "./staging.ts";

type OwedKind = "series" | "fetch" | "tombstone";

/** One piece of owed work with the native form that is staged under its id now, if any. */
export type OwedRow = { readonly kind: OwedKind; readonly nativeId: string; readonly native: string | null };

export type SettlementCommit =
  | {
      readonly kind: "staged";
      readonly item: { kind: OwedKind; nativeId: string };
      readonly event: StagedEvent;
      readonly stillOwed?: Error;
    }
  | { readonly kind: "gone" | "void"; readonly item: { kind: OwedKind; nativeId: string } }
  | { readonly kind: "failed"; readonly item: { kind: OwedKind; nativeId: string }; readonly error: Error };

/** How often a fetch of another calendar may fail until removals no longer wait for it. */
const attemptsAwaited = 3;

/**
 * Owed work of a collection, oldest first. A tombstone is left out while another calendar owes its event,
 * or has only just begun to owe any: the event may be the one that moved there.
 */
export async function listOwed(
  db: Kysely<Database>,
  collection: Collection,
  kinds: readonly OwedKind[],
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
    .select(["owed.kind", "owed.native_id", "body.content"])
    .where("owed.collection_id", "=", collection.id)
    .where("owed.kind", "in", kinds)
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
  return rows.map((row) => ({ kind: row.kind, nativeId: row.native_id, native: row.content }));
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
        else await oweTombstones(tx, collection.id, [nativeId], now);
      }
      const row = tx
        .updateTable("owed")
        .where("collection_id", "=", collection.id)
        .where("kind", "=", kind)
        .where("native_id", "=", nativeId);
      const error = errorOf(settlement);
      if (error !== null) {
        await row.set((eb) => ({ attempts: eb("attempts", "+", 1), last_error: error.message })).execute();
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

/** How much work an account still owes over all its calendars. */
export async function countOwed(db: Kysely<Database>, accountId: number): Promise<number> {
  const { count } = await db
    .selectFrom("owed")
    .innerJoin("collection", "collection.id", "owed.collection_id")
    .where("collection.account_id", "=", accountId)
    .select(sql<number>`count(*)::int`.as("count"))
    .executeTakeFirstOrThrow();
  return count;
}
