import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";

const setting = "schedule_beat";

/** Notes that a schedule has fired and was handled, by whichever process. `beat` differs from the one before. */
export async function noteScheduleBeat(db: Kysely<Database>, beat: string): Promise<void> {
  await db
    .insertInto("setting")
    .values({ key: setting, value: beat })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ value: beat }))
    .execute();
}

/** The last one; null before the first. */
export async function scheduleBeat(db: Kysely<Database>): Promise<string | null> {
  const row = await db.selectFrom("setting").select("value").where("key", "=", setting).executeTakeFirst();
  return row?.value ?? null;
}
