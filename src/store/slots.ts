import type { InsertQueryBuilder, InsertResult, Kysely } from "kysely";
import { toColumn } from "./instants.ts";
import type { Database } from "./schema.ts";
import { chunks } from "./staging.ts";
import { markDirty } from "./translations.ts";

export type Slot = { readonly slot: string; readonly name: string; readonly uid: string };

const orphanPrefix = "orphan:";

/** The key of an object that no meeting leads to: no event can have it, because those are JSON. */
export function orphanKey(slot: string): string {
  return `${orphanPrefix}${slot}`;
}

/** Slots by meeting key. */
export async function slotsOfKeys(
  db: Kysely<Database>,
  targetId: string,
  keys: readonly string[],
): Promise<Map<string, Slot>> {
  if (keys.length === 0) return new Map();
  const rows = await db
    .selectFrom("slot")
    .select(["meeting_key", "slot", "name", "uid"])
    .where("target_id", "=", targetId)
    .where("meeting_key", "in", keys)
    .execute();
  return new Map(
    rows.flatMap((row) =>
      row.meeting_key === null
        ? []
        : [[row.meeting_key, { slot: row.slot, name: row.name, uid: row.uid }] as const],
    ),
  );
}

/** Meeting keys by slot value, of those slots that have one. */
export async function keysOfSlots(
  db: Kysely<Database>,
  targetId: string,
  values: readonly string[],
): Promise<Map<string, string>> {
  const keys = new Map<string, string>();
  for (const part of chunks(values, 1000)) {
    const rows = await db
      .selectFrom("slot")
      .select(["slot", (eb) => eb.ref("slot.meeting_key").$notNull().as("meeting_key")])
      .where("target_id", "=", targetId)
      .where("slot", "in", part)
      .where("meeting_key", "is not", null)
      .execute();
    for (const row of rows) keys.set(row.slot, row.meeting_key);
  }
  return keys;
}

/** Which of these slot values belong to objects that were found in the sink and are not claimed yet. */
export async function unclaimedSlots(
  db: Kysely<Database>,
  targetId: string,
  values: readonly string[],
): Promise<Set<string>> {
  if (values.length === 0) return new Set();
  const rows = await db
    .selectFrom("slot")
    .select("slot")
    .where("target_id", "=", targetId)
    .where((eb) => eb.or([eb("meeting_key", "is", null), eb("meeting_key", "like", `${orphanPrefix}%`)]))
    .where("slot", "in", values)
    .execute();
  return new Set(rows.map((row) => row.slot));
}

/** Gives unclaimed slots to the meetings whose keys lead to them. */
export async function claimSlots(
  db: Kysely<Database>,
  targetId: string,
  claims: ReadonlyMap<string, string>,
): Promise<void> {
  for (const [slot, meetingKey] of claims) {
    await db
      .updateTable("slot")
      .set({ meeting_key: meetingKey })
      .where("target_id", "=", targetId)
      .where("slot", "=", slot)
      .where((eb) => eb.or([eb("meeting_key", "is", null), eb("meeting_key", "like", `${orphanPrefix}%`)]))
      .execute();
  }
}

export type Found = {
  readonly slot: string;
  readonly name: string;
  readonly uid: string;
  readonly etag: string;
  readonly fingerprint: string;
  readonly summary: string;
  readonly startsAt: string | null;
};

/**
 * Records objects of ours that already stood in a target: slots without a meeting, mappings without an owner.
 * A mapping of the same ETag keeps its owner and takes the fingerprint; what was desired is unknown with it.
 */
export async function recordFound(
  db: Kysely<Database>,
  targetId: string,
  found: readonly Found[],
  now: number,
): Promise<void> {
  if (found.length === 0) return;
  await db.transaction().execute(async (tx) => {
    await tx
      .insertInto("slot")
      .values(
        found.map((it) => ({
          target_id: targetId,
          slot: it.slot,
          meeting_key: null,
          name: it.name,
          uid: it.uid,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    for (const part of chunks(found, 500)) {
      await unowned(tx, targetId, part, now)
        .onConflict((conflict) =>
          conflict
            .columns(["target_id", "slot"])
            .doUpdateSet((eb) => ({
              sink_fingerprint: eb.ref("excluded.sink_fingerprint"),
              desired_fingerprint: null,
            }))
            .whereRef("mapping.sink_etag", "=", "excluded.sink_etag"),
        )
        .execute();
    }
  });
}

/** Keeps the places of objects that could not be read for the meetings whose keys lead there. What is known stays. */
export async function recordUnread(
  db: Kysely<Database>,
  targetId: string,
  unread: readonly Slot[],
): Promise<void> {
  for (const part of chunks(unread, 1000)) {
    await db
      .insertInto("slot")
      .values(part.map((slot) => ({ ...slot, target_id: targetId, meeting_key: null })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/**
 * Gives meetings the objects of others that stand for them: their slots take the objects' names and
 * UIDs, and their keys are marked, so that the next plan writes each of them.
 */
export async function takeOver(
  db: Kysely<Database>,
  targetId: string,
  taken: ReadonlyArray<Found & { readonly key: string }>,
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const { key, slot, name, uid } of taken) {
      await tx
        .insertInto("slot")
        .values({ target_id: targetId, slot, meeting_key: key, name, uid })
        .onConflict((conflict) =>
          conflict.columns(["target_id", "slot"]).doUpdateSet({ meeting_key: key, name, uid }),
        )
        .execute();
    }
    for (const part of chunks(taken, 500)) {
      await unowned(tx, targetId, part, now)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    const touched = taken.map(({ key }) => ({ target_id: targetId, meeting_key: key, base_key: key }));
    await markDirty(tx, touched, now);
  });
}

/** Mappings that nobody owns yet. */
export function unowned(
  tx: Kysely<Database>,
  targetId: string,
  found: readonly Found[],
  now: number,
): InsertQueryBuilder<Database, "mapping", InsertResult> {
  return tx.insertInto("mapping").values(
    found.map((it) => ({
      target_id: targetId,
      slot: it.slot,
      source_id: null,
      account_id: null,
      identity: null,
      summary: it.summary,
      starts_at: it.startsAt,
      desired_fingerprint: null,
      sink_etag: it.etag,
      sink_fingerprint: it.fingerprint,
      source_base: null,
      sink_base: null,
      written_at: toColumn(now),
    })),
  );
}
