import { type Kysely, sql } from "kysely";
import type { Database } from "./schema.ts";
import { chunks } from "./staging.ts";
import { markDirty } from "./translations.ts";

export async function countDirtyKeys(db: Kysely<Database>, targetId: string): Promise<number> {
  const { count } = await db
    .selectFrom("dirty_key")
    .where("target_id", "=", targetId)
    .select(sql<number>`count(*)::int`.as("count"))
    .executeTakeFirstOrThrow();
  return count;
}

/** Meeting keys with the mark under which they were read. */
export type Marks = ReadonlyMap<string, string>;

/** Dirty meeting keys of a target in pages, by key: those after `after`. */
export async function listDirtyKeys(
  db: Kysely<Database>,
  targetId: string,
  after: string,
  limit: number,
): Promise<Marks> {
  const rows = await db
    .selectFrom("dirty_key")
    .select(["meeting_key", sql<string>`mark::text`.as("mark")])
    .where("target_id", "=", targetId)
    .where("meeting_key", ">", after)
    .orderBy("meeting_key")
    .limit(limit)
    .execute();
  return new Map(rows.map((row) => [row.meeting_key, row.mark]));
}

/** Keys that need no more looking at, unless they were marked again since they were read. */
export async function clearDirtyKeys(
  db: Kysely<Database>,
  targetId: string,
  keys: readonly string[],
  marks: Marks,
): Promise<void> {
  for (const part of chunks(keys, 1000)) {
    await sql`
      delete from dirty_key
      using unnest(${part}::text[], ${part.map((key) => marks.get(key) ?? "0")}::bigint[]) as read (meeting_key, mark)
      where dirty_key.target_id = ${targetId}
        and dirty_key.meeting_key = read.meeting_key and dirty_key.mark = read.mark
    `.execute(db);
  }
}

/** Has these keys looked at by the next plan. */
export async function markKeys(
  db: Kysely<Database>,
  targetId: string,
  keys: readonly string[],
  now: number,
): Promise<void> {
  const touched = keys.map((key) => ({ target_id: targetId, meeting_key: key, base_key: key }));
  await markDirty(db, touched, now);
}

/** Has the loose invitations of these series looked at: whether a series is shown decides whether they are. */
export async function markInstances(
  db: Kysely<Database>,
  targetId: string,
  seriesKeys: readonly string[],
  now: number,
): Promise<void> {
  for (const part of chunks(seriesKeys, 1000)) {
    const rows = await db
      .selectFrom("candidate as series")
      .innerJoin("candidate as single", (join) =>
        join
          .onRef("single.target_id", "=", "series.target_id")
          .onRef("single.base_key", "=", "series.base_key"),
      )
      .select(["single.target_id", "single.meeting_key"])
      .distinct()
      .where("series.target_id", "=", targetId)
      .where("series.meeting_key", "in", part)
      .where("series.instance", "is", null)
      .where("single.instance", "is not", null)
      .execute();
    await markDirty(
      db,
      rows.map((row) => ({ ...row, base_key: row.meeting_key })),
      now,
    );
  }
}
