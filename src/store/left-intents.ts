import type { Kysely } from "kysely";
import { hashBody, keepBodies } from "./bodies.ts";
import { dropMappings } from "./drop-mappings.ts";
import { toColumn } from "./instants.ts";
import type { IntentEntry } from "./intents.ts";
import { type Decision, decide, readDecision } from "./pins.ts";
import { endInterrupted, recordActions } from "./runs.ts";
import type { Database } from "./schema.ts";
import type { Deviation } from "./schema-target.ts";
import type { Slot } from "./slots.ts";

/** A write whose outcome was never recorded, with what was on record about its object before. */
export type LeftIntent = {
  readonly kind: "put" | "delete";
  readonly slot: Slot;
  readonly key: string | null;
  readonly sourceId: string | null;
  /** Of the body that was to be written; null for a removal. */
  readonly fingerprint: string | null;
  readonly standing: { readonly etag: string; readonly sinkFingerprint: string } | null;
  readonly before: string | null;
  readonly after: string | null;
  /** Null where a version announced it that kept no journal. */
  readonly entry: IntentEntry | null;
  /** What was to be decided with it. */
  readonly decision: Decision | null;
};

/** Intents that an interrupted run left behind. */
export async function leftIntents(db: Kysely<Database>, targetId: string): Promise<LeftIntent[]> {
  const rows = await db
    .selectFrom("write_intent")
    .innerJoin("slot", (join) =>
      join
        .onRef("slot.target_id", "=", "write_intent.target_id")
        .onRef("slot.name", "=", "write_intent.name"),
    )
    .leftJoin("mapping", (join) =>
      join.onRef("mapping.target_id", "=", "slot.target_id").onRef("mapping.slot", "=", "slot.slot"),
    )
    .selectAll("write_intent")
    .select(["slot.slot", "slot.uid", "slot.meeting_key", "mapping.sink_etag", "mapping.sink_fingerprint"])
    .where("write_intent.target_id", "=", targetId)
    .orderBy("write_intent.name")
    .execute();
  return rows.map((row) => ({
    kind: row.kind,
    slot: { slot: row.slot, name: row.name, uid: row.uid },
    key: row.meeting_key,
    sourceId: row.source_id,
    fingerprint: row.fingerprint,
    standing:
      row.sink_etag === null || row.sink_fingerprint === null
        ? null
        : { etag: row.sink_etag, sinkFingerprint: row.sink_fingerprint },
    before: row.before_body,
    after: row.after_body,
    entry: entryOf(row),
    decision: readDecision(row.decision),
  }));
}

function entryOf(row: {
  run_id: string | null;
  action: string | null;
  summary: string | null;
  reason: string | null;
  asked: boolean;
  deviation: Deviation | null;
}): IntentEntry | null {
  const { run_id: runId, action, summary, reason, asked, deviation } = row;
  if (runId === null || action === null) return null;
  return { runId, action, summary: summary ?? "", reason: reason ?? "", asked, deviation };
}

/** Names of the objects of which nobody knows what an earlier run did to them. */
export async function namesOfIntents(db: Kysely<Database>, targetId: string): Promise<string[]> {
  const rows = await db.selectFrom("write_intent").select("name").where("target_id", "=", targetId).execute();
  return rows.map(({ name }) => name);
}

/** What the journal says of a write that was announced in a run that was interrupted, and was found done by a later one. */
export const foundDone = "found done after an interruption";

/** What became of an unrecorded write. */
export type ResolvedIntent = {
  readonly intent: LeftIntent;
  readonly effect: /** What is on record still holds. */
    | { readonly kind: "nothing" }
    | { readonly kind: "gone" }
    | {
        readonly kind: "stands";
        /** What it is the like of; `neither`: of what stood there before nor of what was announced. */
        readonly as: "announced" | "announced and changed since" | "before" | "neither";
        readonly etag: string;
        readonly fingerprint: string;
        readonly summary: string;
        readonly startsAt: string;
        readonly body: string;
      };
};

