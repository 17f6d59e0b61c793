import { type Kysely, sql } from "kysely";
import { hashBody, keepBodies } from "./bodies.ts";
import { markKeys } from "./dirty-keys.ts";
import { dropMappings } from "./drop-mappings.ts";
import type { Database } from "./schema.ts";
import { type Found, orphanKey, unowned } from "./slots.ts";
import { chunks } from "./staging.ts";

/** An object of a target as it was found, in the place of what is on record. */
export type FoundBody = {
  readonly slot: string;
  readonly key: string | null;
  readonly etag: string;
  readonly fingerprint: string;
  readonly body: string;
};

/** What an audit found in a target, to be put on record together. */
export type TargetRepair = {
  /** Same content under another ETag. */
  readonly stale: ReadonlyArray<{ readonly slot: string; readonly etag: string }>;
  /** Other content: it is kept, and the next plan writes over it. */
  readonly altered: readonly FoundBody[];
  /** On record, and not there. */
  readonly missing: ReadonlyArray<{ readonly slot: string; readonly key: string | null }>;
  /** There, and not on record. `key`: the meeting that it stands for, null where no meeting is known. */
  readonly orphans: ReadonlyArray<Found & { readonly key: string | null }>;
  /** Objects without a meeting that are to be planned as left over. */
  readonly leftovers: readonly string[];
  /** Keys to be planned. */
  readonly keys: readonly string[];
  /** Staged events, and accounts of which all events, are to be translated again. */
  readonly events: readonly number[];
  readonly accounts: readonly number[];
};

/** Puts on record what stands in a target, and has all that is concerned planned. One transaction. */
export async function commitRepair(
  db: Kysely<Database>,
  targetId: string,
  repair: TargetRepair,
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { stale, altered, missing, orphans, leftovers } = repair;
    for (const part of chunks(stale, 1000)) await recordEtags(tx, targetId, part);
    for (const part of chunks(altered, 100)) {
      await keepBodies(
        tx,
        part.map(({ body }) => body),
        now,
      );
      await recordAsFound(tx, targetId, part);
    }
    await dropMappings(
      tx,
      targetId,
      missing.map(({ slot }) => slot),
      "missing",
    );
    for (const part of chunks(orphans, 300)) await recordOrphans(tx, targetId, part, now);
    for (const slot of leftovers) {
      await tx
        .updateTable("slot")
        .set({ meeting_key: orphanKey(slot) })
        .where("target_id", "=", targetId)
        .where("slot", "=", slot)
        .where("meeting_key", "is", null)
        .execute();
      await tx
        .updateTable("mapping")
        .set({ source_id: null, account_id: null, identity: null, desired_fingerprint: null })
        .where("target_id", "=", targetId)
        .where("slot", "=", slot)
        .execute();
    }
    await translateAgain(tx, repair.events, repair.accounts);
    const touched = [...altered, ...missing, ...orphans].flatMap(({ key }) => key ?? []);
    const keys = [...touched, ...leftovers.map(orphanKey), ...repair.keys];
    await markKeys(tx, targetId, [...new Set(keys)], now);
  });
}

async function recordEtags(
  tx: Kysely<Database>,
  targetId: string,
  found: TargetRepair["stale"],
): Promise<void> {
  await sql`
    update mapping
    set sink_etag = found.etag
    from unnest(
      ${found.map(({ slot }) => slot)}::text[],
      ${found.map(({ etag }) => etag)}::text[]
    ) as found (slot, etag)
    where mapping.target_id = ${targetId} and mapping.slot = found.slot
  `.execute(tx);
}

/**
 * What was wanted there is compared anew: with it, the plan would take what stands there for right. Of an object that was
 * taken over and not written yet nobody knows whether it was changed.
 */
async function recordAsFound(
  tx: Kysely<Database>,
  targetId: string,
  found: readonly FoundBody[],
): Promise<void> {
  await sql`
    update mapping
    set sink_etag = found.etag, sink_fingerprint = found.fingerprint, sink_base = found.body,
        desired_fingerprint = null, altered = mapping.altered or mapping.sink_fingerprint <> ''
    from unnest(
      ${found.map(({ slot }) => slot)}::text[],
      ${found.map(({ etag }) => etag)}::text[],
      ${found.map(({ fingerprint }) => fingerprint)}::text[],
      ${found.map(({ body }) => hashBody(body))}::text[]
    ) as found (slot, etag, fingerprint, body)
    where mapping.target_id = ${targetId} and mapping.slot = found.slot
  `.execute(tx);
}

/** An object may have been found under another name than its slot had: it is where it was found. */
async function recordOrphans(
  tx: Kysely<Database>,
  targetId: string,
  found: TargetRepair["orphans"],
  now: number,
): Promise<void> {
  const slots = found.map(({ slot }) => slot);
  const names = found.map(({ name }) => name);
  await tx
    .deleteFrom("slot")
    .where("target_id", "=", targetId)
    .where("name", "in", names)
    .where("slot", "not in", slots)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("mapping")
            .select("mapping.slot")
            .whereRef("mapping.target_id", "=", "slot.target_id")
            .whereRef("mapping.slot", "=", "slot.slot"),
        ),
      ),
    )
    .execute();
  await tx
    .insertInto("slot")
    .values(found.map(({ slot, name, uid }) => ({ target_id: targetId, slot, meeting_key: null, name, uid })))
    .onConflict((conflict) =>
      conflict
        .columns(["target_id", "slot"])
        .doUpdateSet((eb) => ({ name: eb.ref("excluded.name"), uid: eb.ref("excluded.uid") })),
    )
    .execute();
  await unowned(tx, targetId, found, now)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function translateAgain(
  tx: Kysely<Database>,
  events: readonly number[],
  accounts: readonly number[],
): Promise<void> {
  for (const part of chunks(events, 1000))
    await tx.updateTable("staged").set({ dirty: true }).where("id", "in", part).execute();
  if (accounts.length > 0)
    await tx.updateTable("staged").set({ dirty: true }).where("account_id", "in", accounts).execute();
}
