import { fingerprint } from "../../../src/calendar/fingerprint.ts";
import type { StoredObject } from "../../../src/sink/sink.ts";
import { clearDatabase } from "../store/test-database.ts";
import type { Dump, WatchedDatabase } from "./failpoints-database.ts";
import { type Scenario, specs } from "./failpoint-scenarios.ts";
import { Killed, type Point } from "./faults.ts";
import { World } from "./world.ts";

/** What stopping one scenario at its points came to. Zero of everything but `points` and `tried` is right. */
export type FailpointReport = {
  readonly scenario: string;
  /** Points that the undisturbed scenario passes. */
  readonly points: number;
  readonly tried: number;
  /** Objects that should stand there and do not, over all tries. */
  lost: number;
  /** Objects that stand there and should not. */
  doubled: number;
  /** Writes that the undisturbed run did not need. */
  churned: number;
  /** Everything that was otherwise than without the stop: a line each, with its point. */
  readonly differences: string[];
};

/** Which points are tried: all, or a selection of them, by their place in the run. */
export type Selection = (points: readonly Point[]) => readonly number[];

/** Stops a scenario at each selected point, starts anew, and compares with what comes about undisturbed. */
export async function stopEverywhere(
  database: WatchedDatabase,
  scenario: Scenario,
  select: Selection,
): Promise<FailpointReport> {
  const begin = await prepare(database, scenario);
  const points: Point[] = [];
  const wanted = await outcomeOf(database, begin, (point) => {
    points.push(point);
    return false;
  });
  const chosen = select(points);
  const differences: string[] = [];
  const report = {
    scenario: scenario.name,
    points: points.length,
    tried: chosen.length,
    lost: 0,
    doubled: 0,
    churned: 0,
    differences,
  };
  for (const index of chosen) {
    let passed = 0;
    const found = await outcomeOf(database, begin, () => {
      passed += 1;
      return passed === index + 1;
    });
    const { kind, what } = points[index] ?? { kind: "query", what: "" };
    for (const { type, line } of compare(wanted, found)) {
      if (type !== "record") report[type] += 1;
      differences.push(`${scenario.name}, ${kind} ${what} (point ${index}): ${line}`);
    }
  }
  return report;
}

type Beginning = {
  readonly scenario: Scenario;
  readonly dump: Dump;
  readonly objects: readonly StoredObject[];
  /** Names of the objects that changed until then, in order. */
  readonly changed: readonly string[];
};

async function prepare(database: WatchedDatabase, scenario: Scenario): Promise<Beginning> {
  await clearDatabase(database.db);
  const world = new World(database.db, specs);
  for (const step of scenario.before) {
    step(world);
    await rest(world);
  }
  return {
    scenario,
    dump: await database.dump(),
    objects: [...world.sink.objects.values()],
    changed: world.sink.changed,
  };
}

/** The command, stopped where `stopsAt` says so, given again, and whatever else it takes until nothing moves. */
async function outcomeOf(
  database: WatchedDatabase,
  { scenario, dump, objects, changed }: Beginning,
  stopsAt: (point: Point) => boolean,
): Promise<Outcome> {
  await database.restore(dump);
  const world = new World(database.db, specs);
  for (const step of scenario.before) step(world);
  world.sink.restore(objects, changed);
  scenario.change(world);
  await world.start({}, undefined, stopsAt);
  database.watch((point) => world.faults.reach(point));
  const isStopped = await scenario.command(world).then(
    () => false,
    (error: unknown) => {
      if (error instanceof Killed) return true;
      throw error;
    },
  );
  database.watch(null);
  if (isStopped) {
    await world.start();
    await scenario.command(world);
  }
  await rest(world);
  return readOutcome(world);
}

/** Runs until nothing happens any more; what waits for a person may wait. */
async function rest(world: World): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    await world.start();
    const writes = world.sink.writes.length;
    const { pulls, result } = await world.run();
    const moved = pulls.some((pull) => pull.staged + pull.tombstones + pull.owed > 0);
    const isQuiet = result.outcome === "idle" || result.outcome === "held";
    if (!moved && isQuiet && world.sink.writes.length === writes) return;
  }
  throw new Error("it does not come to rest");
}

