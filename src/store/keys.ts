import { type Kysely, sql } from "kysely";
import type { Stands } from "./pins.ts";
import type { Database } from "./schema.ts";
import { chunks } from "./staging.ts";
import { markDirty } from "./translations.ts";

/** A candidate row, a mapping row and a refusal as stored for one meeting key. */
export type StoredKey = {
  readonly key: string;
  readonly candidates: readonly StoredCandidate[];
  readonly mapping: StoredMapping | null;
  readonly lost: { readonly accountId: number; readonly identity: string } | null;
  readonly refused: string | null;
  /**
   * What the source said when a person decided what is to stand, as it is translated today, and what that is (null:
   * nothing); null where nobody did.
   */
  readonly pinned: { readonly fingerprint: string | null; readonly stands: Stands | null } | null;
};

export type StoredCandidate = {
  readonly sourceId: string;
  readonly accountId: number;
  readonly identity: string;
  readonly stagedId: number;
  readonly priority: number;
  readonly sourceOrder: number;
  readonly retired: boolean;
  readonly fingerprint: string;
  readonly summary: string;
  readonly startsAt: string;
  readonly endsAt: string | null;
  readonly baseKey: string;
  readonly instance: string | null;
};

export type StoredMapping = {
  readonly slot: string;
  readonly name: string;
  readonly uid: string;
  readonly etag: string;
  readonly sinkFingerprint: string;
  readonly desiredFingerprint: string | null;
  readonly sourceId: string | null;
  readonly accountId: number | null;
  readonly identity: string | null;
  readonly summary: string;
  readonly startsAt: string | null;
  /** Hash of the body that stands there; null where it is not kept. */
  readonly sinkBase: string | null;
};

/** Everything stored about the given keys. */
export async function loadKeys(
  db: Kysely<Database>,
  targetId: string,
  keys: readonly string[],
): Promise<StoredKey[]> {
  if (keys.length === 0) return [];
  const candidates = await db
    .selectFrom("candidate")
    .selectAll()
    .where("target_id", "=", targetId)
    .where("meeting_key", "in", keys)
    .orderBy("id")
    .execute();
  const mappings = await db
    .selectFrom("slot")
    .innerJoin("mapping", (join) =>
      join.onRef("mapping.target_id", "=", "slot.target_id").onRef("mapping.slot", "=", "slot.slot"),
    )
    .select([
      "slot.meeting_key",
      "slot.slot",
      "slot.name",
      "slot.uid",
      "mapping.sink_etag",
      "mapping.sink_fingerprint",
      "mapping.desired_fingerprint",
      "mapping.source_id",
      "mapping.account_id",
      "mapping.identity",
      "mapping.summary",
      "mapping.starts_at",
      "mapping.sink_base",
    ])
    .where("slot.target_id", "=", targetId)
    .where("slot.meeting_key", "in", keys)
    .execute();
  const lost = await db
    .selectFrom("slot")
    .select(["meeting_key", "lost_account_id", "lost_identity"])
    .where("target_id", "=", targetId)
    .where("meeting_key", "in", keys)
    .where("lost_account_id", "is not", null)
    .execute();
  const refusals = await db
    .selectFrom("refusal")
    .select(["meeting_key", "fingerprint"])
    .where("target_id", "=", targetId)
    .where("meeting_key", "in", keys)
    .execute();
  const pins = await db
    .selectFrom("pin")
    .select(["meeting_key", "fingerprint", "stands", "stands_body", "stands_source"])
    .select((eb) =>
      eb
        .selectFrom("candidate")
        .innerJoin("staged", "staged.id", "candidate.staged_id")
        .select("candidate.fingerprint")
        .whereRef("candidate.target_id", "=", "pin.target_id")
        .whereRef("candidate.meeting_key", "=", "pin.meeting_key")
        .whereRef("staged.body_hash", "=", "pin.source_body")
        .orderBy("candidate.id")
        .limit(1)
        .as("today"),
    )
    .where("target_id", "=", targetId)
    .where("meeting_key", "in", keys)
    .execute();

  const candidatesByKey = Map.groupBy(candidates, (row) => row.meeting_key);
  const mappingByKey = new Map(mappings.map((row) => [row.meeting_key, row]));
  const lostByKey = new Map(
    lost.flatMap(({ meeting_key: key, lost_account_id: accountId, lost_identity: identity }) =>
      accountId === null || identity === null ? [] : [[key, { accountId, identity }] as const],
    ),
  );
  const refusalByKey = new Map(refusals.map((row) => [row.meeting_key, row.fingerprint]));
  const pinByKey = new Map(
    pins.map(({ stands, ...row }) => [
      row.meeting_key,
      {
        fingerprint: row.today ?? row.fingerprint,
        stands:
          stands === null
            ? null
            : { fingerprint: stands, body: row.stands_body, sourceId: row.stands_source },
      },
    ]),
  );
  return keys.map((key) => {
    const mapping = mappingByKey.get(key);
    return {
      key,
      candidates: (candidatesByKey.get(key) ?? []).map((row) => ({
        sourceId: row.source_id,
        accountId: row.account_id,
        identity: row.identity,
        stagedId: row.staged_id,
        priority: row.priority,
        sourceOrder: row.source_order,
        retired: row.retired,
        fingerprint: row.fingerprint,
        summary: row.summary,
        startsAt: row.starts_at,
        endsAt: row.ends_at,
        baseKey: row.base_key,
        instance: row.instance,
      })),
      mapping:
        mapping === undefined
          ? null
          : {
              slot: mapping.slot,
              name: mapping.name,
              uid: mapping.uid,
              etag: mapping.sink_etag,
              sinkFingerprint: mapping.sink_fingerprint,
              desiredFingerprint: mapping.desired_fingerprint,
              sourceId: mapping.source_id,
              accountId: mapping.account_id,
              identity: mapping.identity,
              summary: mapping.summary,
              startsAt: mapping.starts_at,
              sinkBase: mapping.sink_base,
            },
      lost: lostByKey.get(key) ?? null,
      refused: refusalByKey.get(key) ?? null,
      pinned: pinByKey.get(key) ?? null,
    };
  });
}

