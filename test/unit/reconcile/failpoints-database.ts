import { type DatabaseConnection, type Dialect, type Driver, Kysely, PostgresDialect, sql } from "kysely";
import { Pool } from "pg";
import { migrate } from "../../../src/store/migrate.ts";
import type { Database } from "../../../src/store/schema.ts";
import type { Point } from "./faults.ts";

/** A database that tells of each step that it is asked for, before and after. */
export interface WatchedDatabase extends AsyncDisposable {
  readonly db: Kysely<Database>;
  /** Told of each step; what it throws is what the process meets. Null: nobody watches. */
  watch(onPoint: ((point: Point) => void) | null): void;
  /** All that is in it, to be put back later. */
  dump(): Promise<Dump>;
  restore(dump: Dump): Promise<void>;
}

export type Dump = {
  readonly rows: ReadonlyMap<string, string>;
  readonly sequences: ReadonlyMap<string, string>;
};

/** Watches a PostgreSQL database, over the only connection that it opens. */
export async function openWatchedDatabase(url: string): Promise<WatchedDatabase> {
  const pool = new Pool({ connectionString: url, max: 1 });
  let watcher: ((point: Point) => void) | null = null;
  const db = new Kysely<Database>({ dialect: watchedDialect(pool, (point) => watcher?.(point)) });
  await migrate(db);
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'
  `.execute(db);
  const tables = rows.map(({ name }) => name);
  return {
    db,
    watch(onPoint) {
      watcher = onPoint;
    },
    dump: () => dumpOf(db, tables),
    async restore(dump) {
      // Without the order that foreign keys ask for.
      await sql`set session_replication_role = replica`.execute(db);
      // Of a few rows: a truncation would make new files for every table.
      await sql.raw(tables.map((table) => `delete from ${table}`).join("; ")).execute(db);
      await putBack(db, dump);
      await sql`set session_replication_role = origin`.execute(db);
    },
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}

function watchedDialect(pool: Pool, reach: (point: Point) => void): Dialect {
  const plain = new PostgresDialect({ pool });
  return {
    createDriver: () => watchedDriver(plain.createDriver(), reach),
    createAdapter: () => plain.createAdapter(),
    createQueryCompiler: () => plain.createQueryCompiler(),
    createIntrospector: (db) => plain.createIntrospector(db),
  };
}

function watchedDriver(inner: Driver, reach: (point: Point) => void): Driver {
  const known = new WeakSet<DatabaseConnection>();
  let inTransaction = false;
  /** What is written outside a transaction is a commit of its own: it may have happened without an answer. */
  const watched = (opened: DatabaseConnection): void => {
    const execute = opened.executeQuery.bind(opened);
    opened.executeQuery = async (query) => {
      const what = query.sql.slice(0, 60);
      reach({ kind: "query", what });
      const result = await execute<never>(query);
      if (!inTransaction && !query.sql.startsWith("select")) reach({ kind: "query answered", what });
      return result;
    };
  };
  return {
    init: (options) => inner.init(options),
    async acquireConnection(options) {
      const connection = await inner.acquireConnection(options);
      if (!known.has(connection)) watched(connection);
      known.add(connection);
      return connection;
    },
    async beginTransaction(on, settings) {
      await inner.beginTransaction(on, settings);
      inTransaction = true;
    },
    async commitTransaction(on) {
      reach({ kind: "commit", what: "" });
      inTransaction = false;
      await inner.commitTransaction(on);
      reach({ kind: "committed", what: "" });
    },
    async rollbackTransaction(on) {
      inTransaction = false;
      await inner.rollbackTransaction(on);
    },
    releaseConnection: (on, options) => inner.releaseConnection(on, options),
    destroy: (options) => inner.destroy(options),
  };
}

async function dumpOf(db: Kysely<Database>, tables: readonly string[]): Promise<Dump> {
  const rows = new Map<string, string>();
  for (const table of tables) {
    const found = await sql<{ rows: string }>`
      select coalesce(json_agg(t), '[]')::text as rows from ${sql.table(table)} t
    `.execute(db);
    rows.set(table, found.rows[0]?.rows ?? "[]");
  }
  const sequences = await sql<{ name: string; value: string | null }>`
    select sequencename as name, last_value::text as value from pg_sequences where schemaname = 'public'
  `.execute(db);
  return { rows, sequences: new Map(sequences.rows.map(({ name, value }) => [name, value ?? "0"])) };
}

async function putBack(db: Kysely<Database>, dump: Dump): Promise<void> {
  for (const [table, rows] of dump.rows) {
    if (rows === "[]") continue;
    await sql`
      insert into ${sql.table(table)} overriding system value
      select * from json_populate_recordset(null::${sql.table(table)}, ${rows}::json)
    `.execute(db);
  }
  for (const [name, value] of dump.sequences) {
    const isUsed = value !== "0";
    await sql`select setval(${name}::regclass, ${isUsed ? value : "1"}::bigint, ${isUsed}::boolean)`.execute(
      db,
    );
  }
}
