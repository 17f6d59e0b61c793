import type { Kysely } from "kysely";
import { z } from "zod";
import { toColumn } from "./instants.ts";
import type { Database } from "./schema.ts";
import { chunks } from "./staging.ts";

/** What of one source waits for a person in one target. */
export type HeldPart = {
  readonly sourceId: string;
  readonly reason: string;
  readonly actions: readonly string[];
};

export type StoredHold = HeldPart & {
  readonly targetId: string;
  /** ISO instant. */
  readonly since: string;
  /** Whether a person has approved a set that covers all of it. */
  readonly approved: boolean;
};

const nameList = z.array(z.string());

/** Writes down the holds of a target's newest plan; one that goes on keeps its date and its approval. */
export async function saveHolds(
  db: Kysely<Database>,
  targetId: string,
  holds: readonly HeldPart[],
  now: number,
): Promise<void> {
  const at = toColumn(now);
  for (const hold of holds) {
    const content = { reason: hold.reason, actions: JSON.stringify(hold.actions), updated_at: at };
    await db
      .insertInto("hold")
      .values({ target_id: targetId, source_id: hold.sourceId, since: at, approved: null, ...content })
      .onConflict((conflict) => conflict.columns(["target_id", "source_id"]).doUpdateSet(content))
      .execute();
  }
}

/** Ends the holds of a target that its newest plan, now carried out, did not have any more. */
export async function endOtherHolds(
  db: Kysely<Database>,
  targetId: string,
  holds: readonly HeldPart[],
): Promise<void> {
  const sources = holds.map((hold) => hold.sourceId);
  let ended = db.deleteFrom("hold").where("target_id", "=", targetId);
  if (sources.length > 0) ended = ended.where("source_id", "not in", sources);
  await ended.execute();
}

export async function listHolds(db: Kysely<Database>): Promise<StoredHold[]> {
  const rows = await db.selectFrom("hold").selectAll().orderBy("target_id").orderBy("source_id").execute();
  return rows.map((row) => {
    const actions = [...namesIn(row.actions)];
    const approved = namesIn(row.approved);
    return {
      targetId: row.target_id,
      sourceId: row.source_id,
      reason: row.reason,
      actions,
      since: row.since.toISOString(),
      approved: actions.every((name) => approved.has(name)),
    };
  });
}

/** What one event of a hold is about: what would be done to which object. */
export type HeldEvent = {
  readonly action: string;
  readonly slot: string;
  /** Of what stands there. */
  readonly summary: string;
  readonly startsAt: string | null;
};

/** The names (`delete SLOT`, `update SLOT`) of what a source's hold in a target contains; null where there is none. */
export async function heldNames(
  db: Kysely<Database>,
  targetId: string,
  sourceId: string,
): Promise<readonly string[] | null> {
  const row = await db
    .selectFrom("hold")
    .select("actions")
    .where("target_id", "=", targetId)
    .where("source_id", "=", sourceId)
    .executeTakeFirst();
  return row === undefined ? null : [...namesIn(row.actions)];
}

/** The events of a hold by start; those that do not stand any more are left out. */
export async function heldEvents(
  db: Kysely<Database>,
  targetId: string,
  names: readonly string[],
): Promise<HeldEvent[]> {
  const events: HeldEvent[] = [];
  const actionOf = new Map(
    names.map((name) => [name.slice(name.indexOf(" ") + 1), name.slice(0, name.indexOf(" "))]),
  );
  for (const part of chunks([...actionOf.keys()], 1000)) {
    const rows = await db
      .selectFrom("mapping")
      .select(["slot", "summary", "starts_at"])
      .where("target_id", "=", targetId)
      .where("slot", "in", part)
      .execute();
    for (const { slot, summary, starts_at: startsAt } of rows)
      events.push({ action: actionOf.get(slot) ?? "", slot, summary, startsAt });
  }
  return events.toSorted((a, b) => ((a.startsAt ?? "") < (b.startsAt ?? "") ? -1 : 1));
}

/** Ends one hold. */
export async function endHold(db: Kysely<Database>, targetId: string, sourceId: string): Promise<void> {
  await db.deleteFrom("hold").where("target_id", "=", targetId).where("source_id", "=", sourceId).execute();
}

/** Approves what a source's hold in a target contains now. False where there is no such hold. */
export async function approveHold(
  db: Kysely<Database>,
  targetId: string,
  sourceId: string,
): Promise<boolean> {
  const result = await db
    .updateTable("hold")
    .set((eb) => ({ approved: eb.ref("actions") }))
    .where("target_id", "=", targetId)
    .where("source_id", "=", sourceId)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** What waits (`delete SLOT`, `update SLOT`), and what a person has approved, by source. */
export async function holdsBefore(
  db: Kysely<Database>,
  targetId: string,
): Promise<Map<string, { readonly held: ReadonlySet<string>; readonly approved: ReadonlySet<string> }>> {
  const rows = await db
    .selectFrom("hold")
    .select(["source_id", "actions", "approved"])
    .where("target_id", "=", targetId)
    .execute();
  return new Map(
    rows.map((row) => [row.source_id, { held: namesIn(row.actions), approved: namesIn(row.approved) }]),
  );
}

function namesIn(list: string | null): ReadonlySet<string> {
  return new Set(list === null ? [] : nameList.parse(JSON.parse(list)));
}
