import type { Kysely } from "kysely";
import { z } from "zod";
import { markInstances } from "./dirty-keys.ts";
import { toColumn } from "./instants.ts";
import type { Database } from "./schema.ts";
import { chunks } from "./staging.ts";

/** What is to stand in the place of a meeting by a person's decision. */
export type Stands = {
  readonly fingerprint: string;
  /** Hash of the body; null where it is not kept. */
  readonly body: string | null;
  /** The source it came from; null where that is not known. */
  readonly sourceId: string | null;
};

/** A meeting that a person wants to stay as it stands. */
export type Pin = {
  readonly key: string;
  /** Of what the source says now; null where it says nothing. Another one ends the pin. */
  readonly fingerprint: string | null;
  /** Hash of the native form that says it; however it may be translated later, it says the same. */
  readonly sourceBody: string | null;
  /** Null where nothing is to stand. */
  readonly stands: Stands | null;
};

/** What an undo decides about a meeting: it stays as the undo leaves it, or goes by its source again. */
export type Decision = ({ readonly kind: "keep" } & Omit<Pin, "key">) | { readonly kind: "release" };

const storedDecision = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("keep"),
    fingerprint: z.string().nullable(),
    sourceBody: z.string().nullable(),
    stands: z
      .object({
        fingerprint: z.string(),
        body: z.string().nullable(),
        sourceId: z.string().nullable(),
      })
      .nullable(),
  }),
  z.object({ kind: z.literal("release") }),
]);

/** Reads a decision as an announced write carries it; null where it carries none. */
export function readDecision(text: string | null): Decision | null {
  return text === null ? null : storedDecision.parse(JSON.parse(text));
}

/** Takes decisions of one run into force. */
export async function decide(
  db: Kysely<Database>,
  targetId: string,
  runId: string,
  decisions: ReadonlyArray<{ readonly key: string; readonly decision: Decision }>,
  now: number,
): Promise<void> {
  const kept = decisions.flatMap(({ key, decision }) =>
    decision.kind === "keep" ? [{ key, ...decision }] : [],
  );
  await setPins(db, targetId, runId, kept, now);
  const released = decisions.flatMap(({ key, decision }) => (decision.kind === "release" ? [key] : []));
  await endPins(db, targetId, released);
  await markInstances(db, targetId, released, now);
}

/** Pins meetings of a target; a newer decision goes before an older one. */
export async function setPins(
  db: Kysely<Database>,
  targetId: string,
  runId: string,
  pins: readonly Pin[],
  now: number,
): Promise<void> {
  for (const part of chunks(pins, 500)) {
    await db
      .insertInto("pin")
      .values(
        part.map(({ key, fingerprint, sourceBody, stands }) => ({
          target_id: targetId,
          meeting_key: key,
          fingerprint,
          source_body: sourceBody,
          stands: stands?.fingerprint ?? null,
          stands_body: stands?.body ?? null,
          stands_source: stands?.sourceId ?? null,
          run_id: runId,
          since: toColumn(now),
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(["target_id", "meeting_key"]).doUpdateSet((eb) => ({
          fingerprint: eb.ref("excluded.fingerprint"),
          source_body: eb.ref("excluded.source_body"),
          stands: eb.ref("excluded.stands"),
          stands_body: eb.ref("excluded.stands_body"),
          stands_source: eb.ref("excluded.stands_source"),
          run_id: eb.ref("excluded.run_id"),
          since: eb.ref("excluded.since"),
        })),
      )
      .execute();
  }
  await markInstances(
    db,
    targetId,
    pins.map(({ key }) => key),
    now,
  );
}

/** Ends the pins of these meetings. */
export async function endPins(
  db: Kysely<Database>,
  targetId: string,
  keys: readonly string[],
): Promise<void> {
  for (const part of chunks(keys, 1000)) {
    await db.deleteFrom("pin").where("target_id", "=", targetId).where("meeting_key", "in", part).execute();
  }
}

/** The meeting keys that stay as they stand by the decision of one run. */
export async function pinsOfRun(db: Kysely<Database>, targetId: string, runId: string): Promise<Set<string>> {
  const rows = await db
    .selectFrom("pin")
    .select("meeting_key")
    .where("target_id", "=", targetId)
    .where("run_id", "=", runId)
    .execute();
  return new Set(rows.map((row) => row.meeting_key));
}
