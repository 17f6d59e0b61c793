import { randomUUID } from "node:crypto";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import {
  type ConfigurationOptions,
  type Household,
  owner,
  startHousehold,
} from "../../simulator/household.ts";
import type { HouseholdSize } from "../../simulator/household.ts";
import type { Application } from "../../src/cli/application.ts";
import { runCommand } from "../../src/cli/commands.ts";
import type { Options } from "../../src/cli/command.ts";
import { connect, type ConnectParts } from "../../src/cli/connect.ts";
import type { ExitCode } from "../../src/cli/exit-code.ts";
import { readEnvironment } from "../../src/config/environment.ts";
import { loadConfig } from "../../src/config/load.ts";
import { type SyncResult, sync } from "../../src/reconcile/sync.ts";
import { renameSource } from "../../src/store/rename-source.ts";
import { installationKey } from "../../src/store/installation-key.ts";
import { openStore } from "../../src/store/store.ts";
import { fillDataFolder } from "./empty-data-folder.ts";
import { createTestClock, type TestClock } from "./test-clock.ts";

/** What a command said, and how it ended. `result` is what it answers with --json. */
export type Answer = { readonly code: ExitCode; readonly text: string; readonly result: unknown };

/** An object as it stands in a target. */
export type TargetObject = { readonly body: string; readonly etag: string };

/** Kalends in this process, as `run` puts it together, between simulators that it reaches by real TLS. */
export interface Installation extends AsyncDisposable {
  readonly folder: string;
  readonly household: Household;
  readonly clock: TestClock;
  readonly application: Application;
  /** One pass over everything. */
  sync(): Promise<SyncResult>;
  /** A command as a user gives it. */
  run(command: string, args?: readonly string[], options?: Options): Promise<Answer>;
  /** Takes another configuration, without a restart; `edit` has the last word about its text. */
  configure(options: ConfigurationOptions, edit?: (text: string) => string): Promise<void>;
  /** Ends and begins again, in another process as far as Kalends can see. */
  restart(lost?: "nothing" | "database" | "database and key"): Promise<void>;
  /** Keeps a copy of the embedded database as it is now, in place of the one before. */
  backUp(): Promise<void>;
  /** Puts the copy back. */
  restoreBackup(): Promise<void>;
  /** What stands in a target, by object name. */
  standing(target: string): Readonly<Record<string, TargetObject>>;
}

export type InstallationOptions = {
  readonly size?: Partial<HouseholdSize>;
  readonly configuration?: ConfigurationOptions;
  /** Makes an empty database and returns its URL; the embedded database without it. */
  readonly makeDatabase?: () => Promise<string>;
  /** Puts something between Kalends and the simulators. */
  readonly between?: (household: Household, folder: string) => Promise<Between>;
  /** Time-outs and caps of every connection, where the usual ones would take too long. */
  readonly limits?: NonNullable<ConnectParts["limits"]>;
};

/** What stands between Kalends and the simulators: it changes where the configuration points to. */
export type Between = AsyncDisposable & { inFront(configuration: string): string };

/** The calendar of a target in the simulated Baikal. */
export const calendarOf = (target: string): string => `kalends-${target}`;

