import { type Kysely, type Selectable, sql } from "kysely";
import { toColumn } from "./instants.ts";
import type { CandidateTable, Database, StagedState } from "./schema.ts";
import { chunks } from "./staging.ts";

/** A staged event that waits to be translated. */
export type DirtyEvent = {
  readonly stagedId: number;
  readonly accountId: number;
  readonly nativeId: string;
  readonly native: string;
  readonly bodyHash: string;
  readonly gone: boolean;
  /** Called removed, confirmed or not. */
  readonly leaving: boolean;
  readonly calendar: string;
  /** The calendar is no longer listed. */
  readonly vanished: boolean;
};

const isLeaving = sql<boolean>`staged.gone_at is not null or exists (
  select from owed
  where owed.kind = 'tombstone' and owed.collection_id = staged.collection_id
    and owed.native_id = staged.native_id
)`;

/** False until it was tried once to read what a page left out of an event: it need not be written twice. */
const isWhole = sql<boolean>`(staged.gone_at is not null or not exists (
  select from owed
  where owed.kind = 'fetch' and owed.attempts = 0 and owed.collection_id = staged.collection_id
    and owed.native_id = staged.native_id
))`;

/**
 * Dirty events of the given accounts, removals first so that a moved event finds its key free. Removals
 * of an account that is being pulled wait for its end, so that the guard sees all of them at once.
 */
export async function takeDirtyEvents(
  db: Kysely<Database>,
  accountIds: readonly number[],
  except: ReadonlySet<number>,
  limit: number,
): Promise<DirtyEvent[]> {
  if (accountIds.length === 0) return [];
  let query = db
    .selectFrom("staged")
    .innerJoin("body", "body.hash", "staged.body_hash")
    .innerJoin("collection", "collection.id", "staged.collection_id")
    .innerJoin("account", "account.id", "staged.account_id")
    .select([
      "staged.id",
      "staged.account_id",
      "staged.native_id",
      "staged.body_hash",
      "staged.gone_at",
      "body.content",
      "collection.name",
      "collection.vanished_at",
    ])
    .select(isLeaving.as("leaving"))
    .where("staged.dirty", "=", true)
    .where("staged.account_id", "in", accountIds)
    .where((eb) => eb.or([eb("staged.gone_at", "is", null), eb("account.settled", "=", true)]))
    .where(isWhole)
    .orderBy((eb) => eb("staged.gone_at", "is", null))
    .orderBy("staged.id")
    .limit(limit);
  if (except.size > 0) query = query.where("staged.id", "not in", [...except]);
  const rows = await query.execute();
  return rows.map((row) => ({
    stagedId: row.id,
    accountId: row.account_id,
    nativeId: row.native_id,
    native: row.content,
    bodyHash: row.body_hash,
    gone: row.gone_at !== null,
    leaving: row.leaving,
    calendar: row.name,
    vanished: row.vanished_at !== null,
  }));
}

export type NewCandidate = Omit<Selectable<CandidateTable>, "id" | "staged_id">;

/** What the translation of one staged event leaves behind. */
export type TranslationCommit = {
  readonly stagedId: number;
  /** The content that was translated: a newer one keeps the row dirty. */
  readonly bodyHash: string;
  readonly gone: boolean;
  readonly state: StagedState;
  readonly reason: string | null;
  /** `kept`: those of its last readable form go on. */
  readonly candidates: readonly NewCandidate[] | "kept";
};

/**
 * Replaces the candidates of translated events and marks every meeting key that they touch, before
 * or after, in one commit. Loose invitations of a touched series are marked with it.
 */
export async function commitTranslations(
  db: Kysely<Database>,
  commits: readonly TranslationCommit[],
  now: number,
): Promise<void> {
  if (commits.length === 0) return;
  await db.transaction().execute(async (tx) => {
    const replaced = commits.filter((commit) => commit.candidates !== "kept");
    const before = await tx
      .deleteFrom("candidate")
      .where(sql<boolean>`staged_id = any(${replaced.map((commit) => commit.stagedId)}::int[])`)
      .returning(["target_id", "meeting_key", "base_key"])
      .execute();
    const after = commits.flatMap(({ candidates, stagedId }) =>
      candidates === "kept" ? [] : candidates.map((candidate) => ({ ...candidate, staged_id: stagedId })),
    );
    for (const part of chunks(after, 300)) await tx.insertInto("candidate").values(part).execute();
    await markDirty(tx, [...before, ...after], now);
    const kept = commits.filter((commit) => !commit.gone);
    await sql`
      update staged
      set dirty = staged.body_hash <> done.body_hash or staged.gone_at is not null, state = done.state, reason = done.reason
      from unnest(
        ${kept.map((commit) => commit.stagedId)}::int[],
        ${kept.map((commit) => commit.bodyHash)}::text[],
        ${kept.map((commit) => commit.state)}::text[],
        ${kept.map((commit) => commit.reason)}::text[]
      ) as done (id, body_hash, state, reason)
      where staged.id = done.id
    `.execute(tx);
    const gone = commits.filter((commit) => commit.gone).map((commit) => commit.stagedId);
    if (gone.length > 0)
      await tx.deleteFrom("staged").where("id", "in", gone).where("gone_at", "is not", null).execute();
  });
}

