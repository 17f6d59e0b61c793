import type { Kysely } from "kysely";
import type { StoredCandidate } from "./keys.ts";
import type { Database } from "./schema.ts";

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