/** Puts on record and into the journal what really stands there, with no desired fingerprint, and ends the intents. */
export async function commitResolved(
  db: Kysely<Database>,
  targetId: string,
  resolved: readonly ResolvedIntent[],
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const one of resolved) await commitOne(tx, targetId, one, now);
    await endInterrupted(
      tx,
      resolved.flatMap(({ intent }) => intent.entry?.runId ?? []),
      now,
    );
  });
}

async function commitOne(
  tx: Kysely<Database>,
  targetId: string,
  { intent, effect }: ResolvedIntent,
  now: number,
): Promise<void> {
  const { slot, entry } = intent;
  if (effect.kind === "gone") {
    await dropMappings(tx, targetId, [slot.slot], intent.kind === "delete" ? "removed" : "missing");
  } else if (effect.kind === "stands") {
    await keepBodies(tx, [effect.body], now);
    const found = {
      summary: effect.summary,
      starts_at: effect.startsAt,
      desired_fingerprint: null,
      sink_etag: effect.etag,
      sink_fingerprint: effect.fingerprint,
      sink_base: hashBody(effect.body),
      altered: isByOthers(intent, effect.as),
      written_at: toColumn(now),
    };
    await tx
      .insertInto("mapping")
      .values({
        ...found,
        target_id: targetId,
        slot: slot.slot,
        source_id: intent.sourceId,
        account_id: null,
        identity: null,
        source_base: null,
      })
      .onConflict((conflict) => conflict.columns(["target_id", "slot"]).doUpdateSet(found))
      .execute();
  }
  await tx
    .deleteFrom("write_intent")
    .where("target_id", "=", targetId)
    .where("name", "=", slot.name)
    .execute();
  if (entry === null) return;
  const done = doneBy(intent, effect);
  if (done === null) return;
  // What somebody else put there, or changed since, nobody has decided on.
  if (intent.decision !== null && intent.key !== null && done.isAsAnnounced)
    await decide(tx, targetId, entry.runId, [{ key: intent.key, decision: intent.decision }], now);
  await recordActions(
    tx,
    [
      {
        run_id: entry.runId,
        kind: entry.action,
        slot: slot.slot,
        source_id: intent.sourceId,
        summary: entry.summary,
        reason: entry.reason,
        asked: entry.asked,
        outcome: done.outcome,
        target_id: targetId,
        meeting_key: intent.key,
        before_body: done.before,
        after_body: done.after,
        deviation: done.outcome === foundDone ? entry.deviation : null,
      },
    ],
    now,
  );
}

/** Whether somebody else has written what stands there. */
function isByOthers(
  { entry }: LeftIntent,
  as: Extract<ResolvedIntent["effect"], { kind: "stands" }>["as"],
): boolean {
  switch (as) {
    case "announced":
      return false;
    case "before":
      // Which the write was to put right, and did not.
      return entry?.deviation === "altered";
    case "announced and changed since":
    case "neither":
      return true;
    default:
      return as satisfies never;
  }
}

type Done = {
  readonly isAsAnnounced: boolean;
  readonly outcome: string;
  readonly before: string | null;
  readonly after: string | null;
};

/** What the journal is to say; null where nothing was done: an undo goes by its bodies. */
function doneBy({ kind, before, after }: LeftIntent, effect: ResolvedIntent["effect"]): Done | null {
  switch (effect.kind) {
    case "nothing":
      return null;
    case "gone":
      // What was to be written and is not there was never written, or removed since by somebody else.
      return kind === "delete" ? { isAsAnnounced: true, outcome: foundDone, before, after: null } : null;
    case "stands":
      break;
    default:
      return effect satisfies never;
  }
  switch (effect.as) {
    case "before":
      return null;
    case "announced":
      return { isAsAnnounced: true, outcome: foundDone, before, after: after ?? hashBody(effect.body) };
    case "announced and changed since":
      return { isAsAnnounced: false, outcome: foundDone, before, after: after ?? hashBody(effect.body) };
    case "neither":
      return {
        isAsAnnounced: false,
        outcome: "interrupted: neither what stood there nor what was to be written was found there",
        before: null,
        after: null,
      };
    default:
      return effect.as satisfies never;
  }
}
