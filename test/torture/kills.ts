import { createRandom } from "../../simulator/graph/random.ts";
import { runKalends } from "../integration/kalends-process.ts";
import { forgetTraffic, mailOf, trafficOf } from "../integration/traffic.ts";
import { type KillMoment, type KillPlace, openKillPlace, startAndKill } from "./kill-place.ts";
import { createChanges } from "./source-changes.ts";

export type KillPhase = "first import" | "incremental" | "resync" | "daemon" | "purge";

export type KillOptions = {
  /** SIGKILLs that hit, over all chains and phases. */
  readonly kills: number;
  readonly seed: number;
  /** Makes an empty PostgreSQL database: every second chain runs on one. Without it all are embedded. */
  readonly makeDatabase?: () => Promise<string>;
  readonly phases?: readonly KillPhase[];
  /** Kills of one phase of one chain. */
  readonly killsInPhase?: number;
  /** Chains at the same time. */
  readonly atOnce?: number;
  readonly onProgress?: (line: string) => void;
};

export type KillReport = {
  readonly kills: number;
  readonly byPhase: Readonly<Record<KillPhase, number>>;
  readonly byDatabase: Readonly<Record<"embedded" | "postgres", number>>;
  /** Occurrences that a target lacked when a phase was over, or showed twice or wrongly. */
  readonly lost: number;
  readonly doubled: number;
  /** Objects that were removed though their event was there, or written more often than their event changed. */
  readonly churned: number;
  readonly mails: number;
  /** Writes of a run after the last one: there was nothing to do. */
  readonly idleWrites: number;
  /** A line for everything that was not as it should be. */
  readonly failures: readonly string[];
};

const allPhases: readonly KillPhase[] = ["first import", "incremental", "resync", "daemon", "purge"];
const size = { agency: 25, company: 20, family: 25 };
/** A daemon with nothing left to do is killed then. */
const longestMs = { command: 60_000, daemon: 5_000 };

type Tally = {
  kills: number;
  readonly byPhase: Record<KillPhase, number>;
  readonly byDatabase: Record<"embedded" | "postgres", number>;
  lost: number;
  doubled: number;
  churned: number;
  mails: number;
  idleWrites: number;
  readonly failures: string[];
};

