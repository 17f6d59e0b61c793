import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshDatabase } from "../../fresh-database.ts";
import type { StoredObject } from "../../../src/sink/sink.ts";
import { openWatchedDatabase, type Dump, type WatchedDatabase } from "./failpoints-database.ts";
import { Killed, type Point } from "./faults.ts";
import { contents, home, lastRun, refusals, round, undo } from "./undoing.ts";
import { World } from "./world.ts";

let database: WatchedDatabase;
beforeAll(async () => {
  database = await openWatchedDatabase(await freshDatabase());
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());

/** Of the points between the writes so many are tried; those around each write and the last commits all. */
const oneIn = 16;

describe("an undo whose process is stopped", { timeout: 120_000 }, () => {
  it("at any point has put back what it put back for good, left the rest, and can be given again", async () => {
    const begin = await beginning();
    const points: Point[] = [];
    const world = await stoppedUndo(begin, (point) => {
      points.push(point);
      return false;
    });
    expect(contents(world)).toEqual(begin.before);
    expect(points.filter(({ kind }) => kind === "sink answered")).toHaveLength(3);
    const tries = points.flatMap(({ kind }, index) => {
      if (kind === "sink answered" || kind === "committed")
        return [true, false].map((isRoundFirst) => ({ index, isRoundFirst }));
      return index % oneIn === 7 ? [{ index, isRoundFirst: index % 2 === 0 }] : [];
    });
    expect(tries.length).toBeGreaterThan(10);
    for (const { index, isRoundFirst } of tries) {
      const point = `${points[index]?.kind} ${points[index]?.what} (${index} of ${points.length})`;
      let passed = 0;
      const stopped = await stoppedUndo(begin, () => {
        passed += 1;
        return passed === index + 1;
      });
      const left = contents(stopped);
      for (const [name, content] of Object.entries(left))
        expect([begin.before[name], begin.after[name]], point).toContain(content);
      // Given again at once, or after a round of the daemon.
      if (isRoundFirst) {
        expect(await round(stopped), point).not.toBe("failed");
        expect(contents(stopped), point).toEqual(left);
        expect(await database.db.selectFrom("write_intent").selectAll().execute(), point).toEqual([]);
      }
      await stopped.start();
      const undone = await undo(stopped, begin.run);
      expect(refusals(undone), point).toEqual([]);
      expect(contents(stopped), point).toEqual(begin.before);
      await round(stopped);
      expect(contents(stopped), point).toEqual(begin.before);
      // Every one of them is kept: its source says something else.
      expect(await database.db.selectFrom("pin").select("meeting_key").execute(), point).toHaveLength(3);
    }
  });
});

type Beginning = {
  readonly dump: Dump;
  readonly objects: readonly StoredObject[];
  readonly run: string;
  readonly before: Record<string, string>;
  readonly after: Record<string, string>;
};

const change = (world: World): void => {
  const account = world.account("home");
  account.put("private", "a", "changed");
  account.remove("private", "b");
  account.put("private", "d", "new");
};

const first = (world: World): void => {
  for (const uid of ["a", "b", "c"]) world.account("home").put("private", uid, uid);
};

/** A run that changed, removed and made an event. */
async function beginning(): Promise<Beginning> {
  const world = new World(database.db, [home]);
  first(world);
  await world.settle();
  const before = contents(world);
  change(world);
  await world.settle();
  const objects = [...world.sink.objects.values()];
  const { run } = await lastRun(world);
  return { dump: await database.dump(), objects, run, before, after: contents(world) };
}

/** The world after an undo that may have been stopped. */
async function stoppedUndo(
  { dump, objects, run }: Beginning,
  stopsAt: (point: Point) => boolean,
): Promise<World> {
  await database.restore(dump);
  const world = new World(database.db, [home]);
  first(world);
  change(world);
  world.sink.restore(objects);
  await world.start({}, undefined, stopsAt);
  database.watch((point) => world.faults.reach(point));
  await undo(world, run).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error;
  });
  database.watch(null);
  return world;
}
