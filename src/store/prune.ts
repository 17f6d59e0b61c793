import { type Kysely, sql } from "kysely";
import type { Database } from "./schema.ts";

/** How long the journal goes back, and how many bytes of replaced bodies it may keep. */
export type JournalLimits = { readonly keepDays: number; readonly maxBytes: number };

const dayMs = 86_400_000;

/**
 * Removes what is older than the journal goes back, replaced bodies beyond its size (the oldest first; their
 * hashes stay on record), and bodies that nothing refers to. A run stays as long as a decision of it holds, and so does
 * the body that is to stand by it.
 */
export async function prune(db: Kysely<Database>, now: number, limits: JournalLimits): Promise<void> {
  await db
    .deleteFrom("run")
    .where("started_at", "<", new Date(now - limits.keepDays * dayMs))
    .where((eb) =>
      eb.not(eb.exists(eb.selectFrom("pin").select("pin.run_id").whereRef("pin.run_id", "=", "run.id"))),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("write_intent")
            .select("write_intent.run_id")
            .whereRef("write_intent.run_id", "=", "run.id"),
        ),
      ),
    )
    .execute();
  // A day's grace: what was stored a moment ago may be referred to by a transaction that is still open.
  await sql`
    with sized as (
      select before_body, after_body, sum(coalesce(octet_length(body.content), 0)) over (order by action.id desc) as bytes
      from action left join body on body.hash = action.before_body
    ),
    kept as (
      select coalesce(before_body, '') as before_body, coalesce(after_body, '') as after_body
      from sized where bytes <= ${limits.maxBytes}
    )
    delete from body
    where created_at < ${new Date(now - dayMs).toISOString()}::timestamptz
      and not exists (select from staged where staged.body_hash = body.hash)
      and not exists (select from mapping where mapping.source_base = body.hash or mapping.sink_base = body.hash)
      and not exists (select from pin where pin.stands_body = body.hash)
      and hash not in (select before_body from kept) and hash not in (select after_body from kept)
      and not exists (
        select from write_intent where write_intent.before_body = body.hash or write_intent.after_body = body.hash
      )
  `.execute(db);
}
