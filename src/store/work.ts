import type { Kysely } from "kysely";
import { accountKey, keyOfRow } from "./accounts.ts";
import type { Database } from "./schema.ts";

/** How long an object that the sink refused is left alone. */
export const refusalRetryMs = 3_600_000;

/** No back-off is longer: one that is was recorded before the clock was set back, and does not count. */
export const longestBackOffMs = 3_600_000;

/** Whether something that failed is still to be left alone. */
export function isBackingOff(retryAt: Date | null, now: number): boolean {
  const left = retryAt === null ? 0 : retryAt.getTime() - now;
  return left > 0 && left <= longestBackOffMs;
}

/** An account as it would be translated now; `basis` as in `setTranslationBasis`. */
type AccountToTranslate = { readonly sourceId: string; readonly name: string; readonly basis: string };

/**
 * Whether a target has anything to look at: events to translate, for the first time or on another basis, keys
 * to plan, or a first survey. False while the target's back-off lasts.
 */
export async function hasWork(
  db: Kysely<Database>,
  targetId: string,
  accounts: readonly AccountToTranslate[],
  now: number,
): Promise<boolean> {
  const target = await db.selectFrom("target").selectAll().where("id", "=", targetId).executeTakeFirst();
  if (target === undefined) return false;
  if (isBackingOff(target.retry_at, now)) return false;
  if (target.held !== null) return false;
  if (target.surveyed_at === null) return true;
  const key = await db
    .selectFrom("dirty_key")
    .select("meeting_key")
    .where("target_id", "=", targetId)
    .limit(1)
    .executeTakeFirst();
  if (key !== undefined) return true;
  // Left by a run that was killed when it had carried it out: what is held has keys.
  const hold = await db
    .selectFrom("hold")
    .select("since")
    .where("target_id", "=", targetId)
    .executeTakeFirst();
  if (hold !== undefined) return true;
  const refusal = await db
    .selectFrom("refusal")
    .select("meeting_key")
    .where("target_id", "=", targetId)
    .where((eb) => eb.or([eb("since", "<", new Date(now - refusalRetryMs)), eb("since", ">", new Date(now))]))
    .limit(1)
    .executeTakeFirst();
  if (refusal !== undefined) return true;
  const dirty = await db
    .selectFrom("staged")
    .innerJoin("account", "account.id", "staged.account_id")
    .select(["account.source_id", "account.name"])
    .distinct()
    .where("staged.dirty", "=", true)
    .execute();
  const own = new Map(accounts.map((account) => [accountKey(account), account.basis]));
  if (dirty.some((row) => own.has(keyOfRow(row)))) return true;
  const translated = await db
    .selectFrom("account")
    .select(["source_id", "name", "translation_basis"])
    .where("translation_basis", "is not", null)
    .execute();
  return translated.some((row) => {
    const basis = own.get(keyOfRow(row));
    return basis !== undefined && basis !== row.translation_basis;
  });
}
