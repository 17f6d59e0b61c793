import { type Kysely, sql } from "kysely";
import { type Decision, readDecision } from "./pins.ts";
import { renameInAlerts } from "./rename-in-alerts.ts";
import type { Database } from "./schema.ts";
import { orphanKey } from "./slots.ts";

/**
 * Carries a source's new id (`was:` in the configuration) through everything that names it, but sentences: those say
 * what was. False where nothing is known of the source, or another has the new id.
 */
export async function renameSource(db: Kysely<Database>, was: string, id: string): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const taken = await tx.selectFrom("account").select("id").where("source_id", "=", id).executeTakeFirst();
    if (taken !== undefined) return false;
    const renamed = await tx
      .updateTable("account")
      .set({ source_id: id })
      .where("source_id", "=", was)
      .executeTakeFirst();
    if (renamed.numUpdatedRows === 0n) return false;
    // What a former source of this name left; a plan that still wants it holds it again.
    await tx.deleteFrom("hold").where("source_id", "=", id).execute();
    await releaseKeys(tx, id);
    for (const table of ["candidate", "mapping", "refusal", "hold", "write_intent", "action"] as const)
      await tx.updateTable(table).set({ source_id: id }).where("source_id", "=", was).execute();
    await tx.updateTable("pin").set({ stands_source: id }).where("stands_source", "=", was).execute();
    await renameInDecisions(tx, was, id);
    await renameInKeys(tx, was, id);
    await renameInAccountNames(tx, was, id);
    await renameInAlerts(tx, (kind, subject) => renamedSubject(kind, subject, was, id));
    return true;
  });
}

/** What an announced write will decide names the source whose event then stands. */
async function renameInDecisions(tx: Kysely<Database>, was: string, id: string): Promise<void> {
  const rows = await tx
    .selectFrom("write_intent")
    .select(["target_id", "name", "decision"])
    .where("decision", "is not", null)
    .execute();
  for (const { target_id, name, decision: text } of rows) {
    const decision = readDecision(text);
    if (decision?.kind !== "keep" || decision.stands?.sourceId !== was) continue;
    const next: Decision = { ...decision, stands: { ...decision.stands, sourceId: id } };
    await tx
      .updateTable("write_intent")
      .set({ decision: JSON.stringify(next) })
      .where("target_id", "=", target_id)
      .where("name", "=", name)
      .execute();
  }
}

/**
 * What a former source of this name left under keys with its id in them (it was purged): they are the renamed one's
 * from now on. What stands there, or may, keeps what is known and decided of it under a key that no event has.
 */
async function releaseKeys(tx: Kysely<Database>, id: string): Promise<void> {
  const slots = await tx
    .selectFrom("slot")
    .select(["target_id", "slot", "meeting_key"])
    .select(
      sql<boolean>`(
        exists (select from mapping m where m.target_id = slot.target_id and m.slot = slot.slot)
        or exists (select from write_intent w where w.target_id = slot.target_id and w.name = slot.name))`.as(
        "stands",
      ),
    )
    .where("meeting_key", "is not", null)
    .execute();
  for (const { target_id: target, slot, meeting_key: key, stands } of slots) {
    if (key === null || !names(key, id)) continue;
    await tx
      .updateTable("slot")
      .set(
        stands
          ? { meeting_key: orphanKey(slot) }
          : { meeting_key: null, lost_account_id: null, lost_identity: null },
      )
      .where("target_id", "=", target)
      .where("slot", "=", slot)
      .execute();
    if (!stands) continue;
    for (const table of ["dirty_key", "refusal", "pin"] as const)
      await tx
        .updateTable(table)
        .set({ meeting_key: orphanKey(slot) })
        .where("target_id", "=", target)
        .where("meeting_key", "=", key)
        .execute();
  }
  for (const table of ["dirty_key", "refusal", "pin"] as const) {
    const keys = await tx.selectFrom(table).select("meeting_key").distinct().execute();
    for (const { meeting_key: key } of keys)
      if (names(key, id)) await tx.deleteFrom(table).where("meeting_key", "=", key).execute();
  }
}

/**
 * A source that is kept apart has its id in its meeting keys (see calendar/slot.ts: the third of four parts
 * of a JSON array). The slots stay what they are; only the keys that lead to them change.
 */
async function renameInKeys(tx: Kysely<Database>, was: string, id: string): Promise<void> {
  for (const table of ["slot", "candidate", "dirty_key", "refusal", "pin", "action"] as const) {
    const keys = await tx.selectFrom(table).select("meeting_key").distinct().execute();
    for (const { meeting_key: key } of keys) {
      const next = key === null ? null : renamedKey(key, was, id);
      if (next === null) continue;
      await tx.updateTable(table).set({ meeting_key: next }).where("meeting_key", "=", key).execute();
    }
  }
  const bases = await tx.selectFrom("candidate").select("base_key").distinct().execute();
  for (const { base_key: base } of bases) {
    const next = renamedKey(base, was, id);
    if (next !== null)
      await tx.updateTable("candidate").set({ base_key: next }).where("base_key", "=", base).execute();
  }
}

/** The key with the new id in it; null where it does not name the old one. */
function renamedKey(key: string, was: string, id: string): string | null {
  const parts = partsNaming(key, was);
  return parts === null ? null : JSON.stringify(parts.with(2, id));
}

function names(key: string, id: string): boolean {
  return partsNaming(key, id) !== null;
}

/** The parts of a key that names this source; null for any other. */
function partsNaming(key: string, id: string): readonly unknown[] | null {
  if (!key.includes(JSON.stringify(id))) return null;
  const parts: unknown = JSON.parse(key);
  return Array.isArray(parts) && parts[2] === id ? parts : null;
}

/**
 * `source/account`, the name of runs and leases. A pull that is still at work under the old name loses its lease with
 * it, and nobody else gets it before it has noticed: see with-lease.ts.
 */
async function renameInAccountNames(tx: Kysely<Database>, was: string, id: string): Promise<void> {
  await tx
    .updateTable("run")
    .set({ key: afterPrefix(was, id) })
    .where(beginsWith(`${was}/`))
    .execute();
  await tx
    .deleteFrom("lease")
    .where(beginsWith(`pull:${id}/`))
    .execute();
  await tx
    .updateTable("lease")
    .set({ key: afterPrefix(`pull:${was}`, `pull:${id}`) })
    .where(beginsWith(`pull:${was}/`))
    .execute();
}

/** Subjects are `source/account`; of what is held `target/source`; of what expires the source. */
function renamedSubject(kind: string, subject: string, was: string, id: string): string | null {
  if (kind === "expiring") return subject === was ? id : null;
  if (kind === "held") return subject.endsWith(`/${was}`) ? subject.slice(0, -was.length) + id : null;
  return subject.startsWith(`${was}/`) ? id + subject.slice(was.length) : null;
}

function beginsWith(prefix: string) {
  return sql<boolean>`(left(${sql.ref("key")}, ${prefix.length}) = ${prefix})`;
}

function afterPrefix(prefix: string, next: string) {
  return sql<string>`${next}::text || substr(${sql.ref("key")}, ${prefix.length + 1})`;
}
