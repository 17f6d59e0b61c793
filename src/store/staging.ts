import { type Kysely, sql } from "kysely";
import { hashBody, keepBodies } from "./bodies.ts";
import type { Collection } from "./collections.ts";
import { toColumn } from "./instants.ts";
import type { Database } from "./schema.ts";

/** Rows of one page; see Page in sources/source.ts, whose shape this takes. */
export type PageCommit = {
  readonly kind: "incremental" | "complete";
  readonly staged: readonly StagedEvent[];
  readonly present: readonly string[];
  readonly gone: readonly string[];
  readonly owed: ReadonlyArray<{ kind: "series" | "fetch" | "tombstone"; nativeId: string }>;
  readonly resume: string | null;
  readonly checkpoint: string | null;
};

export type StagedEvent = {
  readonly nativeId: string;
  readonly etag: string | null;
  readonly native: string;
};

/** What a complete listing speaks for: everything, or only what touches the window. */
export type Coverage = { readonly from: string; readonly until: string } | "everything";

const rowsPerStatement = 200;

/**
 * Commits one page: its events, the work it owes and the newest resume point, together. On the last
 * page of a complete round, what was not seen becomes a tombstone to confirm.
 */
export async function commitPage(
  db: Kysely<Database>,
  collection: Collection,
  page: PageCommit,
  coverage: Coverage,
  now: number,
): Promise<void> {
  const finished = page.checkpoint !== null;
  await db.transaction().execute(async (tx) => {
    await stage(tx, collection, page.staged, now);
    await markSeen(tx, collection, page.kind === "complete" ? page.present : []);
    const seen = [...page.staged.map((event) => event.nativeId), ...page.present];
    await forgetTombstones(tx, collection.id, seen);
    await owe(tx, collection.id, page.owed, now);
    await oweTombstones(tx, collection.id, page.gone, { reported: true }, now);
    if (page.staged.length + page.gone.length + page.owed.length > 0) {
      await tx
        .updateTable("account")
        .set({ settled: false })
        .where("id", "=", collection.account_id)
        .execute();
    }
    if (finished && page.kind === "complete") await oweAbsent(tx, collection, coverage, now);
    await tx
      .updateTable("collection")
      .set(
        finished
          ? {
              checkpoint: page.checkpoint,
              resume: null,
              round_kind: page.kind,
              round_open: false,
              round_finished_at: toColumn(now),
              last_error: null,
            }
          : { resume: page.resume, round_kind: page.kind },
      )
      .where("id", "=", collection.id)
      .execute();
  });
}

