import type { Kysely, Selectable } from "kysely";
import type { ActionTable, Database, RunOutcome } from "./schema.ts";
import { chunks } from "./staging.ts";

export type RunKind = "pull" | "reconcile" | "purge" | "adopt";

export async function startRun(
  db: Kysely<Database>,
  kind: RunKind,
  key: string,
  now: number,
): Promise<number> {
  const { id } = await db
    .insertInto("run")
    .values({ kind, key, started_at: new Date(now).toISOString(), summary: null, error: null, outcome: null })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

export async function endRun(
  db: Kysely<Database>,
  id: number,
  end: { outcome: RunOutcome; summary: Readonly<Record<string, number>>; error: string | null },
  now: number,
): Promise<void> {
  await db
    .updateTable("run")
    .set({
      ended_at: new Date(now).toISOString(),
      outcome: end.outcome,
      summary: JSON.stringify(end.summary),
      error: end.error,
    })
    .where("id", "=", id)
    .execute();
}

export type NewAction = Omit<Selectable<ActionTable>, "id" | "at">;

export async function recordActions(
  db: Kysely<Database>,
  actions: readonly NewAction[],
  now: number,
): Promise<void> {
  for (const part of chunks(actions, 300)) {
    await db
      .insertInto("action")
      .values(part.map((action) => ({ ...action, at: new Date(now).toISOString() })))
      .execute();
  }
}