/** Starts simulators and Kalends between them. */
export async function install(options: InstallationOptions = {}): Promise<Installation> {
  const stack = new AsyncDisposableStack();
  try {
    const folder = await mkdtemp(join(tmpdir(), "kalends-test-"));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const size = { agency: 0, company: 0, family: 0, ...options.size };
    const clock = createTestClock();
    const household = stack.use(await startHousehold(folder, size, () => clock.now()));
    const between = stack.adopt(await options.between?.(household, folder), async (standing) =>
      standing?.[Symbol.asyncDispose](),
    );
    let configuration = options.configuration ?? {};
    const textOf = (chosen: ConfigurationOptions): string => {
      const text = household.configuration(chosen);
      return between === undefined ? text : between.inFront(text);
    };
    const path = join(folder, "sources.yaml");
    const data = join(folder, "data");
    const keyFile = join(data, "installation.key");
    const backup = join(folder, "backup");
    const { limits } = options;
    const open = () => openParts({ household, clock, path, data, keyFile, database, limits });
    let database = await options.makeDatabase?.();
    if (database === undefined) await fillDataFolder(data);
    await mkdir(data, { recursive: true });
    await writeFile(path, textOf(configuration));
    let running = await open();
    stack.defer(() => running[Symbol.asyncDispose]());
    const signal = new AbortController().signal;
    return {
      folder,
      household,
      clock,
      get application() {
        return running;
      },
      sync: () => sync(running.connections.context, null, signal),
      run: (command, args = [], given = {}) => answerOf(running, command, args, given),
      async configure(next, edit = (text) => text) {
        configuration = next;
        await writeFile(path, edit(textOf(configuration)));
        const loaded = await loadConfig(path, household.environment);
        if (loaded.kind === "invalid") throw new Error(JSON.stringify(loaded.problems));
        await running.reconfigure(loaded.config);
      },
      async restart(lost = "nothing") {
        await running[Symbol.asyncDispose]();
        if (lost !== "nothing") {
          await rm(join(data, "pglite"), { recursive: true, force: true });
          database = await options.makeDatabase?.();
          if (database === undefined) await fillDataFolder(data);
        }
        if (lost === "database and key") await rm(keyFile);
        running = await open();
      },
      async backUp() {
        await running[Symbol.asyncDispose]();
        await rm(backup, { recursive: true, force: true });
        await cp(join(data, "pglite"), backup, { recursive: true });
        running = await open();
      },
      async restoreBackup() {
        await running[Symbol.asyncDispose]();
        await rm(join(data, "pglite"), { recursive: true, force: true });
        await cp(backup, join(data, "pglite"), { recursive: true });
        running = await open();
      },
      standing: (target) =>
        household.baikal.control.calendars(owner).some(({ uri }) => uri === calendarOf(target))
          ? household.baikal.control.objects(owner, calendarOf(target))
          : {},
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

type Parts = {
  readonly household: Household;
  readonly clock: TestClock;
  readonly path: string;
  readonly data: string;
  readonly keyFile: string;
  readonly database: string | undefined;
  readonly limits: ConnectParts["limits"] | undefined;
};

async function openParts(parts: Parts): Promise<Application> {
  const { household, clock, path, data, keyFile, database, limits = {} } = parts;
  const stack = new AsyncDisposableStack();
  try {
    const read = readEnvironment({ ...household.environment, KALENDS_CONFIG: path, KALENDS_DATA: data });
    const loaded = await loadConfig(path, household.environment);
    if (loaded.kind === "invalid" || read.kind === "invalid") throw new Error(JSON.stringify([loaded, read]));
    const store = stack.use(
      await openStore({ databaseUrl: database ?? null, dataFolder: data, command: "test" }),
    );
    const key = Buffer.from(await installationKey(store.db, keyFile));
    const log = pino({ level: "silent" });
    const holder = randomUUID();
    const attach = (config: typeof loaded.config) => {
      const connectionParts = { db: store.db, log, installationKey: key, holder, progress: () => undefined };
      return stack.use(connect(config, { ...connectionParts, clock, limits }));
    };
    let { config } = loaded;
    let connections = attach(config);
    return {
      environment: read.environment,
      log,
      store,
      configFiles: loaded.files,
      get config() {
        return config;
      },
      get connections() {
        return connections;
      },
      async reconfigure(next) {
        for (const { was, id } of next.sources) if (was !== null) await renameSource(store.db, was, id);
        config = next;
        connections = attach(next);
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function answerOf(
  application: Application,
  command: string,
  args: readonly string[],
  options: Options,
): Promise<Answer> {
  const lines: string[] = [];
  let result: unknown;
  const output = {
    json: false,
    print: (line: string) => void lines.push(line),
    result: (value: unknown) => {
      result = value;
    },
    progress: () => undefined,
  };
  const request = { command, args, options, json: false };
  const code = await runCommand(application, request, output, new AbortController().signal, false);
  return { code, text: lines.join("\n"), result };
}
