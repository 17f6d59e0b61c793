import { pino } from "pino";
import { connect } from "../src/cli/connect.ts";
import type { Config } from "../src/config/config.ts";
import { loadConfig } from "../src/config/load.ts";
import type { Context } from "../src/reconcile/context.ts";
import { openStore } from "../src/store/store.ts";
import type { HouseholdProcess } from "./household-process.ts";

/** Kalends in this process, on an embedded database of its own: the parts that the daemon is made of. */
export interface KalendsInProcess extends AsyncDisposable {
  readonly config: Config;
  readonly context: Context;
}

/** @throws Error where the household's configuration is not usable. */
export async function startKalends(household: HouseholdProcess): Promise<KalendsInProcess> {
  const loaded = await loadConfig(household.configuration, household.environment);
  if (loaded.kind === "invalid")
    throw new Error(loaded.problems.map((problem) => problem.message).join("\n"));
  const stack = new AsyncDisposableStack();
  const store = stack.use(
    await openStore({ databaseUrl: null, dataFolder: `${household.folder}/data`, command: "bench" }),
  );
  const connections = stack.use(
    connect(loaded.config, {
      db: store.db,
      log: pino({ level: "silent" }),
      installationKey: Buffer.from("a key for the benchmark only, of 32 bytes"),
      holder: "bench",
      progress: () => undefined,
    }),
  );
  return {
    config: loaded.config,
    context: connections.context,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
