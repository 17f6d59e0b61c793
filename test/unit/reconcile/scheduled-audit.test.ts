import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startDaemon } from "../../../src/schedule/daemon.ts";
import { releaseAllLeases, takeLease } from "../../../src/store/leases.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { summaryOf } from "./fake-target.ts";
import { idleQueue, lent } from "./idle-queue.ts";
import { target, World } from "./world.ts";

vi.setConfig({ testTimeout: 60_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

async function running() {
  const world = new World(database.db, [
    { id: "home", style: "href", calendars: ["private"], priority: 1 },
    { id: "work", style: "immutable", calendars: ["main"], priority: 2 },
  ]);
  world.account("home").put("private", "a", "a");
  world.account("work").put("main", "b", "b");
  await world.settle();
  await releaseAllLeases(world.db);
  const jobs = idleQueue();
  const state = { ...lent, context: world.context, cron: "* * * * *", auditCron: "15 3 * * *" };
  await startDaemon(jobs.queue, state, () => 0);
  await jobs.work();
  world.sink.writes.length = 0;
  return { world, ...jobs };
}

describe("the audit on its schedule", () => {
  it("has a schedule of its own beside those of the sources", async () => {
    const { schedules } = await running();
    expect([...schedules]).toEqual([
      ["home", "* * * * *"],
      ["work", "* * * * *"],
      ["/audit", "15 3 * * *"],
    ]);
  });

  it("looks at every account before the targets, and puts both right", async () => {
    const { world, work, due } = await running();
    const home = world.account("home");
    home.silent = true;
    home.put("private", "never told", "never told");
    home.silent = false;
    world.sink.objects.delete(world.nameOf("a"));
    await due("/audit");
    expect(await work()).toEqual(["audit account home/me", "audit account work/me", "audit target all"]);
    const titles = [...world.sink.objects.values()].map(({ ics }) => summaryOf(ics)).toSorted();
    expect(titles).toEqual(["a", "b", "never told"]);
    const row = await world.db.selectFrom("target").selectAll().executeTakeFirstOrThrow();
    expect(row.balanced_at).not.toBeNull();
  });

  it("comes back to a target that another process was at work on", async () => {
    const { world, work, due, later } = await running();
    await takeLease(world.db, `target:${target.id}`, "another process");
    world.sink.objects.delete(world.nameOf("a"));
    await due("/audit");
    expect(await work()).toContain("audit target all");
    expect(world.sink.writes).toEqual([]);
    await releaseAllLeases(world.db);
    expect(await later()).toEqual(["audit target all"]);
    expect(world.sink.writes).toEqual([{ kind: "create", name: world.nameOf("a") }]);
  });
});
