import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { auditAccount } from "../../../src/reconcile/audit/audit-account.ts";
import { accountsInUse } from "../../../src/reconcile/account-in-use.ts";
import { pendingRemovals } from "../../../src/store/pending-removals.ts";
import { accountStatus } from "../../../src/store/status.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { summaryOf } from "./fake-target.ts";
import { World } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const titles = (world: World): string[] =>
  [...world.sink.objects.values()].map(({ ics }) => summaryOf(ics)).toSorted();

const minute = 60_000;

/** The account's lists lack two events of three, for which it answers all the same. */
async function withPoorLists(): Promise<World> {
  const world = new World(database.db, [
    { id: "work", style: "immutable", calendars: ["main", "other"], priority: 1 },
  ]);
  const account = world.account("work");
  for (const uid of ["a", "b", "c"]) account.put("main", uid, uid);
  await world.settle();
  account.unlisted = new Set(["a", "b"]);
  account.forgetCheckpoints();
  return world;
}

/** The runs of so many minutes, one each quarter of an hour. */
async function pass(world: World, minutes: number) {
  let last = await world.run();
  for (let at = 15; at <= minutes; at += 15) {
    world.advance(15 * minute);
    last = await world.run();
  }
  return last;
}

describe("an event that no list of its source has, and for which the source answers", () => {
  it("stays for an hour, in which it is told of and nothing else is called in question", async () => {
    const world = await withPoorLists();
    const { pulls } = await pass(world, 45);
    expect(titles(world)).toEqual(["a", "b", "c"]);
    expect(pulls).toMatchObject([{ outcome: "complete", owed: 2, doubted: 2 }]);
    expect(await accountStatus(world.db)).toMatchObject([{ error: null, owed: 2, doubted: 2 }]);
    const { id } = await world.db.selectFrom("account").select("id").executeTakeFirstOrThrow();
    expect(await pendingRemovals(world.db, [id])).toEqual(new Map());
  });

  it("is there all along where the lists recover", async () => {
    const world = await withPoorLists();
    await pass(world, 30);
    const writes = world.sink.writes.length;
    world.account("work").unlisted = new Set();
    const { pulls } = await pass(world, 60);
    expect(pulls).toMatchObject([{ outcome: "complete", owed: 0, doubted: 0 }]);
    expect(world.sink.writes).toHaveLength(writes);
    expect(titles(world)).toEqual(["a", "b", "c"]);
  });

  it("goes when it is still so after an hour", async () => {
    const world = await withPoorLists();
    await pass(world, 75);
    expect(titles(world)).toEqual(["c"]);
  });

  it("goes at once when the source called it removed", async () => {
    const world = await withPoorLists();
    const account = world.account("work");
    await pass(world, 0);
    // Tells of a change, and then has the event in no list: as Graph tells of a removal.
    account.noisy = true;
    await pass(world, 0);
    expect(titles(world)).toEqual(["b", "c"]);
  });

  it("stays for the hour when it has only left its calendar for one that does not list it", async () => {
    const world = await withPoorLists();
    const account = world.account("work");
    account.unlisted = new Set();
    await pass(world, 60);
    account.move("main", "other", "c");
    account.unlisted = new Set(["c"]);
    await pass(world, 45);
    expect(titles(world)).toContain("c");
    await pass(world, 30);
    expect(titles(world)).not.toContain("c");
  });

  it("gets the whole hour again where the clock was set back", async () => {
    const world = await withPoorLists();
    await pass(world, 0);
    world.setClock(-24 * 60 * minute);
    await pass(world, 45);
    expect(titles(world)).toEqual(["a", "b", "c"]);
    await pass(world, 30);
    expect(titles(world)).toEqual(["c"]);
  });

  it("is not removed by an audit with repair either", async () => {
    const world = await withPoorLists();
    await world.start();
    const [entry] = await accountsInUse(world.context);
    if (entry === undefined) throw new Error("no account");
    await auditAccount(world.context, entry, world.faults.signal, { repair: true, ignoreBackOff: true });
    await pass(world, 30);
    expect(titles(world)).toEqual(["a", "b", "c"]);
  });
});
