import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { listHolds } from "../../../src/store/holds.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { summaryOf } from "./fake-target.ts";
import { meeting } from "./meeting.ts";
import { World } from "./world.ts";

vi.setConfig({ testTimeout: 60_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

async function settled(): Promise<World> {
  const world = new World(database.db, [{ id: "home", style: "href", calendars: ["private"], priority: 1 }]);
  for (const uid of ["a", "b", "c"]) world.account("home").put("private", uid, uid);
  await world.settle();
  // What was written first is known from now on.
  await watch(world);
  world.sink.writes.length = 0;
  return world;
}

/** A quarter of an hour later, as the daemon does it. */
async function watch(world: World): Promise<void> {
  await world.start();
  await world.reconcile({ watch: true });
}

const titles = (world: World): string[] =>
  [...world.sink.objects.values()].map(({ ics }) => summaryOf(ics)).toSorted();

const edit = (world: World, uid: string): void => {
  const name = world.nameOf(uid);
  world.sink.place(name, (world.sink.objects.get(name)?.ics ?? "").replace(/SUMMARY:.*/, "SUMMARY:by phone"));
};

async function wasRestored(world: World): Promise<boolean> {
  const row = await world.db.selectFrom("target").select("restored_at").executeTakeFirstOrThrow();
  return row.restored_at !== null;
}

describe("a target that is watched", () => {
  it("is asked once in a quarter of an hour, and not in between", async () => {
    const world = await settled();
    await world.start();
    const { requests } = world.sink;
    await world.reconcile({ watch: true });
    await world.reconcile({ watch: true });
    expect(world.sink.requests).toBe(requests + 1);
    world.advance(14 * 60_000);
    await world.reconcile({ watch: true });
    expect(world.sink.requests).toBe(requests + 1);
    world.setClock(-3_600_000);
    await world.reconcile({ watch: true });
    expect(world.sink.requests).toBe(requests + 2);
  });

  it("costs nothing more for what we wrote ourselves", async () => {
    const world = await settled();
    world.account("home").put("private", "n", "new");
    world.account("home").remove("private", "a");
    await world.start();
    await world.run();
    await world.start();
    const { requests } = world.sink;
    await world.reconcile({ watch: true });
    expect(world.sink.requests).toBe(requests + 1);
    expect(await wasRestored(world)).toBe(false);
  });

  it("has what others changed put right, and leaves alone what is theirs", async () => {
    const world = await settled();
    edit(world, "a");
    world.sink.take(world.nameOf("b"));
    world.sink.place("theirs.ics", meeting("theirs", "theirs"));
    await watch(world);
    expect(titles(world)).toEqual(["a", "b", "c", "theirs"]);
    expect(world.sink.writes.map(({ kind }) => kind).toSorted()).toEqual(["create", "update"]);
    expect(await wasRestored(world)).toBe(false);
    await world.settle();
    expect(world.sink.writes).toHaveLength(2);
  });

  it("does so with more than the guard would let a source rewrite", async () => {
    const world = await settled();
    const uids = Array.from({ length: 20 }, (_, index) => `m${index}`);
    for (const uid of uids) world.account("home").put("private", uid, uid);
    await world.settle();
    for (const uid of uids) edit(world, uid);
    await watch(world);
    expect(titles(world)).toEqual(["a", "b", "c", ...uids].toSorted());
    expect(await listHolds(world.db)).toEqual([]);
  });

  it.each([
    ["further than it was looked at", true],
    ["to when it was last looked at", false],
  ])("is compared in full where it went back %s", async (_, further) => {
    const world = await settled();
    const before = [...world.sink.objects.values()];
    const count = world.sink.changeCount;
    world.account("home").put("private", "a", "changed");
    world.account("home").put("private", "n", "new");
    world.account("home").remove("private", "c");
    await world.start();
    await world.run();
    if (further) await watch(world);
    world.sink.restore(before, count);
    await watch(world);
    expect(titles(world)).toEqual(["b", "c", "changed", "new"]);
    expect(await wasRestored(world)).toBe(true);
    expect(await listHolds(world.db)).toMatchObject([{ sourceId: "@leftovers" }]);
  });

  it("is compared in full where the server forgot its token, and not taken for restored", async () => {
    const world = await settled();
    edit(world, "a");
    world.sink.changes = () => Promise.resolve({ kind: "unknown", token: `"${world.sink.changeCount}"` });
    await watch(world);
    expect(titles(world)).toEqual(["a", "b", "c"]);
    expect(await wasRestored(world)).toBe(false);
  });

  it("is asked again where the answer was lost, and forgets the failure", async () => {
    const world = await settled();
    edit(world, "a");
    await world.start({ sink: ["transient"] });
    expect((await world.reconcile({ watch: true })).outcome).toBe("incomplete");
    const failed = await world.db.selectFrom("target").selectAll().executeTakeFirstOrThrow();
    expect(failed).toMatchObject({ failures: 1, last_error: expect.any(String) });
    await watch(world);
    expect(titles(world)).toEqual(["a", "b", "c"]);
    await watch(world);
    const healed = await world.db.selectFrom("target").selectAll().executeTakeFirstOrThrow();
    expect(healed).toMatchObject({ failures: 0, last_error: null, retry_at: null });
  });
});
