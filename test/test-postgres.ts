import { Kysely, PostgresDialect } from "kysely";
import { Pool } from "pg";
import type { TestProject } from "vitest/node";
import { migrate } from "../src/store/migrate.ts";
import type { Database } from "../src/store/schema.ts";
import { startPostgres } from "./integration/postgres-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The server that all tests share, and the name of a database on it that is migrated and empty. */
    readonly postgres: { readonly url: string; readonly migrated: string };
  }
}

/** Starts one PostgreSQL for all tests: it is several times as quick as the embedded database. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  const url = await server.makeDatabase();
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: new Pool({ connectionString: url }) }),
  });
  await migrate(db);
  await db.destroy();
  const administration = new URL(url);
  administration.pathname = "/postgres";
  project.provide("postgres", { url: administration.href, migrated: new URL(url).pathname.slice(1) });
  return async () => {
    await server[Symbol.asyncDispose]();
  };
}
