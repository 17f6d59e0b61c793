import { type Migration, Migrator } from "kysely/migration";
import type { Kysely } from "kysely";
import { up as first } from "./migrations/0001-first.ts";
import { up as translation } from "./migrations/0002-translation.ts";
import { up as journal } from "./migrations/0003-journal.ts";
import { up as health } from "./migrations/0004-health.ts";
import { up as owedRetry } from "./migrations/0005-owed-retry.ts";
import { up as sinkToken } from "./migrations/0006-sink-token.ts";
import { up as deviation } from "./migrations/0007-deviation.ts";
import { up as doubtedRemovals } from "./migrations/0008-doubted-removals.ts";
import type { Database } from "./schema.ts";

const migrations: Record<string, Migration> = {
  "0001-first": { up: first },
  "0002-translation": { up: translation },
  "0003-journal": { up: journal },
  "0004-health": { up: health },
  "0005-owed-retry": { up: owedRetry },
  "0006-sink-token": { up: sinkToken },
  "0007-deviation": { up: deviation },
  "0008-doubted-removals": { up: doubtedRemovals },
};

/** Brings the database to the newest schema. Idempotent; several processes may call it at once. */
export async function migrate(db: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find((result) => result.status === "Error")?.migrationName ?? "(none was started)";
  throw new Error(`The database could not be brought to this version: migration ${failed} failed.`, {
    cause: error,
  });
}