type Outcome = {
  readonly objects: ReadonlyMap<string, string>;
  readonly uids: readonly string[];
  readonly writes: readonly string[];
  /** What is stored, a line each. */
  readonly records: readonly string[];
};

async function readOutcome(world: World): Promise<Outcome> {
  const { db, sink } = world;
  const stored = [...sink.objects.values()];
  const mappings = await db
    .selectFrom("mapping")
    .innerJoin("slot", (join) =>
      join.onRef("slot.slot", "=", "mapping.slot").onRef("slot.target_id", "=", "mapping.target_id"),
    )
    .select(["slot.name", "slot.uid", "meeting_key", "source_id", "account_id", "identity", "summary"])
    .select(["starts_at", "desired_fingerprint", "sink_fingerprint", "sink_etag"])
    .execute();
  const candidates = await db
    .selectFrom("candidate")
    .innerJoin("staged", "staged.id", "candidate.staged_id")
    .select(["staged.native_id", "body_hash", "dirty", "state", "meeting_key", "identity", "fingerprint"])
    .execute();
  const holds = await db.selectFrom("hold").select(["source_id", "actions"]).execute();
  const unfinished = await Promise.all(
    (["write_intent", "dirty_key", "owed"] as const).map((table) =>
      db.selectFrom(table).selectAll().execute(),
    ),
  );
  return {
    objects: new Map(stored.map(({ name, ics }) => [name, fingerprint(ics)])),
    uids: stored.map(({ ics }) => /^UID:.*$/m.exec(ics)?.[0] ?? ""),
    writes: sink.writes.map(({ kind, name }) => `${kind} ${name}`),
    records: [
      ...mappings.map(({ sink_etag, desired_fingerprint, ...row }) => {
        const isTrue = sink.objects.get(row.name)?.etag === sink_etag;
        // What an undo put back and found again after a stop is kept as it stands; nothing else is wanted of it.
        const desired = desired_fingerprint ?? row.sink_fingerprint;
        return `mapping ${JSON.stringify({ ...row, desired, etag: isTrue ? "as it stands" : sink_etag })}`;
      }),
      ...candidates.map((row) => `candidate ${JSON.stringify(row)}`),
      ...holds.map((row) => `hold ${JSON.stringify(row)}`),
      ...unfinished.flat().map((row) => `unfinished ${JSON.stringify(row)}`),
    ],
  };
}

type Difference = { readonly type: "lost" | "doubled" | "churned" | "record"; readonly line: string };

function compare(wanted: Outcome, found: Outcome): Difference[] {
  const differences: Difference[] = [];
  for (const [name, content] of wanted.objects) {
    if (!found.objects.has(name)) differences.push({ type: "lost", line: `${name} is missing` });
    else if (found.objects.get(name) !== content)
      differences.push({ type: "lost", line: `${name} has other content` });
  }
  for (const name of found.objects.keys())
    if (!wanted.objects.has(name)) differences.push({ type: "doubled", line: `${name} should not be there` });
  if (new Set(found.uids).size < found.uids.length)
    differences.push({ type: "doubled", line: "two objects have one UID" });
  const writes = imbalance(wanted.writes, found.writes);
  for (const { line, count } of writes)
    differences.push({
      type: count > 0 ? "churned" : "record",
      line: `${line}: ${count} times more than needed`,
    });
  for (const { line, count } of imbalance(wanted.records, found.records))
    differences.push({ type: "record", line: `${count > 0 ? "too much" : "missing"}: ${line}` });
  return differences;
}

function imbalance(
  wanted: readonly string[],
  found: readonly string[],
): Array<{ line: string; count: number }> {
  const counts = new Map<string, number>();
  for (const line of found) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of wanted) counts.set(line, (counts.get(line) ?? 0) - 1);
  return [...counts].flatMap(([line, count]) => (count === 0 ? [] : [{ line, count }]));
}
