import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";

/**
 * The same alert goes on under the new name, and is not told as over and as new: see health/conditions.ts.
 *
 * @param renamed the subject with the new name in it; null where it does not have the old one
 */
export async function renameInAlerts(
  tx: Kysely<Database>,
  renamed: (kind: string, subject: string) => string | null,
): Promise<void> {
  for (const table of ["alert", "alert_delivery"] as const) {
    const rows = await tx.selectFrom(table).select(["kind", "subject"]).execute();
    for (const { kind, subject } of rows) {
      const next = renamed(kind, subject);
      if (next === null) continue;
      await tx.deleteFrom(table).where("kind", "=", kind).where("subject", "=", next).execute();
      await tx
        .updateTable(table)
        .set({ subject: next })
        .where("kind", "=", kind)
        .where("subject", "=", subject)
        .execute();
    }
  }
}
