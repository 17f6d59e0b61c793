import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { summaryOf } from "./fake-target.ts";
import { type AccountSpec, World } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const home: AccountSpec = { id: "home", style: "href", calendars: ["private", "club"], priority: 1 };
const work: AccountSpec = { id: "work", style: "immutable", calendars: ["main"], priority: 2 };

const titles = (world: World): string[] =>
  [...world.sink.objects.values()].map(({ ics }) => summaryOf(ics)).toSorted();
const calendars = async (): Promise<string[]> => {
  const rows = await database.db.selectFrom("collection").select("name").orderBy("name").execute();
  return rows.map(({ name }) => name);
};

describe("a calendar that is not listed any more", () => {
  it("is forgotten once all its events stand in another calendar, and read in full if it comes back", async () => {
    const world = new World(database.db, [home]);
    const account = world.account("home");
    for (const uid of ["a", "b"]) account.put("private", uid, uid);
    await world.settle();
    const names = [...world.sink.objects.keys()].toSorted();
    account.show("private", false);
    for (const uid of ["a", "b"]) account.put("club", uid, uid);
    await world.settle();
    world.advance(86_400_000);
    await world.settle();
    expect(await calendars()).toEqual(["club"]);
    for (const uid of ["a", "b"]) account.remove("club", uid);
    await world.settle();
    expect(titles(world)).toEqual([]);
    account.show("private", true);
    await world.settle();
    expect(titles(world)).toEqual(["a", "b"]);
    expect([...world.sink.objects.keys()].toSorted()).toEqual(names);
  });

  it("keeps back the removals of the others for a while: what is gone there may have moved to it", async () => {
    const world = new World(database.db, [home]);
    const account = world.account("home");
    for (const uid of ["a", "b"]) account.put("private", uid, uid);
    await world.settle();
    const names = [...world.sink.objects.keys()].toSorted();
    world.sink.writes.length = 0;
    account.show("club", false);
    account.move("private", "club", "a");
    for (let run = 0; run < 2; run += 1) {
      await world.start();
      const { pulls } = await world.run();
      expect(pulls[0]?.outcome).toBe("incomplete");
      expect(pulls[0]?.errors.join()).toMatch(/"club" has only just vanished.* none is removed yet/);
    }
    account.show("club", true);
    await world.settle();
    expect(world.sink.writes).toEqual([]);
    expect([...world.sink.objects.keys()].toSorted()).toEqual(names);
    // Gone for good: a removal is one again.
    account.show("club", false);
    account.remove("private", "b");
    await world.start();
    await world.run();
    expect(titles(world)).toEqual(["a", "b"]);
    world.advance(3_600_000);
    await world.settle();
    expect(titles(world)).toEqual(["a"]);
  });

  it("keeps what no other calendar has, and then is read in full when it comes back", async () => {
    const world = new World(database.db, [home]);
    const account = world.account("home");
    for (const uid of ["a", "b"]) account.put("private", uid, uid);
    await world.settle();
    account.show("private", false);
    account.put("club", "a", "a");
    await world.settle();
    account.remove("club", "a");
    await world.settle();
    expect(titles(world)).toEqual(["b"]);
    expect(await calendars()).toEqual(["club", "private"]);
    account.show("private", true);
    await world.settle();
    expect(titles(world)).toEqual(["a", "b"]);
  });

  it("keeps what another account has too: that says nothing of this one", async () => {
    const world = new World(database.db, [home, work]);
    world.account("home").put("private", "a", "a");
    world.account("work").put("main", "a", "a at work");
    await world.settle();
    world.account("home").show("private", false);
    await world.settle();
    expect(titles(world)).toEqual(["a at work"]);
    expect(await calendars()).toEqual(["club", "main", "private"]);
    world.account("home").show("private", true);
    await world.settle();
    expect(titles(world)).toEqual(["a"]);
  });

  it("is no reason to take an account for empty that lists none at all", async () => {
    const world = new World(database.db, [home]);
    const account = world.account("home");
    account.put("private", "a", "a");
    await world.settle();
    for (const calendar of home.calendars) account.show(calendar, false);
    await world.start();
    const pull = await world.pull("home");
    expect(pull.outcome).toBe("failed");
    expect(pull.errors).toEqual([
      expect.stringMatching(/^home\/me lists no calendar at all, where there were 2/),
    ]);
    const rows = await database.db.selectFrom("collection").select("vanished_at").execute();
    expect(rows).toEqual([{ vanished_at: null }, { vanished_at: null }]);
    for (const calendar of home.calendars) account.show(calendar, true);
    await world.settle();
    expect(titles(world)).toEqual(["a"]);
  });
});

describe("a calendar that was made since the last listing", () => {
  it("is found before what moved to it is taken for removed", async () => {
    const world = new World(database.db, [home]);
    const account = world.account("home");
    account.show("club", false);
    for (const uid of ["a", "b"]) account.put("private", uid, uid);
    await world.settle();
    world.sink.writes.length = 0;
    account.show("club", true);
    account.move("private", "club", "a");
    // Within the time that the last listing is taken for true.
    const pulled = await world.pull("home");
    expect(pulled).toMatchObject({ outcome: "complete", calendars: 2 });
    await world.reconcile();
    expect(world.sink.writes).toEqual([]);
    expect(titles(world)).toEqual(["a", "b"]);
  });
});
