import type { Kysely } from "kysely";
import { clearDirtyKeys, markInstances, type Marks } from "./dirty-keys.ts";
import { dropMappings } from "./drop-mappings.ts";
import { type Decision, decide } from "./pins.ts";
import { type NewAction, recordActions } from "./runs.ts";
import { toColumn } from "./instants.ts";
import type { Database } from "./schema.ts";

/** How one action ended, as it is to be remembered. */
export type AppliedRecord = {
  readonly key: string;
  readonly action: NewAction;
  readonly name: string | null;
  readonly effect:
    | { readonly kind: "stands"; readonly mapping: StandingMapping }
    | { readonly kind: "removed"; readonly slot: string }
    | {
        readonly kind: "refused";
        readonly fingerprint: string;
        readonly sourceId: string;
        readonly summary: string;
        readonly reason: string;
      }
    /** Stays dirty: the next run tries again. */
    | { readonly kind: "postponed" }
    /** Surely not written, and not to be tried again by itself. */
    | { readonly kind: "left" };
  /** Comes into force with what stands there now, or does not any more. */
  readonly decision?: Decision;
};

export type StandingMapping = {
  readonly slot: string;
  readonly source_id: string | null;
  /** Null where no event of a source stands behind it. */
  readonly account_id: number | null;
  readonly identity: string | null;
  readonly summary: string;
  readonly starts_at: string | null;
  readonly desired_fingerprint: string;
  readonly sink_etag: string;
  readonly sink_fingerprint: string;
  readonly source_base: string | null;
  readonly sink_base: string | null;
};

/** Commits the outcomes of a batch of writes together with the end of their intents. */
export async function commitApplied(
  db: Kysely<Database>,
  targetId: string,
  records: readonly AppliedRecord[],
  marks: Marks,
  now: number,
): Promise<void> {
  const at = toColumn(now);
  await db.transaction().execute(async (tx) => {
    const standing = records.flatMap(({ effect }) => (effect.kind === "stands" ? [effect.mapping] : []));
    if (standing.length > 0) {
      await tx
        .insertInto("mapping")
        .values(standing.map((mapping) => ({ ...mapping, target_id: targetId, written_at: at })))
        .onConflict((conflict) =>
          conflict.columns(["target_id", "slot"]).doUpdateSet((eb) => ({
            source_id: eb.ref("excluded.source_id"),
            account_id: eb.ref("excluded.account_id"),
            identity: eb.ref("excluded.identity"),
            summary: eb.ref("excluded.summary"),
            starts_at: eb.ref("excluded.starts_at"),
            desired_fingerprint: eb.ref("excluded.desired_fingerprint"),
            sink_etag: eb.ref("excluded.sink_etag"),
            sink_fingerprint: eb.ref("excluded.sink_fingerprint"),
            source_base: eb.ref("excluded.source_base"),
            sink_base: eb.ref("excluded.sink_base"),
            altered: eb.ref("excluded.altered"),
            written_at: eb.ref("excluded.written_at"),
          })),
        )
        .execute();
    }
    const removed = records.flatMap(({ effect }) => (effect.kind === "removed" ? [effect.slot] : []));
    await dropMappings(tx, targetId, removed, "removed");
    for (const { key, action, effect, decision } of records) {
      if (decision === undefined || (effect.kind !== "stands" && effect.kind !== "removed")) continue;
      await decide(tx, targetId, action.run_id, [{ key, decision }], now);
    }
    const done = records
      .filter(({ effect }) => effect.kind !== "postponed" && effect.kind !== "left")
      .map(({ key }) => key);
    const refused = records.flatMap(({ key, effect }) => (effect.kind === "refused" ? [key] : []));
    if (done.length > 0) {
      const ended = await tx
        .deleteFrom("refusal")
        .where("target_id", "=", targetId)
        .where("meeting_key", "in", done)
        .returning("meeting_key")
        .execute();
      await markInstances(tx, targetId, [...refused, ...ended.map((row) => row.meeting_key)], now);
    }
    for (const { key, effect } of records) {
      if (effect.kind !== "refused") continue;
      const { kind: _, sourceId, ...refusal } = effect;
      await tx
        .insertInto("refusal")
        .values({ target_id: targetId, meeting_key: key, source_id: sourceId, since: at, ...refusal })
        .execute();
    }
    const names = records.flatMap(({ name, effect }) =>
      name === null || effect.kind === "postponed" ? [] : [name],
    );
    if (names.length > 0) {
      await tx
        .deleteFrom("write_intent")
        .where("target_id", "=", targetId)
        .where("name", "in", names)
        .execute();
    }
    await recordActions(
      tx,
      records.map(({ action }) => action),
      now,
    );
    await clearDirtyKeys(tx, targetId, done, marks);
  });
}