type TouchedKey = { target_id: string; meeting_key: string; base_key: string };

/** Marks keys as to be looked at, together with every key of the same base. */
export async function markDirty(
  tx: Kysely<Database>,
  touched: readonly TouchedKey[],
  now: number,
): Promise<void> {
  const byTarget = new Map<string, { keys: Set<string>; bases: Set<string> }>();
  for (const row of touched) {
    const entry = byTarget.get(row.target_id) ?? { keys: new Set(), bases: new Set() };
    byTarget.set(row.target_id, entry);
    entry.keys.add(row.meeting_key);
    entry.bases.add(row.base_key);
  }
  for (const [target_id, { keys, bases }] of byTarget) {
    for (const part of chunks([...bases], 1000)) {
      const related = await tx
        .selectFrom("candidate")
        .select("meeting_key")
        .distinct()
        .where("target_id", "=", target_id)
        .where("base_key", "in", part)
        .execute();
      for (const row of related) keys.add(row.meeting_key);
    }
    for (const part of chunks([...keys], 1000)) {
      await tx
        .insertInto("dirty_key")
        .values(
          part.map((meeting_key) => ({
            target_id,
            meeting_key,
            since: toColumn(now),
            last_error: null,
          })),
        )
        .onConflict((conflict) =>
          conflict
            .columns(["target_id", "meeting_key"])
            .doUpdateSet((eb) => ({ since: eb.ref("excluded.since"), mark: eb.ref("excluded.mark") })),
        )
        .execute();
    }
  }
}

/** A meeting key in use in an account. `leaving`: its event is called removed. */
export type KeyInUse = {
  readonly meetingKey: string;
  readonly stagedId: number;
  readonly leaving: boolean;
};

/** Keys of an account's candidates by base key, to tell a second event of the same meeting apart. */
export async function keysOfAccount(
  db: Kysely<Database>,
  accountId: number,
  targetId: string,
  baseKeys: readonly string[],
): Promise<{ readonly settled: boolean; readonly keys: readonly KeyInUse[] }> {
  const { settled } = await db
    .selectFrom("account")
    .select("settled")
    .where("id", "=", accountId)
    .executeTakeFirstOrThrow();
  if (baseKeys.length === 0) return { settled, keys: [] };
  const rows = await db
    .selectFrom("candidate")
    .innerJoin("staged", "staged.id", "candidate.staged_id")
    .innerJoin("collection", "collection.id", "staged.collection_id")
    .select(["candidate.staged_id", "candidate.meeting_key", isLeaving.as("leaving")])
    .where("candidate.account_id", "=", accountId)
    .where("candidate.target_id", "=", targetId)
    .where("candidate.base_key", "in", baseKeys)
    // What a vanished calendar left behind gives way to the same meeting in another one.
    .where("collection.vanished_at", "is", null)
    .execute();
  const keys = rows.map((row) => ({
    meetingKey: row.meeting_key,
    stagedId: row.staged_id,
    leaving: row.leaving,
  }));
  return { settled, keys };
}

/** The native form behind a candidate, to be translated again when it is written. `isDirty`: newer than the candidate. */
export async function nativesOf(
  db: Kysely<Database>,
  stagedIds: readonly number[],
): Promise<Map<number, { native: string; bodyHash: string; isDirty: boolean }>> {
  if (stagedIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("staged")
    .innerJoin("body", "body.hash", "staged.body_hash")
    .select(["staged.id", "staged.body_hash", "staged.dirty", "body.content"])
    .where("staged.id", "in", stagedIds)
    .execute();
  return new Map(
    rows.map((row) => [row.id, { native: row.content, bodyHash: row.body_hash, isDirty: row.dirty }]),
  );
}
