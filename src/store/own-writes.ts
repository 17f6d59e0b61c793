import type { Kysely } from "kysely";
import { foundDone } from "./left-intents.ts";
import type { Database } from "./schema.ts";

/** The newest line of a target's journal; 0 where it has none. */
export async function lastAction(db: Kysely<Database>, targetId: string): Promise<number> {
  const row = await db
    .selectFrom("action")
    .select((eb) => eb.fn.max("id").as("id"))
    .where("target_id", "=", targetId)
    .executeTakeFirst();
  return row?.id ?? 0;
}

/**
 * Names of the objects of a target that we wrote or removed since a line of its journal. One that was made and removed
 * since leaves no trace that a server has to tell of, and is left out; so is one whose write was only found done, and may
 * be older.
 */
export async function writtenSince(
  db: Kysely<Database>,
  targetId: string,
  actionId: number,
): Promise<Set<string>> {
  const rows = await db
    .selectFrom("action")
    .innerJoin("slot", (join) =>
      join.onRef("slot.target_id", "=", "action.target_id").onRef("slot.slot", "=", "action.slot"),
    )
    .select(["slot.name", "action.before_body", "action.after_body", "action.outcome"])
    .where("action.target_id", "=", targetId)
    .where("action.id", ">", actionId)
    .where((eb) => eb.or([eb("action.before_body", "is not", null), eb("action.after_body", "is not", null)]))
    .orderBy("action.id")
    .execute();
  const names = new Set<string>();
  for (const [name, own] of Map.groupBy(rows, (row) => row.name)) {
    const isPassing = own[0]?.before_body === null && own.at(-1)?.after_body === null;
    const isOlder = own.some(({ outcome }) => outcome === foundDone);
    if (!isPassing && !isOlder) names.add(name);
  }
  return names;
}
