import type { Kysely, Selectable } from "kysely";
import { toColumn } from "./instants.ts";
import type { Database } from "./schema.ts";
import type { ActionTable, RunKind, RunOutcome } from "./schema-target.ts";
import { chunks } from "./staging.ts";

/** A run as it begins. `id` is a UUID, the one that its log lines carry; `startedAt` epoch ms. */
export type NewRun = {
  readonly id: string;
  readonly kind: RunKind;
  readonly key: string;
  readonly startedAt: number;
};

export type RunEnd = {
  readonly outcome: RunOutcome;
  readonly summary: Readonly<Record<string, number>>;
  readonly error: string | null;
};

/** Records a run before its first action. */
export async function startRun(db: Kysely<Database>, run: NewRun): Promise<void> {
  const started_at = toColumn(run.startedAt);
  await db
    .insertInto("run")
    .values({
      id: run.id,
      kind: run.kind,
      key: run.key,
      started_at,
      summary: null,
      error: null,
      outcome: null,
    })
    .execute();
}

export async function endRun(db: Kysely<Database>, id: string, end: RunEnd, now: number): Promise<void> {
  await db
    .updateTable("run")
    .set({
      ended_at: toColumn(now),
      outcome: end.outcome,
      summary: JSON.stringify(end.summary),
      error: end.error,
    })
    .where("id", "=", id)
    .execute();
}

/** A line of the journal: what was done to one object, and what stood there before and after. */
export type NewAction = Omit<Selectable<ActionTable>, "id" | "at">;

/** Ends the runs of a process that is gone. */
export async function endInterrupted(
  db: Kysely<Database>,
  ids: readonly string[],
  now: number,
): Promise<void> {
  if (ids.length === 0) return;
  await db
    .updateTable("run")
    .set({ ended_at: toColumn(now), outcome: "incomplete", error: "It was interrupted." })
    .where("id", "in", ids)
    .where("ended_at", "is", null)
    .execute();
}

/** What a decision has in the journal: nothing is written, and a person asked for it. */
export function decisionLine(
  line: Omit<NewAction, "asked" | "before_body" | "after_body" | "deviation">,
): NewAction {
  return { ...line, asked: true, before_body: null, after_body: null, deviation: null };
}

export async function recordActions(
  db: Kysely<Database>,
  actions: readonly NewAction[],
  now: number,
): Promise<void> {
  for (const part of chunks(actions, 300)) {
    await db
      .insertInto("action")
      .values(part.map((action) => ({ ...action, at: toColumn(now) })))
      .execute();
  }
}