/** Candidates of series and single events that share a base key with an instance or a part: they may cover it. */
export async function seriesOfBase(
  db: Kysely<Database>,
  targetId: string,
  baseKeys: readonly string[],
): Promise<
  Array<
    Pick<
      StoredCandidate,
      "stagedId" | "accountId" | "identity" | "priority" | "sourceOrder" | "retired" | "baseKey"
    > & { readonly meetingKey: string; readonly covered: false }
  >
> {
  if (baseKeys.length === 0) return [];
  const rows = await db
    .selectFrom("candidate")
    .select(["meeting_key", "base_key", "staged_id", "account_id", "identity"])
    .select(["priority", "source_order", "retired"])
    .where("target_id", "=", targetId)
    .where("base_key", "in", baseKeys)
    .where("instance", "is", null)
    .execute();
  return rows.map((row) => ({
    meetingKey: row.meeting_key,
    baseKey: row.base_key,
    stagedId: row.staged_id,
    accountId: row.account_id,
    identity: row.identity,
    priority: row.priority,
    sourceOrder: row.source_order,
    retired: row.retired,
    covered: false,
  }));
}

/** How many objects of each source stand in a target. */
export async function countStanding(db: Kysely<Database>, targetId: string): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom("mapping")
    .select(["source_id"])
    .select(sql<number>`count(*)::int`.as("count"))
    .where("target_id", "=", targetId)
    .where("source_id", "is not", null)
    .groupBy("source_id")
    .execute();
  return new Map(
    rows.flatMap((row) => (row.source_id === null ? [] : [[row.source_id, row.count] as const])),
  );
}

/**
 * Has objects that the sink refused tried again after a while: what was in the way may have passed. The refusals stay on
 * record, of no fingerprint any more, until the sink has answered anew.
 */
export async function retryRefusals(
  db: Kysely<Database>,
  targetId: string,
  refusedBefore: number,
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const rows = await tx
      .updateTable("refusal")
      .set({ fingerprint: "" })
      .where("target_id", "=", targetId)
      // Or in the future: the clock was set back since.
      .where((eb) => eb.or([eb("since", "<", new Date(refusedBefore)), eb("since", ">", new Date(now))]))
      .returning(["target_id", "meeting_key"])
      .execute();
    await markDirty(
      tx,
      rows.map((row) => ({ ...row, base_key: row.meeting_key })),
      now,
    );
  });
}

/** Ends the refusals of events that nobody wants any more, or that have changed since. */
export async function forgetRefusals(
  db: Kysely<Database>,
  targetId: string,
  keys: readonly string[],
): Promise<void> {
  for (const part of chunks(keys, 1000)) {
    await db
      .deleteFrom("refusal")
      .where("target_id", "=", targetId)
      .where("meeting_key", "in", part)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom("candidate")
              .select("candidate.id")
              .whereRef("candidate.target_id", "=", "refusal.target_id")
              .whereRef("candidate.meeting_key", "=", "refusal.meeting_key")
              .whereRef("candidate.fingerprint", "=", "refusal.fingerprint"),
          ),
        ),
      )
      // What a person decided on is no candidate.
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom("pin")
              .select("pin.meeting_key")
              .whereRef("pin.target_id", "=", "refusal.target_id")
              .whereRef("pin.meeting_key", "=", "refusal.meeting_key"),
          ),
        ),
      )
      .execute();
  }
}
