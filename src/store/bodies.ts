import { createHash } from "node:crypto";
import type { Kysely } from "kysely";
import { toColumn } from "./instants.ts";
import type { Database } from "./schema.ts";

const freshMs = 3_600_000;

/** SHA-256 of a body, the key it is kept under. */
export function hashBody(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

/**
 * Keeps bodies by content; the same content twice is kept once. One that was there already counts as new, so
 * that nobody removes it as unused before the caller has referred to it.
 */
export async function keepBodies(
  db: Kysely<Database>,
  contents: readonly string[],
  now: number,
): Promise<void> {
  const byHash = new Map(contents.map((content) => [hashBody(content), content]));
  if (byHash.size === 0) return;
  const created_at = toColumn(now);
  await db
    .insertInto("body")
    .values([...byHash].map(([hash, content]) => ({ hash, content, created_at })))
    .onConflict((conflict) =>
      conflict
        .column("hash")
        .doUpdateSet({ created_at })
        .where("body.created_at", "<", new Date(now - freshMs)),
    )
    .execute();
}
