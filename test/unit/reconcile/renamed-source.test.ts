import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { forget, planPurge } from "../../../src/reconcile/decide/purge.ts";
import { renameSource } from "../../../src/store/rename-source.ts";
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

const home: AccountSpec = { id: "home", style: "href", calendars: ["private"], priority: 1 };
const work: AccountSpec = { id: "work", style: "immutable", calendars: ["main"], priority: 2 };

const titles = (world: World): string[] =>
  [...world.sink.objects.values()].map((object) => summaryOf(object.ics)).toSorted();

describe("a source with a new id", () => {
  it("loses no place to another one that has taken its former id", async () => {
    const world = new World(database.db, [
      { ...home, apart: true },
      { ...work, apart: true },
    ]);
    world.account("home").put("private", "a", "a of home");
    await world.settle();
    await renameSource(database.db, "home", "renamed");
    world.configure((accounts) =>
      accounts.map((one) => ({ ...one, sourceId: one.sourceId === "home" ? "renamed" : "home" })),
    );
    world.account("work").put("main", "a", "a of work");
    await world.start();
    const pulled = world.context.accounts.map(({ sourceId }) => world.pull(sourceId));
    await Promise.all(pulled);
    const { outcome, errors } = await world.reconcile();
    expect([outcome, titles(world)]).toEqual(["incomplete", ["a of home"]]);
    expect(errors.join()).toContain("give this source another id");
  });

  it.each([false, true])("keeps every place (apart: %s)", async (apart) => {
    const world = new World(database.db, [{ ...home, apart }, work]);
    for (const uid of ["a", "both"]) world.account("home").put("private", uid, `${uid} of home`);
    world.account("work").put("main", "both", "both of work");
    await world.settle();
    const names = [...world.sink.objects.keys()];
    world.sink.writes.length = 0;

    expect(await renameSource(database.db, "home", "renamed")).toBe(true);
    world.configure((accounts) =>
      accounts.map((one) => (one.sourceId === "home" ? { ...one, sourceId: "renamed" } : one)),
    );
    await world.settle();
    expect(world.sink.writes).toEqual([]);
    for (const uid of ["a", "both"]) world.account("home").put("private", uid, `${uid} changed`);
    await world.settle();
    expect(world.sink.writes.map((write) => write.kind)).toEqual(["update", "update"]);
    expect([...world.sink.objects.keys()]).toEqual(names);
  });

  it.each([true, false])(
    "that was given without `was:` and purged can still be given rightly (purge carried out: %s)",
    async (isCarriedOut) => {
      const world = new World(database.db, [{ ...home, apart: true }]);
      const give = (id: string) =>
        world.configure((accounts) => accounts.map((one) => ({ ...one, sourceId: id })));
      world.account("home").put("private", "a", "a of home");
      await world.settle();
      const names = [...world.sink.objects.keys()];
      give("renamed");
      await world.settle();
      expect(world.sink.objects.size).toBe(2);

      give("home");
      await world.start();
      await forget(world.context, await planPurge(world.context, "renamed"));
      if (isCarriedOut) await world.reconcile({ unguarded: "renamed" });
      expect(world.sink.objects.size).toBe(isCarriedOut ? 1 : 2);
      expect(await renameSource(database.db, "home", "renamed")).toBe(true);
      give("renamed");
      await world.settle();
      expect([...world.sink.objects.keys()]).toEqual(names);
      world.account("home").put("private", "a", "a changed");
      await world.settle();
      expect([...world.sink.objects.keys()]).toEqual(names);
      expect(titles(world)).toEqual(["a changed"]);
    },
  );
});
