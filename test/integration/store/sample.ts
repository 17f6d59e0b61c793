import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import { type Account, ensureAccounts, findAccount } from "../../../src/store/accounts.ts";
import { commitApplied } from "../../../src/store/applied.ts";
import {
  beginRound,
  type Collection,
  listCollections,
  saveCalendars,
} from "../../../src/store/collections.ts";
import { hashBody } from "../../../src/store/bodies.ts";
import { commitIntents } from "../../../src/store/intents.ts";
import { startRun } from "../../../src/store/runs.ts";
import { clearDirtyKeys, listDirtyKeys } from "../../../src/store/dirty-keys.ts";
import type { Database } from "../../../src/store/schema.ts";
import type { Slot } from "../../../src/store/slots.ts";
import { commitPage, type PageCommit } from "../../../src/store/staging.ts";
import { ensureTarget } from "../../../src/store/targets.ts";
import { commitTranslations, takeDirtyEvents } from "../../../src/store/translations.ts";

/** The engine that a suite runs on. */
export type UnderTest = {
  /** The database, migrated and empty at the start of each test. */
  readonly db: () => Kysely<Database>;
  /** Another one that was never migrated. */
  readonly fresh: () => Promise<Kysely<Database> & AsyncDisposable>;
};

export const now = Date.parse("2027-01-01T00:00:00.000Z");

/** The one account of a source, as its row is now. */
export async function accountOf(db: Kysely<Database>, sourceId: string): Promise<Account> {
  const account = await findAccount(db, sourceId, "me");
  if (account === undefined) throw new Error(`${sourceId} has no account`);
  return account;
}

/** An account with calendars, none of them read. */
export async function accountWith(
  db: Kysely<Database>,
  sourceId: string,
  ...calendars: string[]
): Promise<{ account: Account; collections: Collection[] }> {
  await ensureAccounts(db, [{ sourceId, name: "me" }]);
  const account = await accountOf(db, sourceId);
  const listing = {
    calendars: calendars.map((id) => ({ id, name: id })),
    memory: null,
    categoryColors: null,
  };
  await saveCalendars(db, account.id, listing, now);
  return { account, collections: await listCollections(db, account.id) };
}

export function page(change: Partial<PageCommit> = {}): PageCommit {
  const nothing = { staged: [], present: [], gone: [], owed: [] };
  return { kind: "incremental", ...nothing, resume: null, checkpoint: "token", ...change };
}

export const events = (...ids: string[]): PageCommit["staged"] =>
  ids.map((nativeId) => ({ nativeId, etag: `"${nativeId}"`, native: `body of ${nativeId}` }));

/** One round over a collection: these pages. Returns the collection as it is then. */
export async function read(
  db: Kysely<Database>,
  collection: Collection,
  ...pages: PageCommit[]
): Promise<Collection> {
  const begun = await beginRound(db, collection);
  for (const one of pages) await commitPage(db, begun, one, "everything", now);
  const found = (await listCollections(db, collection.account_id)).find((it) => it.id === collection.id);
  if (found === undefined) throw new Error("the collection is gone");
  return found;
}

/** Makes each dirty event of an account a candidate with its native id as key. */
export async function translate(
  db: Kysely<Database>,
  account: Account,
  targetId: string,
  change: { readonly ends?: string | null } = {},
): Promise<void> {
  const dirty = await takeDirtyEvents(db, [account.id], new Set(), 1000);
  await commitTranslations(
    db,
    dirty.map(({ stagedId, bodyHash, gone, nativeId }) => ({
      stagedId,
      bodyHash,
      gone,
      state: "translated" as const,
      reason: null,
      candidates: gone
        ? []
        : [
            {
              account_id: account.id,
              source_id: account.source_id,
              target_id: targetId,
              meeting_key: nativeId,
              base_key: nativeId,
              meeting_uid: nativeId,
              instance: null,
              identity: nativeId,
              priority: 1,
              source_order: 0,
              retired: false,
              fingerprint: bodyHash,
              summary: nativeId,
              starts_at: "2027-01-05T10:00:00.000Z",
              ends_at: change.ends === undefined ? "2027-01-05T11:00:00.000Z" : change.ends,
            },
          ],
    })),
    now,
  );
}

const slotOf = (key: string): Slot => ({ slot: `slot ${key}`, name: `${key}.ics`, uid: `uid ${key}` });

/** Records that these keys stand in the target, as objects of an account. */
export async function write(
  db: Kysely<Database>,
  account: Account,
  targetId: string,
  ...keys: string[]
): Promise<void> {
  await ensureTarget(db, targetId);
  const run_id = randomUUID();
  await startRun(db, { id: run_id, kind: "reconcile", key: targetId, startedAt: now });
  const { id: account_id, source_id } = account;
  await commitIntents(
    db,
    targetId,
    keys.map((key) => ({
      key,
      slot: slotOf(key),
      sourceId: source_id,
      kind: "put" as const,
      fingerprint: "f",
      body: `ics of ${key}`,
      before: null,
      found: null,
      entry: { runId: run_id, action: "create", summary: key, reason: "new", asked: false, deviation: null },
    })),
    now,
  );
  await commitApplied(
    db,
    targetId,
    keys.map((key) => ({
      key,
      name: slotOf(key).name,
      action: {
        run_id,
        kind: "create",
        slot: slotOf(key).slot,
        source_id,
        summary: key,
        reason: "new",
        outcome: "created",
        target_id: targetId,
        meeting_key: key,
        asked: false,
        deviation: null,
        before_body: null,
        after_body: hashBody(`ics of ${key}`),
      },
      effect: {
        kind: "stands" as const,
        mapping: {
          slot: slotOf(key).slot,
          source_id,
          account_id,
          identity: key,
          summary: key,
          starts_at: "2027-01-05T10:00:00.000Z",
          desired_fingerprint: "f",
          sink_etag: '"1"',
          sink_fingerprint: "f",
          source_base: null,
          sink_base: null,
        },
      },
    })),
    await listDirtyKeys(db, targetId, "", 1000),
    now,
  );
}

/** A source with these events, read and written to the target "all". */
export async function sourceWith(
  db: Kysely<Database>,
  sourceId: string,
  ...ids: string[]
): Promise<{ readonly account: Account; readonly collection: Collection }> {
  await ensureTarget(db, "all");
  const { account, collections } = await accountWith(db, sourceId, "calendar");
  const [collection] = collections;
  if (collection === undefined) throw new Error("no collection");
  await read(db, collection, page({ staged: events(...ids) }));
  await translate(db, account, "all");
  await write(db, account, "all", ...ids);
  return { account, collection };
}

/** The keys of a target that are to be looked at. */
export async function dirtyKeys(db: Kysely<Database>, targetId: string): Promise<string[]> {
  return [...(await listDirtyKeys(db, targetId, "", 1000)).keys()];
}

/** Has all of them looked at. */
export async function lookedAt(db: Kysely<Database>, targetId: string): Promise<void> {
  const marks = await listDirtyKeys(db, targetId, "", 1000);
  await clearDirtyKeys(db, targetId, [...marks.keys()], marks);
}
