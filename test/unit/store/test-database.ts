import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect, sql } from "kysely";
import { migrate } from "../../../src/store/migrate.ts";
import type { Database } from "../../../src/store/schema.ts";

/** A migrated database for the tests of one file, to be cleared before each. */
export type TestDatabase = AsyncDisposable & { readonly db: Kysely<Database> };

/** PGlite in memory. Takes about a second to open. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const pglite = await PGlite.create();
  const db = new Kysely<Database>({ dialect: new PGliteDialect({ pglite }) });
  await migrate(db);
  return { db, [Symbol.asyncDispose]: () => pglite.close() };
}

/** Everything gone, as if the database had just been made. */
export async function clearDatabase(db: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'
  `.execute(db);
  if (rows.length === 0) throw new Error("no tables to clear");
  await sql.raw(`truncate ${rows.map((row) => row.name).join(", ")} restart identity`).execute(db);
}
