import { z } from "zod";
import type { FaultRule } from "../../../simulator/fault-proxy/fault.ts";
import { readRequests } from "./read-requests.ts";
import { forgetTraffic, mailOf, trafficOf } from "../../integration/traffic.ts";
import { differences, shownIn } from "../../integration/truth.ts";
import { type Amount, amounts, type Cell } from "./cells.ts";
import { explained } from "./explained.ts";
import { calendars, happen, type World } from "./world.ts";

/** What one cell did. All lists are empty where all is well. */
export type CellReport = {
  readonly fault: string;
  readonly place: string;
  readonly amount: Amount;
  /** Of this kind, in the run with the fault. */
  readonly requests: number;
  /** How often something really went wrong. */
  readonly injected: number;
  /** Right again within the runs that it is given, and quiet after that. */
  readonly recovered: boolean;
  readonly runs: number;
  /** Occurrences that are missing for good. */
  readonly lost: readonly string[];
  /** Occurrences that stood twice while the fault lasted, and those that stand twice or should not stand for good. */
  readonly doubled: readonly string[];
  /** Occurrences that went while the fault lasted, though no source had removed them. */
  readonly unasked: readonly string[];
  /** Anything else: a mail, a message that says too little. */
  readonly problems: readonly string[];
};

const runsMax = 4;
/** Longer than any back-off (30 minutes) and than a refused object is left alone (an hour). */
const patienceMs = 62 * 60_000;
const dayMs = 86_400_000;
const targetIds = ["agency", "all"] as const;

/** What cells that run together have in common: at most one for each domain. */
export type CellGroup = readonly Cell[];

/** Lets faults happen in a world at rest with changes pending, at servers that do not depend on each other, and sees them heal. */
export async function runCells(world: World, cells: CellGroup): Promise<CellReport[]> {
  const { kalends, proxy } = world;
  happen(world);
  kalends.clock.advance(patienceMs);
  for (const { place } of cells) await place.prepare?.(world);
  const before = counted(world);
  const armed = cells.map((cell) => ({ ...cell, trap: proxy.arm(ruleOf(cell)) }));
  const answer = await kalends.run("sync");
  const status = await kalends.run("status");
  const met = armed.map(({ fault, place, amount, trap }) => ({
    fault: fault.name,
    place: place.name,
    amount,
    requests: Math.max(trap.seen, trap.hits),
    injected: trap.hits,
    problems: explained(answer, place, fault, trap.hits, status),
  }));
  const tooLong = await longWaits(world);
  const missing = differences(kalends, calendars).filter(isMissing);
  const unasked = missing.filter((line) => before.has(occurrenceIn(line)));
  const twice = [...counted(world)].flatMap(([line, count]) =>
    count > Math.max(1, before.get(line) ?? 0) ? [line] : [],
  );
  await proxy.disarm();
  for (const { place } of cells) place.tidy?.(world);
  const { said, ...healed } = await heal(
    world,
    cells.some(({ fault }) => fault.silent === true),
  );
  const mails = mailOf(kalends.household).map((mail) => `mail: ${JSON.stringify(mail)}`);
  return met.map((report) => ({
    ...report,
    ...healed,
    doubled: [...twice, ...healed.doubled],
    unasked,
    problems: [...report.problems, ...tooLong, ...said, ...mails],
  }));
}

/** A server may ask for patience, but not for years of it. */
async function longWaits({ kalends }: World): Promise<string[]> {
  const { db } = kalends.application.connections.context;
  const accounts = await db.selectFrom("account").select(["source_id as id", "retry_at"]).execute();
  const targets = await db.selectFrom("target").select(["id", "retry_at"]).execute();
  const latest = kalends.clock.now() + dayMs;
  return [...accounts, ...targets].flatMap(({ id, retry_at }) =>
    retry_at !== null && retry_at.getTime() > latest ? [`${id} waits until ${retry_at.toISOString()}`] : [],
  );
}

function ruleOf({ fault, place, amount }: Cell): FaultRule {
  const times = amounts[amount];
  return { ...place.rule, ...(times === null ? {} : { times }), fault: fault.fault };
}

function isMissing(line: string): boolean {
  return line.includes(": missing ");
}

type Healed = Pick<CellReport, "recovered" | "runs" | "lost" | "doubled"> & {
  /** What is said at the end where it did not recover. */
  readonly said: readonly string[];
};

async function heal(world: World, needsFullReading: boolean): Promise<Healed> {
  const { kalends } = world;
  for (let runs = 1; runs <= runsMax; runs += 1) {
    kalends.clock.advance(patienceMs);
    if (needsFullReading && runs === 2) readAllAgain(world);
    const { code } = await kalends.run("sync");
    const wrong = differences(kalends, calendars);
    if (code === 0 && wrong.length === 0 && (await isQuiet(world))) {
      await calmDown(world);
      return { recovered: true, runs, lost: [], doubled: [], said: [] };
    }
  }
  const wrong = differences(kalends, calendars);
  const sync = await kalends.run("sync");
  const status = await kalends.run("status");
  return {
    said: [`still ${sync.code}: ${sync.text}\n${status.code}: ${status.text}`],
    recovered: false,
    runs: runsMax,
    lost: wrong.filter(isMissing),
    doubled: wrong.filter((line) => !isMissing(line)),
  };
}

/** Another run writes nothing, and says that all is well. */
async function isQuiet({ kalends }: World): Promise<boolean> {
  forgetTraffic(kalends.household);
  const { code } = await kalends.run("sync");
  const { writes } = trafficOf(kalends.household);
  const { ready } = statusAnswer.parse((await kalends.run("status")).result);
  return code === 0 && writes === 0 && ready;
}

/** An audit that is due counts in the exit code, but not here. */
const statusAnswer = z.object({ ready: z.boolean() });

/** What Kalends reads by listing for a day because something was refused is read by changes again. */
async function calmDown({ kalends }: World): Promise<void> {
  const { plainViews, syncs } = readRequests(kalends.household);
  if (plainViews === 0 && syncs > 0) return;
  kalends.clock.advance(25 * 3_600_000);
  await kalends.run("sync");
}

/** The links and tokens that the servers gave out are no longer good: everything is read from the start. */
function readAllAgain({ kalends }: World): void {
  const { graph, icloud, mailboxes } = kalends.household;
  // What could not be understood is left alone for an hour.
  kalends.clock.advance(61 * 60_000);
  for (const mailbox of Object.values(mailboxes)) graph.forgetSyncStates({ mailbox });
  icloud.control.setSwitches({ expiredToken: "403" });
  for (const calendar of calendars.family) icloud.control.expireTokens("sean@icloud.com", calendar);
}

/** How often each occurrence stands in the targets. */
function counted({ kalends }: World): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of targetIds.flatMap((id) => shownIn(kalends, id).map((shown) => `${id}: ${shown}`)))
    counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

/** `agency: missing 1: 2026-…` names what `counted` calls `agency: 2026-…`. */
function occurrenceIn(line: string): string {
  return line.replace(/^([^:]+): \w[\w ]* \d+: /, "$1: ");
}