/** Inserts or replaces staged events; only one whose content differs is translated again. */
export async function stage(
  tx: Kysely<Database>,
  collection: { id: number; account_id: number; round: number },
  events: readonly StagedEvent[],
  now: number,
): Promise<void> {
  const newest = [...new Map(events.map((event) => [event.nativeId, storable(event)])).values()];
  for (const part of chunks(newest, rowsPerStatement)) {
    await keepBodies(
      tx,
      part.map((event) => event.native),
      now,
    );
    await tx
      .insertInto("staged")
      .values(
        part.map((event) => ({
          account_id: collection.account_id,
          collection_id: collection.id,
          native_id: event.nativeId,
          etag: event.etag,
          body_hash: hashBody(event.native),
          round: collection.round,
          staged_at: toColumn(now),
          reason: null,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(["account_id", "native_id"]).doUpdateSet((eb) => ({
          collection_id: eb.ref("excluded.collection_id"),
          etag: eb.ref("excluded.etag"),
          body_hash: eb.ref("excluded.body_hash"),
          round: eb.ref("excluded.round"),
          staged_at: eb.ref("excluded.staged_at"),
          gone_at: null,
          dirty: sql<boolean>`staged.dirty or staged.gone_at is not null or staged.body_hash <> excluded.body_hash`,
        })),
      )
      .execute();
  }
}

/** PostgreSQL's text cannot hold U+0000, which no calendar has a use for. */
function storable(event: StagedEvent): StagedEvent {
  return event.native.includes("\0") ? { ...event, native: event.native.replaceAll("\0", "") } : event;
}

async function markSeen(
  tx: Kysely<Database>,
  collection: Collection,
  nativeIds: readonly string[],
): Promise<void> {
  for (const part of chunks(nativeIds, 1000)) {
    await tx
      .updateTable("staged")
      .set({ round: collection.round })
      .where("collection_id", "=", collection.id)
      .where("native_id", "in", part)
      .execute();
  }
}

async function forgetTombstones(
  tx: Kysely<Database>,
  collectionId: number,
  nativeIds: readonly string[],
): Promise<void> {
  for (const part of chunks(nativeIds, 1000)) {
    await tx
      .deleteFrom("owed")
      .where("collection_id", "=", collectionId)
      .where("kind", "=", "tombstone")
      .where("native_id", "in", part)
      .execute();
  }
}

/** Work for the next pull. */
export async function owe(
  tx: Kysely<Database>,
  collectionId: number,
  items: PageCommit["owed"],
  now: number,
  reported = false,
): Promise<void> {
  for (const part of chunks(items, 500)) {
    await tx
      .insertInto("owed")
      .values(
        part.map((item) => ({
          collection_id: collectionId,
          kind: item.kind,
          native_id: item.nativeId,
          since: toColumn(now),
          last_error: null,
          reported,
        })),
      )
      // It was told of again: something about it has changed, and it may be readable now.
      .onConflict((conflict) =>
        conflict.columns(["collection_id", "kind", "native_id"]).doUpdateSet((eb) => ({
          retry_at: null,
          reported: sql<boolean>`owed.reported or ${eb.ref("excluded.reported")}`,
        })),
      )
      .execute();
  }
}

/** A removal of something that is not staged from this collection means nothing. */
export async function oweTombstones(
  tx: Kysely<Database>,
  collectionId: number,
  nativeIds: readonly string[],
  { reported }: { readonly reported: boolean },
  now: number,
): Promise<void> {
  for (const part of chunks(nativeIds, 1000)) {
    const known = await tx
      .selectFrom("staged")
      .select("native_id")
      .where("collection_id", "=", collectionId)
      .where("gone_at", "is", null)
      .where("native_id", "in", part)
      .execute();
    await owe(
      tx,
      collectionId,
      known.map((row) => ({ kind: "tombstone" as const, nativeId: row.native_id })),
      now,
      reported,
    );
  }
}

/** Native forms staged from an account, by native id; those in a collection of it or another. */
export async function stagedNatives(
  db: Kysely<Database>,
  accountId: number,
  nativeIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const part of chunks(nativeIds, 1000)) {
    const rows = await db
      .selectFrom("staged")
      .innerJoin("body", "body.hash", "staged.body_hash")
      .select(["staged.native_id", "body.content"])
      .where("staged.account_id", "=", accountId)
      .where("staged.gone_at", "is", null)
      .where("staged.native_id", "in", part)
      .execute();
    for (const row of rows) found.set(row.native_id, row.content);
  }
  return found;
}

async function oweAbsent(
  tx: Kysely<Database>,
  collection: Collection,
  coverage: Coverage,
  now: number,
): Promise<void> {
  let absent = tx
    .selectFrom("staged")
    .select("staged.native_id")
    .where("staged.collection_id", "=", collection.id)
    .where("staged.gone_at", "is", null)
    .where("staged.round", "<", collection.round)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("owed")
            .select("owed.native_id")
            .where("owed.collection_id", "=", collection.id)
            .whereRef("owed.native_id", "=", "staged.native_id"),
        ),
      ),
    );
  if (coverage !== "everything") {
    absent = absent.where((eb) => {
      const candidates = eb
        .selectFrom("candidate")
        .select("candidate.id")
        .whereRef("candidate.staged_id", "=", "staged.id");
      const inside = candidates
        .where("candidate.starts_at", "<", coverage.until)
        .where((c) => c.or([c("candidate.ends_at", "is", null), c("candidate.ends_at", ">", coverage.from)]));
      return eb.or([eb.exists(inside), eb.not(eb.exists(candidates))]);
    });
  }
  const rows = await absent.execute();
  await owe(
    tx,
    collection.id,
    rows.map((row) => ({ kind: "tombstone" as const, nativeId: row.native_id })),
    now,
  );
  if (rows.length > 0) {
    await tx.updateTable("account").set({ settled: false }).where("id", "=", collection.account_id).execute();
  }
}

export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
