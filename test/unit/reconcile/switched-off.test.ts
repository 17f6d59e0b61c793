import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { auditTarget } from "../../../src/reconcile/audit/audit-target.ts";
import { listHolds } from "../../../src/store/holds.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { home, round, titles } from "./undoing.ts";
import { type AccountSpec, target, World } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const work: AccountSpec = { id: "work", style: "immutable", calendars: ["main", "club"], priority: 2 };

async function settled(...specs: readonly AccountSpec[]): Promise<World> {
  const world = new World(database.db, specs);
  for (const { id, calendars } of specs)
    for (const uid of ["a", "b"]) world.account(id).put(calendars[0] ?? "", uid, `${uid} of ${id}`);
  await world.settle();
  await watch(world);
  return world;
}

async function watch(world: World): Promise<void> {
  await world.start();
  await world.reconcile({ watch: true });
}

async function audit(world: World): Promise<Awaited<ReturnType<typeof auditTarget>>> {
  await world.start();
  return auditTarget(world.context, target, world.faults.signal, { repair: true, deep: true });
}

const isBalanced = async (world: World): Promise<boolean | undefined> => (await audit(world))?.isBalanced;

describe("an event of a source that is switched off", () => {
  it.each(["switched off", "taken out of the configuration"])(
    "is brought back where somebody removes it in the target (%s)",
    async (how) => {
      const world = await settled(home);
      if (how === "switched off") world.switchOff("home");
      else world.configure(() => []);
      await round(world);
      const before = [...world.sink.objects.keys()].toSorted();
      world.sink.take(world.nameOf("a"));
      await watch(world);
      expect(titles(world)).toEqual(["a of home", "b of home"]);
      expect([...world.sink.objects.keys()].toSorted()).toEqual(before);
      for (const name of before) world.sink.take(name);
      expect(await isBalanced(world)).toBe(true);
      expect(titles(world)).toEqual(["a of home", "b of home"]);
    },
  );

  it("is brought back where its calendar is not listed any more", async () => {
    const world = await settled(work);
    world.account("work").show("main", false);
    await world.settle();
    world.sink.take(world.nameOf("a"));
    await watch(world);
    expect(titles(world)).toEqual(["a of work", "b of work"]);
    expect(await isBalanced(world)).toBe(true);
  });

  it("is not brought back where another source had brought it, and removed it", async () => {
    const world = await settled(home, work);
    expect(titles(world)).toEqual(["a of home", "b of home"]);
    world.switchOff("work");
    await round(world);
    world.account("home").remove("private", "a");
    await world.settle();
    // What was brought back by a living source and removed by it is gone as well.
    world.sink.take(world.nameOf("b"));
    await watch(world);
    expect(titles(world)).toEqual(["b of home"]);
    world.account("home").remove("private", "b");
    await world.settle();
    await watch(world);
    expect(titles(world)).toEqual([]);
    expect(await isBalanced(world)).toBe(true);
  });

  it("never is where it never stood", async () => {
    const world = await settled(home);
    world.account("home").put("private", "c", "c of home");
    await world.start();
    await world.pull("home");
    world.switchOff("home");
    await round(world);
    await watch(world);
    expect(titles(world)).toEqual(["a of home", "b of home"]);
  });
});

describe("a lost database while a source is switched off", () => {
  it.each([1, 2])("leaves its events alone, until it is switched on again (%i sources)", async (count) => {
    const world = count === 1 ? await settled(home) : await settled(home, { ...work, apart: true });
    const all = titles(world);
    world.switchOff("home");
    await world.loseDatabase();
    await world.settle();
    const audited = await audit(world);
    await round(world);
    expect(await listHolds(world.db)).toEqual([]);
    expect(audited?.isBalanced).toBe(true);
    expect(titles(world)).toEqual(all);
  });

  it("leaves them alone where no source is configured", async () => {
    const world = await settled(home);
    world.configure(() => []);
    await world.loseDatabase();
    await round(world);
    await audit(world);
    await round(world);
    expect(await listHolds(world.db)).toEqual([]);
  });

  it("proposes them as left over once the source is out of the configuration, and says of which sources", async () => {
    const world = await settled(home, { ...work, apart: true });
    world.configure((accounts) => accounts.filter(({ sourceId }) => sourceId !== "home"));
    await world.loseDatabase();
    await world.settle();
    await audit(world);
    await round(world);
    const [hold] = await listHolds(world.db);
    expect(hold?.sourceId).toBe("@leftovers");
    expect(hold?.reason).toContain("no source that is switched on has any more");
  });
});
