import { type Kysely, sql } from "kysely";
import type { Database } from "./schema.ts";
import type { RunKind } from "./schema-target.ts";

/** A run that changed something in a target, or a person's decision. */
export type ChangingRun = {
  readonly run: string;
  readonly kind: RunKind;
  readonly target: string;
  readonly startedAt: string;
  /** Objects that were made, changed, removed; meetings that are kept as they stand. */
  readonly made: number;
  readonly changed: number;
  readonly removed: number;
  readonly kept: number;
};

/** The last runs that changed something, newest last. */
export async function changingRuns(db: Kysely<Database>, limit: number): Promise<ChangingRun[]> {
  const rows = await changing(db).orderBy("run.started_at", "desc").limit(limit).execute();
  return rows.map(runOf).toReversed();
}

/** Those whose id begins like this (lower-case hexadecimal digits and hyphens). */
export async function changingRunsLike(db: Kysely<Database>, prefix: string): Promise<ChangingRun[]> {
  const rows = await changing(db).where("run.id", "like", `${prefix}%`).limit(2).execute();
  return rows.map(runOf);
}

function changing(db: Kysely<Database>) {
  return db
    .selectFrom("run")
    .innerJoin("action", "action.run_id", "run.id")
    .where(
      sql<boolean>`(action.before_body is distinct from action.after_body or action.kind in ('keep', 'release'))`,
    )
    .groupBy(["run.id", "action.target_id"])
    .select([
      "run.id",
      "run.kind",
      "run.started_at",
      "action.target_id",
      sql<number>`(count(*) filter (where before_body is null and after_body is not null))::int`.as("made"),
      sql<number>`(count(*) filter (where before_body <> after_body))::int`.as("changed"),
      sql<number>`(count(*) filter (where before_body is not null and after_body is null))::int`.as(
        "removed",
      ),
      sql<number>`(count(*) filter (where action.kind in ('keep', 'release')))::int`.as("kept"),
    ]);
}

type ChangingRow = Awaited<ReturnType<ReturnType<typeof changing>["execute"]>>[number];

function runOf({ id, kind, started_at, target_id, made, changed, removed, kept }: ChangingRow): ChangingRun {
  return {
    run: id,
    kind,
    target: target_id,
    startedAt: started_at.toISOString(),
    made,
    changed,
    removed,
    kept,
  };
}
