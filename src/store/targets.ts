import type { Kysely, Selectable } from "kysely";
import type { Database } from "./schema.ts";
import type { TargetTable } from "./schema-target.ts";

export type Target = Selectable<TargetTable>;

export async function ensureTarget(db: Kysely<Database>, id: string): Promise<Target> {
  await db
    .insertInto("target")
    .values({ id })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return db.selectFrom("target").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
}

export async function updateTarget(
  db: Kysely<Database>,
  id: string,
  change: Partial<{
    href: string;
    opened_at: string | null;
    opened_as: string;
    surveyed_at: string;
    fingerprint_version: number;
    held: string | null;
    foreign_count: number;
    failures: number;
    retry_at: string | null;
    last_error: string | null;
    reconciled_at: string;
    rewrites_expected: boolean;
    sink_token: string | null;
    sink_seen_at: string;
    sink_action: number;
    restored_at: string | null;
  }>,
): Promise<void> {
  await db.updateTable("target").set(change).where("id", "=", id).execute();
}
