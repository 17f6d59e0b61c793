import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RemoteError } from "../../../src/http/remote-error.ts";
import { backOff } from "../../../src/reconcile/back-off.ts";
import { LeaseLostError } from "../../../src/reconcile/with-lease.ts";
import { isBackingOff } from "../../../src/store/work.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { summaryOf } from "./fake-target.ts";
import { World } from "./world.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const hour = 3_600_000;
const year = 365 * 24 * hour;

async function settled(...uids: string[]): Promise<World> {
  const world = new World(database.db, [{ id: "home", style: "href", calendars: ["private"], priority: 1 }]);
  for (const uid of uids) world.account("home").put("private", uid, uid);
  await world.settle();
  world.sink.writes.length = 0;
  return world;
}

const titles = (world: World): string[] =>
  [...world.sink.objects.values()].map(({ ics }) => summaryOf(ics)).toSorted();

describe("a run that was stopped for longer than its lease lasts", () => {
  /** What happened to the machine meanwhile: how the two readings of time moved. */
  const moves: ReadonlyArray<readonly [string, (world: World) => void]> = [
    ["and whose clock stood still with it", (world) => world.setClock(2 * 60_000)],
    [
      "and whose clock was set back by as much",
      (world) => {
        world.advance(2 * 60_000);
        world.setClock(-2 * 60_000);
      },
    ],
    [
      "and whose clock was set back by a year",
      (world) => {
        world.advance(2 * 60_000);
        world.setClock(-year);
      },
    ],
    [
      "and whose clock was set back without any time passing that it could see",
      (world) => world.setClock(-hour),
    ],
  ];

  it.each(moves)("%s, notices before its next write", async (_, move) => {
    const world = await settled("a");
    for (const uid of ["b", "c", "d"]) world.account("home").put("private", uid, uid);
    world.sink.beforeWrite = async () => {
      if (world.sink.writes.length !== 1) return;
      // Ran out, and was taken by another process.
      await sql`update lease set holder = 'another', epoch = epoch + 1 where key = 'target:all'`.execute(
        database.db,
      );
      move(world);
    };
    await world.start();
    await world.pull("home");
    await expect(world.reconcile()).rejects.toThrow(LeaseLostError);
    expect(world.sink.writes).toHaveLength(2);
    world.sink.beforeWrite = () => undefined;
    await world.settle();
    expect(titles(world)).toEqual(["a", "b", "c", "d"]);
    expect(world.sink.writes).toHaveLength(3);
  });

  it("goes on where nobody took the lease and it is still good", async () => {
    const world = await settled("a");
    for (const uid of ["b", "c", "d"]) world.account("home").put("private", uid, uid);
    world.sink.beforeWrite = () => world.setClock(-hour);
    await world.start();
    await world.pull("home");
    expect((await world.reconcile()).outcome).toBe("complete");
    expect(world.sink.writes).toHaveLength(3);
  });
});

describe("a clock that is set", () => {
  it.each([
    ["back by a year", -year],
    ["forward by a year", year],
  ])("%s deletes nothing and doubles nothing, and neither does setting it right", async (_, by) => {
    const world = await settled("a", "b");
    const account = world.account("home");
    for (const step of [by, -by]) {
      world.setClock(step);
      account.put("private", "a", `edited after ${step}`);
      account.forgetCheckpoints();
      await world.settle();
      expect(titles(world)).toEqual([`edited after ${step}`, "b"].toSorted());
    }
    expect(world.sink.writes.map(({ kind }) => kind)).toEqual(["update", "update"]);
  });

  it("back leaves nothing waiting for it to catch up", () => {
    const now = Date.parse("2027-01-01T00:00:00Z");
    const asksForAYear = new RemoteError("throttled", "later", { retryAt: now + year });
    expect(backOff(1, asksForAYear, now)).toBe(now + hour);
    const retryAt = new Date(backOff(1, asksForAYear, now));
    expect([isBackingOff(retryAt, now), isBackingOff(retryAt, now + hour)]).toEqual([true, false]);
    expect(isBackingOff(retryAt, now - year)).toBe(false);
    expect(isBackingOff(null, now)).toBe(false);
  });
});
