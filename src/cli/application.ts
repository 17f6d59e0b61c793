import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Config } from "../config/config.ts";
import type { Environment } from "../config/environment.ts";
import type { FilesSeen } from "../config/file-reader.ts";
import { describeError } from "./command-error.ts";
import { type Connections, connect } from "./connect.ts";
import { exitCode } from "./exit-code.ts";
import { renameTarget } from "../store/rename-target.ts";
import { renameSource } from "../store/rename-source.ts";
import { installationKey } from "../store/installation-key.ts";
import { releaseAllLeases } from "../store/leases.ts";
import { openStore, type Store } from "../store/store.ts";

/** Everything that is open while a command or the daemon runs. */
export interface Application extends AsyncDisposable {
  readonly environment: Environment;
  readonly log: Logger;
  readonly store: Store;
  readonly config: Config;
  readonly configFiles: FilesSeen;
  readonly connections: Connections;
  /** Connects anew as another configuration says. Work in hand goes on with the old connections, which then close. */
  reconfigure(config: Config): Promise<void>;
}

/**
 * Opens the store and connects to what the configuration names.
 *
 * @throws FolderLockedError, InstallationKeyError, and what the database says.
 */
export async function openApplication(
  parts: {
    readonly environment: Environment;
    readonly config: Config;
    readonly configFiles: FilesSeen;
    readonly log: Logger;
  },
  command: string,
): Promise<Application> {
  const { environment, log } = parts;
  const stack = new AsyncDisposableStack();
  try {
    const store = stack.use(
      await openStore({
        databaseUrl: environment.databaseUrl?.reveal() ?? null,
        dataFolder: environment.dataPath,
        command,
        onPanic(error) {
          // Nothing that asks the database comes to an end any more, not even a proper stop.
          process.stderr.write(`kalends: the embedded database has stopped: ${describeError(error)}\n`);
          process.exit(command === "run" ? exitCode.stalled : exitCode.failed);
        },
      }),
    );
    if (store.engine.kind === "pglite") await releaseAllLeases(store.db);
    const holder = `${hostname()}/${process.pid}/${randomUUID()}`;
    const open = async (config: Config): Promise<Connections> => {
      const key = await installationKey(
        store.db,
        config.installationKeyFile ?? join(environment.dataPath, "installation.key"),
      );
      await rename(store, config);
      return connect(config, {
        db: store.db,
        log,
        installationKey: Buffer.from(key),
        holder,
        progress: () => undefined,
      });
    };
    let config = parts.config;
    let connections = await open(config);
    const replaced = new Set<Connections>();
    stack.defer(async () => {
      for (const old of [connections, ...replaced]) await old[Symbol.asyncDispose]();
    });
    return {
      environment,
      log,
      store,
      configFiles: parts.configFiles,
      get config() {
        return config;
      },
      get connections() {
        return connections;
      },
      async reconfigure(next) {
        const old = connections;
        connections = await open(next);
        config = next;
        replaced.add(old);
        old
          .retire()
          .catch((error: unknown) =>
            log.warn({ err: error }, "the connections of the former configuration could not be closed"),
          )
          .finally(() => replaced.delete(old));
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function rename(store: Store, config: Config): Promise<void> {
  for (const { was, id } of config.sources) if (was !== null) await renameSource(store.db, was, id);
  for (const { was, id } of config.targets) if (was !== null) await renameTarget(store.db, was, id);
}
