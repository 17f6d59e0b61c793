import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startDaemon } from "../../../src/schedule/daemon.ts";
import { releaseAllLeases } from "../../../src/store/leases.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { idleQueue, lent } from "./idle-queue.ts";
import { meeting } from "./meeting.ts";
import { target, World } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const categorised = (uid: string, category: string): string =>
  meeting(uid, uid).replace("END:VEVENT", `CATEGORIES:${category}\r\nEND:VEVENT`);

async function redAndPlain(): Promise<World> {
  const world = new World(database.db, [
    { id: "work", style: "immutable", calendars: ["main"], priority: 1 },
  ]);
  world.account("work").putText("main", "red", categorised("red", "Red"));
  world.account("work").putText("main", "plain", categorised("plain", "Plain"));
  await world.settle();
  world.sink.writes.length = 0;
  return world;
}

const update = (world: World, uid: string) => ({ kind: "update", name: world.nameOf(uid) });

describe("a change of nothing but a category's colour", () => {
  it("rewrites the events of that category, once, and no other", async () => {
    const world = await redAndPlain();
    for (const color of ["crimson", "royalblue"]) {
      world.account("work").categoryColors = { red: color };
      world.sink.writes.length = 0;
      await world.settle();
      expect(world.sink.writes).toEqual([update(world, "red")]);
      expect(world.sink.objects.get(world.nameOf("red"))?.ics).toContain(`COLOR:${color}`);
    }
    world.account("work").categoryColors = null;
    world.sink.writes.length = 0;
    await world.settle();
    expect(world.sink.writes).toEqual([]);
    world.account("work").categoryColors = {};
    await world.settle();
    expect(world.sink.writes).toEqual([update(world, "red")]);
  });

  it("is written by the daemon, which then is at rest", async () => {
    const world = await redAndPlain();
    const { queue, work, due } = idleQueue();
    world.advance(16 * 60_000);
    await releaseAllLeases(world.db);
    await startDaemon(
      queue,
      { ...lent, context: world.context, cron: "* * * * *", auditCron: "15 3 * * *" },
      () => 0,
    );
    await work();
    expect(world.sink.writes).toEqual([]);

    world.account("work").categoryColors = { red: "crimson" };
    world.advance(16 * 60_000);
    await due("work");
    expect(await work()).toEqual(["pull work/me", `reconcile ${target.id}`]);
    expect(world.sink.writes).toEqual([update(world, "red")]);

    world.advance(16 * 60_000);
    await due("work");
    // The target is only asked whether others changed something.
    expect(await work()).toEqual(["pull work/me", `reconcile ${target.id}`]);
    expect(world.sink.writes).toHaveLength(1);
    world.advance(60_000);
    await due("work");
    expect(await work()).toEqual(["pull work/me"]);
  });
});