/** Kills the real process with SIGKILL, over and over, in everything that it does, and compares with the truth. */
export async function runKills(options: KillOptions): Promise<KillReport> {
  const { kills, seed, phases = allPhases, killsInPhase = 10, atOnce = 2, makeDatabase } = options;
  const tally: Tally = {
    kills: 0,
    byPhase: { "first import": 0, incremental: 0, resync: 0, daemon: 0, purge: 0 },
    byDatabase: { embedded: 0, postgres: 0 },
    lost: 0,
    doubled: 0,
    churned: 0,
    mails: 0,
    idleWrites: 0,
    failures: [],
  };
  let chain = 0;
  // Those of chains under way included: they end at different times.
  let promised = 0;
  const worker = async (): Promise<void> => {
    while (promised < kills) {
      const share = Math.min(killsInPhase * phases.length, kills - promised);
      promised += share;
      chain += 1;
      const number = chain;
      const databaseUrl = (number % 2 === 0 ? await makeDatabase?.() : null) ?? null;
      const chosen = { ...options, share, phases, killsInPhase, databaseUrl };
      const hit = await runChain(chosen, seed * 1000 + number, number, tally);
      promised -= share - hit;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return tally;
}

type Chain = {
  readonly place: KillPlace;
  readonly random: ReturnType<typeof createRandom>;
  readonly changes: ReturnType<typeof createChanges>;
};

/** Returns the number of kills that hit. */
async function runChain(
  options: KillOptions & {
    readonly phases: readonly KillPhase[];
    readonly killsInPhase: number;
    /** Kills of this chain. */
    readonly share: number;
    readonly databaseUrl: string | null;
  },
  seed: number,
  number: number,
  tally: Tally,
): Promise<number> {
  const random = createRandom(seed);
  const database = options.databaseUrl === null ? "embedded" : "postgres";
  await using place = await openKillPlace(size, options.databaseUrl);
  const chain: Chain = { place, random, changes: createChanges(place.household, random) };
  let total = 0;
  for (const phase of options.phases) {
    forgetTraffic(place.household);
    const wanted = Math.min(options.killsInPhase, options.share - total);
    if (wanted <= 0) break;
    let hit = 0;
    // Some are over before they are hit; an import that is through has nothing left to interrupt.
    for (let turn = 0; hit < wanted && turn < wanted * 2; turn += 1) {
      if (await strike(chain, phase)) hit += 1;
      await place.passLeases();
    }
    total += hit;
    tally.kills += hit;
    tally.byPhase[phase] += hit;
    tally.byDatabase[database] += hit;
    const where = `chain ${number} (seed ${seed}, ${database}), ${phase}`;
    await finish(chain, phase, where, tally);
    if (phase === options.phases.at(-1)) await expectIdle(chain, where, tally);
    options.onProgress?.(`${where}: ${hit} kills; ${tally.kills} of ${options.kills} in all`);
  }
  return total;
}

async function strike(chain: Chain, phase: KillPhase): Promise<boolean> {
  const { place, random, changes } = chain;
  if (phase === "incremental" || phase === "daemon") changes.make(random.integer(1, 4));
  if (phase === "resync") {
    changes.forgetCheckpoints();
    if (random.chance(0.5)) changes.make(1);
  }
  if (phase === "purge") await place.configure({ off: ["family"] });
  const args = argumentsOf(phase);
  const when: KillMoment = random.chance(0.7)
    ? {
        at: "request",
        nth: random.integer(1, nthMax[phase]),
        moment: random.chance(0.5) ? "answered" : "arrived",
      }
    : { at: "time", ms: random.integer(0, timeMaxMs[phase]) };
  return startAndKill(place, args, when, phase === "daemon" ? longestMs.daemon : longestMs.command);
}

/** Coming back costs a dozen requests; a little more than that, and the work goes on between the kills. */
const nthMax: Readonly<Record<KillPhase, number>> = {
  "first import": 45,
  incremental: 25,
  resync: 25,
  daemon: 30,
  purge: 12,
};
const timeMaxMs: Readonly<Record<KillPhase, number>> = {
  "first import": 3000,
  incremental: 2500,
  resync: 2500,
  daemon: 4000,
  purge: 1800,
};

function argumentsOf(phase: KillPhase): readonly string[] {
  if (phase === "daemon") return ["run"];
  return phase === "purge" ? ["purge", "--source", "family", "--yes"] : ["sync"];
}

/** Left alone, it ends where it should: as the sources have it, with nothing left to do. */
async function finish({ place }: Chain, phase: KillPhase, where: string, tally: Tally): Promise<void> {
  const fail = (line: string): void => void tally.failures.push(`${where}: ${line}`);
  if (phase === "purge") {
    await place.configure({ off: ["family"] });
    const { code, stdout, stderr } = await runKalends(place.process, argumentsOf("purge"));
    // A killed one may have come so far that only the sync is left.
    const isThrough = code === 2 && stderr.includes("Nothing is on record of a source");
    if (code !== 0 && !isThrough) fail(`purge ended with ${code}: ${stdout} ${stderr}`);
  }
  const { code, stdout, stderr } = await runKalends(place.process, ["sync"]);
  if (code !== 0) fail(`sync ended with ${code}: ${stdout} ${stderr}`);
  for (const line of place.differences()) {
    if (line.includes(": missing ")) tally.lost += 1;
    else tally.doubled += 1;
    fail(line);
  }
  for (const line of churnIn(place, phase)) {
    tally.churned += 1;
    fail(line);
  }
  const mail = mailOf(place.household);
  tally.mails += mail.length;
  if (mail.length > 0) fail(`mailed: ${JSON.stringify(mail)}`);
}

/** With nothing left to do, a run writes nothing. */
async function expectIdle({ place }: Chain, where: string, tally: Tally): Promise<void> {
  forgetTraffic(place.household);
  const again = await runKalends(place.process, ["sync"]);
  const { writes } = trafficOf(place.household);
  tally.idleWrites += writes;
  if (again.code !== 0 || writes > 0)
    tally.failures.push(`${where}: another run ended with ${again.code} and ${writes} writes`);
}

/** What stands there and was removed meanwhile; and what was written twice though nothing could have changed. */
function churnIn(place: KillPlace, phase: KillPhase): string[] {
  const standing = place.names().map((name) => name.slice(name.indexOf("/") + 1));
  const { writes } = place.household.baikal.control.counters();
  return Object.entries(writes).flatMap(([path, { puts, deletes }]) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const stands = standing.includes(name);
    if (stands && deletes > 0) return [`${path} was removed ${deletes} times, and stands there again`];
    return phase === "first import" && puts > 1 ? [`${path} was written ${puts} times`] : [];
  });
}
