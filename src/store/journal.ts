import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";
import type { Deviation, RunKind } from "./schema-target.ts";
import { chunks } from "./staging.ts";

/** A line of the journal with the run it belongs to. `at`: ISO instant; `before`, `after`: hashes of bodies. */
export type JournalEntry = {
  readonly id: number;
  readonly run: string;
  readonly runKind: RunKind;
  readonly at: string;
  readonly target: string;
  readonly slot: string;
  readonly key: string | null;
  readonly kind: string;
  readonly source: string | null;
  readonly title: string;
  readonly reason: string;
  readonly outcome: string;
  readonly asked: boolean;
  readonly before: string | null;
  readonly after: string | null;
  /** What it put right: how others had left the object in the target. */
  readonly deviation: Deviation | null;
};

/** What was done to one object, newest last; of more than `limit` entries the newest. */
export async function entriesOfEvent(
  db: Kysely<Database>,
  targetId: string,
  slot: string,
  limit: number,
): Promise<JournalEntry[]> {
  const rows = await entries(db)
    .where("action.target_id", "=", targetId)
    .where("action.slot", "=", slot)
    .orderBy("action.id", "desc")
    .limit(limit)
    .execute();
  return rows.map(entryOf).toReversed();
}

/** What was done to any of these objects from an entry of the journal on, oldest first. */
export async function entriesSince(
  db: Kysely<Database>,
  targetId: string,
  slots: readonly string[],
  from: number,
): Promise<JournalEntry[]> {
  const found: JournalEntry[] = [];
  for (const part of chunks(slots, 1000)) {
    const rows = await entries(db)
      .where("action.target_id", "=", targetId)
      .where("action.slot", "in", part)
      .where("action.id", ">=", from)
      .orderBy("action.id")
      .execute();
    found.push(...rows.map(entryOf));
  }
  return found;
}

/** What one run did, oldest first. */
export async function entriesOfRun(db: Kysely<Database>, runId: string): Promise<JournalEntry[]> {
  const rows = await entries(db).where("action.run_id", "=", runId).orderBy("action.id").execute();
  return rows.map(entryOf);
}

/** The kept ones of these bodies, by hash. */
export async function readBodies(
  db: Kysely<Database>,
  hashes: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const part of chunks([...new Set(hashes)], 500)) {
    const rows = await db.selectFrom("body").select(["hash", "content"]).where("hash", "in", part).execute();
    for (const { hash, content } of rows) found.set(hash, content);
  }
  return found;
}

type EntryRow = Awaited<ReturnType<ReturnType<typeof entries>["execute"]>>[number];

function entries(db: Kysely<Database>) {
  return db
    .selectFrom("action")
    .innerJoin("run", "run.id", "action.run_id")
    .selectAll("action")
    .select("run.kind as run_kind");
}

function entryOf(row: EntryRow): JournalEntry {
  return {
    id: row.id,
    run: row.run_id,
    runKind: row.run_kind,
    at: row.at.toISOString(),
    target: row.target_id,
    slot: row.slot,
    key: row.meeting_key,
    kind: row.kind,
    source: row.source_id,
    title: row.summary,
    reason: row.reason,
    outcome: row.outcome,
    asked: row.asked,
    before: row.before_body,
    after: row.after_body,
    deviation: row.deviation,
  };
}
