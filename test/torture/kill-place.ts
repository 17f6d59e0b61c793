import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import {
  type ConfigurationOptions,
  type Household,
  type HouseholdSize,
  owner,
  startHousehold,
} from "../../simulator/household.ts";
import type { Config } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load.ts";
import { fillDataFolder } from "../integration/empty-data-folder.ts";
import { calendarOf } from "../integration/installation.ts";
import { type KalendsProcess, type ProcessOptions, startKalends } from "../integration/kalends-process.ts";
import { type Moment, watchRequests } from "../integration/request-watch.ts";
import { differences } from "../integration/truth.ts";

/** Simulators in this process, and a place for the real program beside them. */
export interface KillPlace extends AsyncDisposable {
  readonly household: Household;
  readonly process: ProcessOptions;
  configure(options: ConfigurationOptions): Promise<void>;
  /** Lets the minute pass in which the leases of a killed process still count. */
  passLeases(): Promise<void>;
  /** What stands in the targets against what the sources hold: a line for each occurrence that differs. */
  differences(): string[];
  /** Names of all objects in the targets. */
  names(): string[];
}

const dayMs = 86_400_000;
const targets = ["all", "agency"];

/** Mailboxes have a second calendar, for events to move to. */
const calendars = { agency: ["Calendar", "Projects"], company: ["Calendar", "Projects"] };

/** On an empty embedded database, or on the PostgreSQL database of this URL. */
export async function openKillPlace(size: HouseholdSize, databaseUrl: string | null): Promise<KillPlace> {
  const stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "kalends-kills-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const household = stack.use(await startHousehold(folder, size));
  const path = join(folder, "sources.yaml");
  const data = join(folder, "data");
  const environment = {
    ...household.environment,
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
  };
  const place = { configuration: path, data, environment };
  for (const mailbox of Object.values(household.mailboxes))
    household.graph.addCalendar({ mailbox, name: "Projects" });
  let config: Config;
  const configure = async (options: ConfigurationOptions): Promise<void> => {
    await writeFile(path, household.configuration(options));
    const loaded = await loadConfig(path, household.environment);
    if (loaded.kind === "invalid") throw new Error(JSON.stringify(loaded.problems));
    config = loaded.config;
  };
  await configure({});
  if (databaseUrl === null) await fillDataFolder(data);
  const standing = (target: string): ReturnType<Household["baikal"]["control"]["objects"]> =>
    household.baikal.control.calendars(owner).some(({ uri }) => uri === calendarOf(target))
      ? household.baikal.control.objects(owner, calendarOf(target))
      : {};
  return {
    household,
    process: place,
    configure,
    async passLeases() {
      if (databaseUrl === null) return;
      const client = new Client({ connectionString: databaseUrl });
      await client.connect();
      await client.query("update lease set expires_at = to_timestamp(0)").catch(() => undefined);
      await client.end();
    },
    differences() {
      const today = Math.floor(Date.now() / dayMs) * dayMs;
      const { pastDays, futureDays } = config.window;
      const window = () => ({
        from: new Date(today - pastDays * dayMs).toISOString(),
        until: new Date(today + (futureDays + 1) * dayMs).toISOString(),
      });
      const application = { config, connections: { context: { window } } };
      return differences({ household, standing, application }, calendars);
    },
    names: () =>
      targets.flatMap((target) => Object.keys(standing(target)).map((name) => `${target}/${name}`)),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** When a process is killed: at its n-th request, as that arrives or when it is answered, or after a time. */
export type KillMoment =
  | { readonly at: "request"; readonly nth: number; readonly moment: Moment }
  | { readonly at: "time"; readonly ms: number };

/** Starts it and kills it with SIGKILL. False when it had ended by itself before. */
export async function startAndKill(
  place: KillPlace,
  args: readonly string[],
  when: KillMoment,
  longestMs: number,
): Promise<boolean> {
  const started: KalendsProcess = startKalends(place.process, args);
  const kill = (): void => void started.child.kill("SIGKILL");
  let seen = 0;
  const watch =
    when.at === "time"
      ? null
      : watchRequests(place.household, when.moment, () => {
          seen += 1;
          if (seen === when.nth) kill();
        });
  // A daemon that has nothing more to ask ends only so.
  const timer = setTimeout(kill, when.at === "time" ? when.ms : longestMs);
  const { signal } = await started.ended;
  clearTimeout(timer);
  watch?.[Symbol.dispose]();
  return signal === "SIGKILL";
}
