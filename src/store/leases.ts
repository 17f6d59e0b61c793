import { type Kysely, sql } from "kysely";
import type { Database } from "./schema.ts";

/** A lease that this process holds. `epoch` rises with every new holder. */
export type Lease = { readonly key: string; readonly holder: string; readonly epoch: number };

export const leaseSeconds = 60;

/** Takes a lease that is free or has run out; null while somebody else holds it. The database's clock decides. */
export async function takeLease(db: Kysely<Database>, key: string, holder: string): Promise<Lease | null> {
  const row = await db
    .insertInto("lease")
    .values({ key, holder, epoch: 1, expires_at: expiry() })
    .onConflict((conflict) =>
      conflict
        .column("key")
        .doUpdateSet((eb) => ({ holder, epoch: eb("lease.epoch", "+", 1), expires_at: expiry() }))
        .where(sql<boolean>`lease.expires_at <= now()`),
    )
    .returning(["epoch"])
    .executeTakeFirst();
  return row === undefined ? null : { key, holder, epoch: row.epoch };
}

/** Renews a lease; false when it has been lost: the holder must stop writing at once. */
export async function keepLease(db: Kysely<Database>, lease: Lease): Promise<boolean> {
  const result = await db
    .updateTable("lease")
    .set({ expires_at: expiry() })
    .where("key", "=", lease.key)
    .where("epoch", "=", lease.epoch)
    .where("holder", "=", lease.holder)
    .where(sql<boolean>`expires_at > now()`)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function releaseLease(db: Kysely<Database>, lease: Lease): Promise<void> {
  await db
    .updateTable("lease")
    .set({ expires_at: sql<string>`now()` })
    .where("key", "=", lease.key)
    .where("epoch", "=", lease.epoch)
    .execute();
}

/** On an embedded database nobody else can be alive: leases of a killed process are given free at once. */
export async function releaseAllLeases(db: Kysely<Database>): Promise<void> {
  await db.updateTable("lease").set({ expires_at: sql<string>`now()` }).execute();
}

function expiry(): ReturnType<typeof sql<string>> {
  return sql<string>`now() + make_interval(secs => ${leaseSeconds})`;
}
