import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";
import { chunks } from "./staging.ts";
import { markDirty } from "./translations.ts";

/**
 * Has objects that the sink refused tried again after a while: what was in the way may have passed. The refusals stay on
 * record, of no fingerprint any more, until the sink has answered anew.
 */
export async function retryRefusals(
  db: Kysely<Database>,
  targetId: string,
  refusedBefore: number,
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const rows = await tx
      .updateTable("refusal")
      .set({ fingerprint: "" })
      .where("target_id", "=", targetId)
      // Or in the future: the clock was set back since.
      .where((eb) => eb.or([eb("since", "<", new Date(refusedBefore)), eb("since", ">", new Date(now))]))
      .returning(["target_id", "meeting_key"])
      .execute();
    await markDirty(
      tx,
      rows.map((row) => ({ ...row, base_key: row.meeting_key })),
      now,
    );
  });
}

/** Ends the refusals of events that nobody wants any more, or that have changed since. */
export async function forgetRefusals(
  db: Kysely<Database>,
  targetId: string,
  keys: readonly string[],
): Promise<void> {
  for (const part of chunks(keys, 1000)) {
    await db
      .deleteFrom("refusal")
      .where("target_id", "=", targetId)
      .where("meeting_key", "in", part)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom("candidate")
              .select("candidate.id")
              .whereRef("candidate.target_id", "=", "refusal.target_id")
              .whereRef("candidate.meeting_key", "=", "refusal.meeting_key")
              .whereRef("candidate.fingerprint", "=", "refusal.fingerprint"),
          ),
        ),
      )
      // What a person decided on is no candidate.
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom("pin")
              .select("pin.meeting_key")
              .whereRef("pin.target_id", "=", "refusal.target_id")
              .whereRef("pin.meeting_key", "=", "refusal.meeting_key"),
          ),
        ),
      )
      .execute();
  }
}
