import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";

/**
 * Whether a target has anything to look at: events to translate, keys to plan, or a first survey. False
 * while the target's back-off lasts.
 */
export async function hasWork(
  db: Kysely<Database>,
  targetId: string,
  accountIds: readonly number[],
  now: number,
): Promise<boolean> {
  const target = await db.selectFrom("target").selectAll().where("id", "=", targetId).executeTakeFirst();
  if (target === undefined) return false;
  if (target.retry_at !== null && target.retry_at.getTime() > now) return false;
  if (target.held !== null) return false;
  if (target.surveyed_at === null) return true;
  const key = await db
    .selectFrom("dirty_key")
    .select("meeting_key")
    .where("target_id", "=", targetId)
    .limit(1)
    .executeTakeFirst();
  if (key !== undefined) return true;
  if (accountIds.length === 0) return false;
  const event = await db
    .selectFrom("staged")
    .select("id")
    .where("dirty", "=", true)
    .where("account_id", "in", accountIds)
    .limit(1)
    .executeTakeFirst();
  return event !== undefined;
}
