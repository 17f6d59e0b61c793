import type { Kysely } from "kysely";
import type { Stands } from "./pins.ts";
import type { Database } from "./schema.ts";

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
  /** Others have changed what stands there since it was written or found. */
  readonly altered: boolean;
};

/** Everything stored about the given keys. */
export async function loadKeys(
  db: Kysely<Database>,
  targetId: string,
  keys: readonly string[],
): Promise<StoredKey[]> {
  if (keys.length === 0) return [];
  const candidates = await candidatesOf(db, targetId, keys);
  const mappings = await mappingsOf(db, targetId, keys);
  const lost = await lostOf(db, targetId, keys);
  const refused = await refusedOf(db, targetId, keys);
  const pinned = await pinnedOf(db, targetId, keys);
  return keys.map((key) => ({
    key,
    candidates: candidates.get(key) ?? [],
    mapping: mappings.get(key) ?? null,
    lost: lost.get(key) ?? null,
    refused: refused.get(key) ?? null,
    pinned: pinned.get(key) ?? null,
  }));
}

async function candidatesOf(
  db: Kysely<Database>,
  targetId: string,
  keys: readonly string[],
): Promise<Map<string, StoredCandidate[]>> {
  const rows = await db
    .selectFrom("candidate")
    .selectAll()
    .where("target_id", "=", targetId)
    .where("meeting_key", "in", keys)
    .orderBy("id")
    .execute();
  const byKey = new Map<string, StoredCandidate[]>();
  for (const row of rows) {
    const own = byKey.get(row.meeting_key) ?? [];
    byKey.set(row.meeting_key, own);
    own.push({
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
    });
  }
  return byKey;
}

async function mappingsOf(
  db: Kysely<Database>,
  targetId: string,
  keys: readonly string[],
): Promise<Map<string | null, StoredMapping>> {
  const rows = await db
    .selectFrom("slot")
    .innerJoin("mapping", (join) =>
      join.onRef("mapping.target_id", "=", "slot.target_id").onRef("mapping.slot", "=", "slot.slot"),
    )
    .select(["slot.meeting_key", "slot.slot", "slot.name", "slot.uid"])
    .select(["mapping.sink_etag", "mapping.sink_fingerprint", "mapping.sink_base", "mapping.altered"])
    .select(["mapping.desired_fingerprint", "mapping.source_id", "mapping.account_id", "mapping.identity"])
    .select(["mapping.summary", "mapping.starts_at"])
    .where("slot.target_id", "=", targetId)
    .where("slot.meeting_key", "in", keys)
    .execute();
  return new Map(
    rows.map((row) => [
      row.meeting_key,
      {
        slot: row.slot,
        name: row.name,
        uid: row.uid,
        etag: row.sink_etag,
        sinkFingerprint: row.sink_fingerprint,
        desiredFingerprint: row.desired_fingerprint,
        sourceId: row.source_id,
        accountId: row.account_id,
        identity: row.identity,
        summary: row.summary,
        startsAt: row.starts_at,
        sinkBase: row.sink_base,
        altered: row.altered,
      },
    ]),
  );
}

async function lostOf(
  db: Kysely<Database>,
  targetId: string,
  keys: readonly string[],
): Promise<Map<string | null, NonNullable<StoredKey["lost"]>>> {
  const rows = await db
    .selectFrom("slot")
    .select(["meeting_key", "lost_account_id", "lost_identity"])
    .where("target_id", "=", targetId)
    .where("meeting_key", "in", keys)
    .where("lost_account_id", "is not", null)
    .execute();
  return new Map(
    rows.flatMap(({ meeting_key: key, lost_account_id: accountId, lost_identity: identity }) =>
      accountId === null || identity === null ? [] : [[key, { accountId, identity }] as const],
    ),
  );
}

async function refusedOf(
  db: Kysely<Database>,
  targetId: string,
  keys: readonly string[],
): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom("refusal")
    .select(["meeting_key", "fingerprint"])
    .where("target_id", "=", targetId)
    .where("meeting_key", "in", keys)
    .execute();
  return new Map(rows.map((row) => [row.meeting_key, row.fingerprint]));
}

async function pinnedOf(
  db: Kysely<Database>,
  targetId: string,
  keys: readonly string[],
): Promise<Map<string, NonNullable<StoredKey["pinned"]>>> {
  const rows = await db
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
  return new Map(
    rows.map(({ stands, ...row }) => [
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
}
