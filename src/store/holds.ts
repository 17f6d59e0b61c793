import { createHash } from "node:crypto";
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
  /** Its removals wait only because of others that are not confirmed yet. */
  readonly onlyPending: boolean;
};

export type StoredHold = Omit<HeldPart, "onlyPending"> & {
  readonly targetId: string;
  /** ISO instant. */
  readonly since: string;
  /** Whether a person has approved a set that covers all of it. */
  readonly approved: boolean;
  /** Short name of just this set of actions: what a person looked at, and then approves or rejects. */
  readonly mark: string;
};

const nameList = z.array(z.string());
const wantedByName = z.record(z.string(), z.string());

/** The same set of names has the same mark: 6 hexadecimal digits. */
function markOf(names: Iterable<string>): string {
  const text = JSON.stringify([...names].toSorted());
  return createHash("sha256").update(text).digest("hex").slice(0, 6);
}

/**
 * Writes down the holds of a target's newest plan; one that goes on keeps its date and its approval.
 *
 * @param wanted of each `update SLOT` the fingerprint that the plan wants there
 */
export async function saveHolds(
  db: Kysely<Database>,
  targetId: string,
  holds: readonly HeldPart[],
  wanted: ReadonlyMap<string, string>,
  now: number,
): Promise<void> {
  const at = toColumn(now);
  for (const hold of holds) {
    const own = hold.actions.flatMap((name) => {
      const fingerprint = wanted.get(name);
      return fingerprint === undefined ? [] : [[name, fingerprint] as const];
    });
    const content = {
      reason: hold.reason,
      actions: JSON.stringify(hold.actions),
      wanted: JSON.stringify(Object.fromEntries(own)),
      only_pending: hold.onlyPending,
      updated_at: at,
    };
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
      mark: markOf(actions),
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

/** What a source's hold in a target contains, as it was planned. */
export type HeldSet = {
  /** `delete SLOT`, `update SLOT` */
  readonly names: readonly string[];
  readonly mark: string;
  /** Of each `update SLOT` the fingerprint that the plan wanted there. */
  readonly wanted: ReadonlyMap<string, string>;
};

/** Null where nothing of the source is held. */
export async function heldSet(
  db: Kysely<Database>,
  targetId: string,
  sourceId: string,
): Promise<HeldSet | null> {
  const row = await db
    .selectFrom("hold")
    .select(["actions", "wanted"])
    .where("target_id", "=", targetId)
    .where("source_id", "=", sourceId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const names = [...namesIn(row.actions)];
  const wanted = row.wanted === null ? {} : wantedByName.parse(JSON.parse(row.wanted));
  return { names, mark: markOf(names), wanted: new Map(Object.entries(wanted)) };
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

/** What came of an approval; `changed`: the hold does not contain what was looked at. */
export type Approved =
  | { readonly kind: "nothing" }
  | { readonly kind: "approved" | "changed"; readonly names: readonly string[]; readonly mark: string };

/**
 * Approves what a source's hold in a target contains now.
 *
 * @param mark of what a person looked at: another set is not approved. Null approves whatever is held.
 */
export async function approveHold(
  db: Kysely<Database>,
  targetId: string,
  sourceId: string,
  mark: string | null,
): Promise<Approved> {
  return db.transaction().execute(async (tx) => {
    const held = tx
      .selectFrom("hold")
      .select("actions")
      .where("target_id", "=", targetId)
      .where("source_id", "=", sourceId);
    const row = await held.forUpdate().executeTakeFirst();
    if (row === undefined) return { kind: "nothing" };
    const names = [...namesIn(row.actions)];
    const current = { names, mark: markOf(names) };
    if (mark !== null && mark !== current.mark) return { kind: "changed", ...current };
    await tx
      .updateTable("hold")
      .set({ approved: row.actions })
      .where("target_id", "=", targetId)
      .where("source_id", "=", sourceId)
      .execute();
    return { kind: "approved", ...current };
  });
}

/** What waits (`delete SLOT`, `update SLOT`), and what a person has approved. */
export type HoldOnRecord = {
  readonly held: ReadonlySet<string>;
  readonly approved: ReadonlySet<string>;
  /** Its removals wait only because of others that are not confirmed yet. */
  readonly onlyPending: boolean;
};

/** What waits in a target, by source. */
export async function holdsBefore(
  db: Kysely<Database>,
  targetId: string,
): Promise<Map<string, HoldOnRecord>> {
  const rows = await db
    .selectFrom("hold")
    .select(["source_id", "actions", "approved", "only_pending"])
    .where("target_id", "=", targetId)
    .execute();
  return new Map(
    rows.map((row) => [
      row.source_id,
      { held: namesIn(row.actions), approved: namesIn(row.approved), onlyPending: row.only_pending },
    ]),
  );
}

function namesIn(list: string | null): ReadonlySet<string> {
  return new Set(list === null ? [] : nameList.parse(JSON.parse(list)));
}
