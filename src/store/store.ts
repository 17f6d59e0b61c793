import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect, PostgresDialect } from "kysely";
import { Client, Pool } from "pg";
import { DatabaseUnreachableError, databaseTrouble } from "./database-error.ts";
import { watchForPanic } from "./embedded-panic.ts";
import { lockFolder } from "./folder-lock.ts";
import { migrate } from "./migrate.ts";
import type { Database } from "./schema.ts";

/** The open database, migrated. Disposing closes it and gives the data folder free. */
export interface Store extends AsyncDisposable {
  readonly db: Kysely<Database>;
  readonly engine: StoreEngine;
}

/** What the job queue needs to share the database. */
export type StoreEngine =
  | { readonly kind: "postgres"; readonly url: string }
  | { readonly kind: "pglite"; readonly pglite: PGlite };

export type StoreOptions = {
  /** A PostgreSQL URL; null: an embedded database in `dataFolder`. */
  readonly databaseUrl: string | null;
  readonly dataFolder: string;
  /** The command that opens it, for the message that a second process gets. */
  readonly command: string;
  /** The embedded database has stopped for good and answers nothing more: the process has to end. */
  readonly onPanic?: (error: Error) => void;
};

/**
 * Opens the database and brings it to the newest schema.
 *
 * @throws FolderLockedError where another process has the data folder, FolderError where it cannot be made,
 *   DatabaseUnreachableError
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  return options.databaseUrl === null ? openEmbedded(options) : openPostgres(options.databaseUrl);
}

async function openPostgres(url: string): Promise<Store> {
  const pool = new Pool({
    connectionString: url,
    max: 10,
    application_name: "kalends",
    keepAlive: true,
    connectionTimeoutMillis: 30_000,
  });
  // A connection that breaks while nobody asks anything of it is replaced by the pool, and whoever asks next hears of it.
  // Without a listener it would end the process; the pool listens only for those that are not lent out.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  try {
    await requireVersion(pool).catch((error: unknown) => {
      if (!(error instanceof Error) || databaseTrouble(error)?.heals !== true) throw error;
      const { host, port } = new Client({ connectionString: url });
      throw new DatabaseUnreachableError(host, port, error);
    });
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return { db, engine: { kind: "postgres", url }, [Symbol.asyncDispose]: () => db.destroy() };
}

async function requireVersion(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ version: number }>(
    "select current_setting('server_version_num')::int as version",
  );
  const version = rows[0]?.version ?? 0;
  if (version < 150_000) {
    throw new Error(
      `DATABASE_URL leads to PostgreSQL ${Math.floor(version / 10_000)}; Kalends needs 15 or newer.`,
    );
  }
}

async function openEmbedded(options: StoreOptions): Promise<Store> {
  const stack = new AsyncDisposableStack();
  try {
    stack.use(await lockFolder(options.dataFolder, options.command, Date.now()));
    const pglite = stack.adopt(await PGlite.create({ dataDir: join(options.dataFolder, "pglite") }), (it) =>
      it.close(),
    );
    if (options.onPanic !== undefined) watchForPanic(pglite, options.onPanic);
    const db = new Kysely<Database>({ dialect: new PGliteDialect({ pglite }) });
    await migrate(db);
    return { db, engine: { kind: "pglite", pglite }, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
