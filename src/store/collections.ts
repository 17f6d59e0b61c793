import type { Kysely, Selectable } from "kysely";
import { retireVanished } from "./retired.ts";
import { toColumn } from "./instants.ts";
import type { CollectionTable, Database } from "./schema.ts";

export type Collection = Selectable<CollectionTable>;

export async function listCollections(db: Kysely<Database>, accountId: number): Promise<Collection[]> {
  return db.selectFrom("collection").selectAll().where("account_id", "=", accountId).orderBy("id").execute();
}

/**
 * Records a complete listing of an account's calendars. One that is no longer listed is marked as
 * vanished and keeps everything that is staged from it; one that is back goes on where it was.
 *
 * @returns the names of those that have vanished with this listing
 */
export async function saveCalendars(
  db: Kysely<Database>,
  accountId: number,
  listing: {
    calendars: ReadonlyArray<{ id: string; name: string }>;
    memory: string | null;
    categoryColors: Readonly<Record<string, string>> | null;
  },
  now: number,
): Promise<string[]> {
  const when = toColumn(now);
  const ids = listing.calendars.map((calendar) => calendar.id);
  return db.transaction().execute(async (tx) => {
    for (const calendar of listing.calendars) {
      await tx
        .insertInto("collection")
        .values({ account_id: accountId, native_id: calendar.id, name: calendar.name })
        .onConflict((conflict) =>
          conflict
            .columns(["account_id", "native_id"])
            .doUpdateSet({ name: calendar.name, vanished_at: null }),
        )
        .execute();
    }
    let vanished = tx
      .updateTable("collection")
      .set({ vanished_at: when })
      .where("account_id", "=", accountId)
      .where("vanished_at", "is", null);
    if (ids.length > 0) vanished = vanished.where("native_id", "not in", ids);
    const gone = await vanished.returning("name").execute();
    await retireVanished(tx, accountId, now);
    const colors = listing.categoryColors;
    await tx
      .updateTable("account")
      .set({ memory: listing.memory, calendars_listed_at: when })
      .$if(colors !== null, (query) => query.set({ category_colors: JSON.stringify(colors) }))
      .where("id", "=", accountId)
      .execute();
    return gone.map(({ name }) => name);
  });
}

/** Begins a round, or goes on with the one that was interrupted after a committed page. */
export async function beginRound(db: Kysely<Database>, collection: Collection): Promise<Collection> {
  if (collection.round_open && collection.resume !== null) return collection;
  return db
    .updateTable("collection")
    .set((eb) => ({ round: eb("round", "+", 1), round_open: true, resume: null }))
    .where("id", "=", collection.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Discards the resume points: the next round is a complete one. */
export async function discardCheckpoint(db: Kysely<Database>, collectionId: number): Promise<Collection> {
  return db
    .updateTable("collection")
    .set({ checkpoint: null, resume: null, round_open: false })
    .where("id", "=", collectionId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function noteCollectionError(
  db: Kysely<Database>,
  collectionId: number,
  error: string | null,
): Promise<void> {
  await db.updateTable("collection").set({ last_error: error }).where("id", "=", collectionId).execute();
}

/** How long what could not be translated is left alone; then it may have been spoiled on the way, for all that its ETag says. */
const spoiledAfterMs = 3_600_000;

/** ETags of the events staged from a collection, by native id: of those that need not be read again. */
export async function knownEtags(
  db: Kysely<Database>,
  collectionId: number,
  nativeIds: readonly string[] | "all",
  now: number,
): Promise<ReadonlyMap<string, string>> {
  if (nativeIds !== "all" && nativeIds.length === 0) return new Map();
  let query = db
    .selectFrom("staged")
    .select(["native_id", "etag"])
    .where("collection_id", "=", collectionId)
    .where("gone_at", "is", null)
    .where("etag", "is not", null)
    .where((eb) =>
      eb.or([eb("state", "<>", "quarantined"), eb("staged_at", ">", new Date(now - spoiledAfterMs))]),
    );
  if (nativeIds !== "all") query = query.where("native_id", "in", nativeIds);
  const rows = await query.execute();
  return new Map(rows.flatMap((row) => (row.etag === null ? [] : [[row.native_id, row.etag] as const])));
}
