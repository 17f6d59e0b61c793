import type { Kysely, Selectable } from "kysely";
import { z } from "zod";
import { toColumn } from "./instants.ts";
import type { AccountTable, Database } from "./schema.ts";
import { chunks } from "./staging.ts";

export type Account = Selectable<AccountTable>;

/** `source/account`: how an account is called in job keys, runs and messages. A source's id has no slash. */
export function accountKey(account: { readonly sourceId: string; readonly name: string }): string {
  return `${account.sourceId}/${account.name}`;
}

/** The same of a stored row. */
export function keyOfRow(row: { readonly source_id: string; readonly name: string }): string {
  return accountKey({ sourceId: row.source_id, name: row.name });
}

/** Makes sure that the accounts of the configuration have rows. One statement where all of them have. */
export async function ensureAccounts(
  db: Kysely<Database>,
  wanted: ReadonlyArray<{ readonly sourceId: string; readonly name: string }>,
): Promise<void> {
  const known = new Set((await listAccounts(db)).map(keyOfRow));
  const missing = wanted.filter((account) => !known.has(accountKey(account)));
  for (const part of chunks(missing, 500)) {
    await db
      .insertInto("account")
      .values(part.map(({ sourceId, name }) => ({ source_id: sourceId, name })))
      .onConflict((conflict) => conflict.columns(["source_id", "name"]).doNothing())
      .execute();
  }
}

export async function listAccounts(db: Kysely<Database>): Promise<Account[]> {
  return db.selectFrom("account").selectAll().orderBy("source_id").orderBy("name").execute();
}

export async function findAccount(
  db: Kysely<Database>,
  sourceId: string,
  name: string,
): Promise<Account | undefined> {
  return db
    .selectFrom("account")
    .selectAll()
    .where("source_id", "=", sourceId)
    .where("name", "=", name)
    .executeTakeFirst();
}

const colorsByCategory = z.record(z.string(), z.string());

/** The colours of the account's categories, as the source told them last; none before. */
export function categoryColorsOf({ category_colors: text }: Account): Readonly<Record<string, string>> {
  return text === null ? {} : colorsByCategory.parse(JSON.parse(text));
}

/** Has the account's calendars listed anew with the next pull. */
export async function forgetListing(db: Kysely<Database>, id: number): Promise<void> {
  await db.updateTable("account").set({ calendars_listed_at: null }).where("id", "=", id).execute();
}

export async function noteAttempt(db: Kysely<Database>, id: number, now: number): Promise<void> {
  await db
    .updateTable("account")
    .set({ attempted_at: toColumn(now) })
    .where("id", "=", id)
    .execute();
}

/** The end of a pull after which nothing is owed: the account is settled and its back-off is over. */
export async function noteComplete(db: Kysely<Database>, id: number, now: number): Promise<void> {
  await db
    .updateTable("account")
    .set({ settled: true, failures: 0, retry_at: null, last_error: null, complete_at: toColumn(now) })
    .where("id", "=", id)
    .execute();
}

/** A pull that could not do everything. `retryAt` is set where the account should be left alone for a while. */
export async function noteIncomplete(
  db: Kysely<Database>,
  id: number,
  end: { error: string; retryAt: number | null; settled: boolean },
): Promise<void> {
  await db
    .updateTable("account")
    .set((eb) => ({
      failures: end.retryAt === null ? 0 : eb("failures", "+", 1),
      retry_at: end.retryAt === null ? null : toColumn(end.retryAt),
      last_error: end.error,
      settled: end.settled,
    }))
    .where("id", "=", id)
    .execute();
}

/**
 * Records what the translation of the account's events depends on. When that changed, every staged
 * event is translated again from its native form, without asking the source, and the target is told
 * that rewrites are no surprise.
 */
export async function setTranslationBasis(
  db: Kysely<Database>,
  account: Account,
  basis: string,
  targetId: string,
): Promise<void> {
  if (account.translation_basis === basis) return;
  await db.transaction().execute(async (tx) => {
    await tx.updateTable("staged").set({ dirty: true }).where("account_id", "=", account.id).execute();
    await tx.updateTable("account").set({ translation_basis: basis }).where("id", "=", account.id).execute();
    if (account.translation_basis === null) return;
    await tx.updateTable("target").set({ rewrites_expected: true }).where("id", "=", targetId).execute();
  });
}
