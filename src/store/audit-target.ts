import { type Kysely, sql } from "kysely";
import { toColumn } from "./instants.ts";
import type { Database, StagedState } from "./schema.ts";
import { chunks } from "./staging.ts";

/** An object that is on record in a target, as an audit compares it. */
export type RecordedObject = {
  readonly slot: string;
  readonly name: string;
  readonly uid: string;
  /** Null while no meeting claims it. */
  readonly key: string | null;
  readonly etag: string;
  readonly sinkFingerprint: string;
  readonly desiredFingerprint: string | null;
  readonly sourceId: string | null;
  readonly summary: string;
  readonly startsAt: string | null;
};

/** Everything that is on record in a target, or what of it has these names. */
export async function recordedObjects(
  db: Kysely<Database>,
  targetId: string,
  names: readonly string[] | null,
): Promise<RecordedObject[]> {
  let query = db
    .selectFrom("mapping")
    .innerJoin("slot", (join) =>
      join.onRef("slot.target_id", "=", "mapping.target_id").onRef("slot.slot", "=", "mapping.slot"),
    )
    .select(["mapping.slot", "slot.name", "slot.uid", "slot.meeting_key", "mapping.sink_etag"])
    .select(["mapping.sink_fingerprint", "mapping.desired_fingerprint", "mapping.source_id"])
    .select(["mapping.summary", "mapping.starts_at"])
    .where("mapping.target_id", "=", targetId)
    .orderBy("mapping.slot");
  if (names !== null) query = query.where(sql<boolean>`slot.name = any(${[...names]}::text[])`);
  const rows = await query.execute();
  return rows.map((row) => ({
    slot: row.slot,
    name: row.name,
    uid: row.uid,
    key: row.meeting_key,
    etag: row.sink_etag,
    sinkFingerprint: row.sink_fingerprint,
    desiredFingerprint: row.desired_fingerprint,
    sourceId: row.source_id,
    summary: row.summary,
    startsAt: row.starts_at,
  }));
}

/** The names of the recorded objects that bear one of these UIDs. */
export async function namesOfUids(
  db: Kysely<Database>,
  targetId: string,
  uids: readonly string[],
): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const part of chunks(uids, 1000)) {
    const rows = await db
      .selectFrom("mapping")
      .innerJoin("slot", (join) =>
        join.onRef("slot.target_id", "=", "mapping.target_id").onRef("slot.slot", "=", "mapping.slot"),
      )
      .select(["slot.uid", "slot.name"])
      .where("slot.target_id", "=", targetId)
      .where("slot.uid", "in", part)
      .execute();
    for (const { uid, name } of rows) names.set(uid, name);
  }
  return names;
}

/** Which of these keys an event wants a place under. */
export async function wantedAmong(
  db: Kysely<Database>,
  targetId: string,
  keys: readonly string[],
): Promise<Set<string>> {
  const wanted = new Set<string>();
  for (const part of chunks(keys, 1000)) {
    const rows = await db
      .selectFrom("candidate")
      .select("meeting_key")
      .distinct()
      .where("target_id", "=", targetId)
      .where("meeting_key", "in", part)
      .execute();
    for (const row of rows) wanted.add(row.meeting_key);
  }
  return wanted;
}

/** Keys that a candidate of the target has and for which no slot was assigned yet. */
export async function keysWithoutSlot(db: Kysely<Database>, targetId: string): Promise<string[]> {
  const rows = await db
    .selectFrom("candidate")
    .leftJoin("slot", (join) =>
      join
        .onRef("slot.target_id", "=", "candidate.target_id")
        .onRef("slot.meeting_key", "=", "candidate.meeting_key"),
    )
    .select("candidate.meeting_key")
    .distinct()
    .where("candidate.target_id", "=", targetId)
    .where("slot.slot", "is", null)
    .orderBy("candidate.meeting_key")
    .execute();
  return rows.map((row) => row.meeting_key);
}

/** A staged event that has to do with a target. */
export type EventForAudit = {
  readonly stagedId: number;
  readonly accountId: number;
  readonly nativeId: string;
  readonly isDirty: boolean;
  readonly isGone: boolean;
  readonly state: StagedState;
};

/** The staged events of a target's accounts, and those of others that want a place in it. */
export async function eventsForAudit(
  db: Kysely<Database>,
  targetId: string,
  accountIds: readonly number[],
): Promise<EventForAudit[]> {
  const rows = await db
    .selectFrom("staged")
    .select(["id", "account_id", "native_id", "dirty", "gone_at", "state"])
    .where((eb) =>
      eb.or([
        eb("account_id", "=", sql<number>`any(${[...accountIds]}::int[])`),
        eb.exists(
          eb
            .selectFrom("candidate")
            .select("candidate.id")
            .whereRef("candidate.staged_id", "=", "staged.id")
            .where("candidate.target_id", "=", targetId),
        ),
      ]),
    )
    .orderBy("id")
    .execute();
  return rows.map((row) => ({
    stagedId: row.id,
    accountId: row.account_id,
    nativeId: row.native_id,
    isDirty: row.dirty,
    isGone: row.gone_at !== null,
    state: row.state,
  }));
}

/** All meeting keys of a target that a candidate has or under which something stands, each once, in order. */
export async function listKeys(db: Kysely<Database>, targetId: string): Promise<string[]> {
  // In one go: without statistics, which the embedded database never has, each page would sort all that come after it.
  const rows = await db
    .selectFrom("candidate")
    .select("meeting_key")
    .where("target_id", "=", targetId)
    .union(
      db
        .selectFrom("slot")
        .innerJoin("mapping", (join) =>
          join.onRef("mapping.target_id", "=", "slot.target_id").onRef("mapping.slot", "=", "slot.slot"),
        )
        .select((eb) => eb.ref("slot.meeting_key").$notNull().as("meeting_key"))
        .where("slot.target_id", "=", targetId)
        .where("slot.meeting_key", "is not", null),
    )
    // What is to stand by a person's decision, though nothing else may tell of it.
    .union(
      db
        .selectFrom("pin")
        .select("meeting_key")
        .where("target_id", "=", targetId)
        .where("stands", "is not", null),
    )
    .orderBy("meeting_key")
    .execute();
  return rows.map((row) => row.meeting_key);
}

/** Which of these keys are marked to be planned. */
export async function dirtyAmong(
  db: Kysely<Database>,
  targetId: string,
  keys: readonly string[],
): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const rows = await db
    .selectFrom("dirty_key")
    .select("meeting_key")
    .where("target_id", "=", targetId)
    .where("meeting_key", "in", keys)
    .execute();
  return new Set(rows.map((row) => row.meeting_key));
}

/** Records that a target was audited just now, how much of others stands there, and whether its books balanced. */
export async function noteTargetAudited(
  db: Kysely<Database>,
  targetId: string,
  audited: { readonly isBalanced: boolean; readonly foreign: number },
  now: number,
): Promise<void> {
  const at = toColumn(now);
  await db
    .updateTable("target")
    .set({
      audited_at: at,
      foreign_count: audited.foreign,
      ...(audited.isBalanced ? { balanced_at: at } : {}),
    })
    .where("id", "=", targetId)
    .execute();
}
