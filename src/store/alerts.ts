import type { Kysely } from "kysely";
import { toColumn } from "./instants.ts";
import type { Database } from "./schema.ts";
import { isBackingOff } from "./work.ts";

/** An alert as it is remembered between two checks; times are epoch milliseconds. */
export type StoredAlert = {
  readonly kind: string;
  readonly subject: string;
  readonly stage: string;
  readonly message: string;
  /** When it was first seen. */
  readonly since: number;
  /** False until it has lasted long enough to be told. */
  readonly firing: boolean;
  readonly toldAt: number | null;
};

/** What the webhook is told: an alert that is on, or over. */
export type Delivery = {
  readonly kind: string;
  readonly subject: string;
  readonly state: "firing" | "resolved";
  readonly message: string;
  readonly since: number;
};

/** All alerts, those that do not fire yet too. */
export async function listAlerts(db: Kysely<Database>): Promise<StoredAlert[]> {
  const rows = await db.selectFrom("alert").selectAll().orderBy("kind").orderBy("subject").execute();
  return rows.map(({ since, told_at: toldAt, ...row }) => ({
    ...row,
    since: since.getTime(),
    toldAt: toldAt?.getTime() ?? null,
  }));
}

/** Replaces all alerts, and remembers what is still to be delivered: of each alert the newest only. */
export async function saveAlerts(
  db: Kysely<Database>,
  alerts: readonly StoredAlert[],
  deliveries: readonly Delivery[],
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom("alert").execute();
    for (const { since, toldAt, ...alert } of alerts) {
      const told_at = toldAt === null ? null : toColumn(toldAt);
      await tx
        .insertInto("alert")
        .values({ ...alert, since: toColumn(since), told_at })
        .execute();
    }
    for (const delivery of deliveries) {
      const row = { ...delivery, since: toColumn(delivery.since), attempts: 0, retry_at: null };
      const { kind: _kind, subject: _subject, ...content } = row;
      await tx
        .insertInto("alert_delivery")
        .values(row)
        .onConflict((conflict) => conflict.columns(["kind", "subject"]).doUpdateSet(content))
        .execute();
    }
  });
}

/** What may be delivered now, and how often the last delivery has failed. */
export async function dueDeliveries(
  db: Kysely<Database>,
  now: number,
): Promise<ReadonlyArray<Delivery & { readonly attempts: number }>> {
  const rows = await db.selectFrom("alert_delivery").selectAll().orderBy("since").execute();
  return rows
    .filter((row) => !isBackingOff(row.retry_at, now))
    .map(({ kind, subject, state, message, since, attempts }) => ({
      kind,
      subject,
      state,
      message,
      since: since.getTime(),
      attempts,
    }));
}

export async function noteDelivered(db: Kysely<Database>, { kind, subject }: Delivery): Promise<void> {
  await db.deleteFrom("alert_delivery").where("kind", "=", kind).where("subject", "=", subject).execute();
}

/** Nothing more is delivered before `retryAt` (epoch ms): there is one receiver for all. */
export async function noteUndelivered(db: Kysely<Database>, retryAt: number): Promise<void> {
  await db
    .updateTable("alert_delivery")
    .set((eb) => ({ attempts: eb("attempts", "+", 1), retry_at: toColumn(retryAt) }))
    .execute();
}

/** Where no receiver is configured nothing waits to be delivered. */
export async function dropDeliveries(db: Kysely<Database>): Promise<void> {
  await db.deleteFrom("alert_delivery").execute();
}
