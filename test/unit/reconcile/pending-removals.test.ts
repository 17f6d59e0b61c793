import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { listHolds } from "../../../src/store/holds.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { home, round, titles } from "./undoing.ts";
import { World } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const uids = Array.from({ length: 20 }, (_, index) => `m${String(index).padStart(2, "0")}`);

/** One removal of 20 is confirmed, and waits because the other 19 events are reported as removed. */
async function held(): Promise<World> {
  const world = new World(database.db, [home]);
  for (const uid of uids) world.account("home").put("private", uid, uid);
  await world.settle();
  world.account("home").remove("private", "m00");
  await world.start();
  await world.pull("home");
  const { db } = world;
  const others = await db
    .selectFrom("staged")
    .select(["collection_id", "native_id"])
    .where("gone_at", "is", null)
    .execute();
  await db
    .insertInto("owed")
    .values(others.map((row) => ({ ...row, kind: "tombstone", since: "2027-01-01T00:00:00Z" })))
    .execute();
  expect((await world.reconcile()).outcome).toBe("held");
  expect(titles(world)).toHaveLength(20);
  return world;
}

describe("a removal that waits because of others that were only reported", () => {
  it("is done when those turn out to be none", async () => {
    const world = await held();
    await round(world);
    expect(titles(world)).toEqual(uids.slice(1));
    expect(await listHolds(world.db)).toEqual([]);
  });

  it("waits on while they are confirmed and the pull goes on, and then with all of them", async () => {
    const world = await held();
    const { db } = world;
    await db.deleteFrom("owed").execute();
    await db.updateTable("staged").set({ gone_at: "2027-01-01T00:00:00Z", dirty: true }).execute();
    await db.updateTable("account").set({ settled: false }).execute();
    await world.start();
    expect((await world.reconcile()).outcome).toBe("held");
    await db.updateTable("account").set({ settled: true }).execute();
    await world.start();
    await world.reconcile();
    expect((await listHolds(db)).map(({ actions }) => actions.length)).toEqual([20]);
    expect(titles(world)).toHaveLength(20);
  });
});
