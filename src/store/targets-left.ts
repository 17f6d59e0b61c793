import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";

/** Ids of the targets that still have events of accounts which write to another one now. */
export async function targetsLeft(
  db: Kysely<Database>,
  accounts: ReadonlyArray<{ readonly id: number; readonly targetId: string }>,
): Promise<ReadonlySet<string>> {
  const targetOf = new Map(accounts.map(({ id, targetId }) => [id, targetId]));
  const rows = await db
    .selectFrom("candidate")
    .select(["account_id", "target_id"])
    .union(
      db
        .selectFrom("mapping")
        .select((eb) => [eb.ref("account_id").$notNull().as("account_id"), "target_id"])
        .where("account_id", "is not", null),
    )
    .execute();
  const left = rows.filter(({ account_id, target_id }) => {
    const now = targetOf.get(account_id);
    return now !== undefined && now !== target_id;
  });
  return new Set(left.map((row) => row.target_id));
}
