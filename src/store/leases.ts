import { type Kysely, sql } from "kysely";
import type { Database } from "./schema.ts";

/** A lease that this process holds. `epoch` rises with every new holder. */
export type Lease = { readonly key: string; readonly holder: string; readonly epoch: number };

export const leaseSeconds = 60;

/** In the past by whatever clock. */
const runOut = "1970-01-01T00:00:00.000Z";

/** Takes a lease that is free or has run out; null while somebody else holds it. The database's clock decides. */
export async function takeLease(db: Kysely<Database>, key: string, holder: string): Promise<Lease | null> {
  const lease = await takeIfFree(db, key, holder);
  if (lease === null) await shortenImpossible(db, key);
  return lease;
}

async function takeIfFree(db: Kysely<Database>, key: string, holder: string): Promise<Lease | null> {
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

/**
 * A lease that lasts longer than any was given when the database's clock stood in what is the future now. From here
 * on it lasts its usual time: whoever lives renews it, whoever died no longer keeps others out.
 */
async function shortenImpossible(db: Kysely<Database>, key: string): Promise<void> {
  await db
    .updateTable("lease")
    .set({ expires_at: expiry() })
    .where("key", "=", key)
    .where(sql<boolean>`expires_at > ${expiry()}`)
    .execute();
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
    .set({ expires_at: runOut })
    .where("key", "=", lease.key)
    .where("epoch", "=", lease.epoch)
    .execute();
}

/** On an embedded database nobody else can be alive: leases of a killed process are given free at once. */
export async function releaseAllLeases(db: Kysely<Database>): Promise<void> {
  await db.updateTable("lease").set({ expires_at: runOut }).execute();
}

function expiry(): ReturnType<typeof sql<string>> {
  return sql<string>`now() + make_interval(secs => ${leaseSeconds})`;
}
