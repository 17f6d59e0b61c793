import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect, PostgresDialect, sql } from "kysely";
import { Pool } from "pg";
import { migrate } from "../../../src/store/migrate.ts";
import type { Database } from "../../../src/store/schema.ts";
import { freshDatabase } from "../../fresh-database.ts";

/** A migrated database for the tests of one file, to be cleared before each. */
export type TestDatabase = AsyncDisposable & { readonly db: Kysely<Database> };

/** A database of its own on the PostgreSQL that the tests share. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const pool = new Pool({ connectionString: await freshDatabase(), max: 4 });
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return { db, [Symbol.asyncDispose]: () => db.destroy() };
}

/** PGlite in memory, for what is to be tried on it. Takes about a second to open. */
export async function openEmbeddedTestDatabase(): Promise<TestDatabase> {
  const pglite = await PGlite.create();
  const db = new Kysely<Database>({ dialect: new PGliteDialect({ pglite }) });
  await migrate(db);
  return { db, [Symbol.asyncDispose]: () => pglite.close() };
}

/** Everything gone, as if the database had just been made. */
export async function clearDatabase(db: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{ statement: string }>`
    select 'delete from ' || tablename as statement
      from pg_tables where schemaname = 'public' and tablename not like 'kysely%'
    union all
    select 'perform setval(''' || sequencename || ''', ' || start_value || ', false)'
      from pg_sequences where schemaname = 'public'
  `.execute(db);
  if (rows.length === 0) throw new Error("no tables to clear");
  const statements = rows.map(({ statement }) => `${statement};`).join(" ");
  // In whatever order, without the checks of foreign keys; TRUNCATE takes a hundred times as long for a few rows.
  await sql.raw(`do $$ begin set local session_replication_role = replica; ${statements} end $$`).execute(db);
}
