import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Rejected } from "../../../src/reconcile/decide/reject-hold.ts";
import { approveHold, listHolds } from "../../../src/store/holds.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { home, reject, round, titles } from "./undoing.ts";
import { target, World } from "./world.ts";

vi.setConfig({ testTimeout: 60_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const uids = Array.from({ length: 20 }, (_, index) => `m${String(index).padStart(2, "0")}`);

/** Half of 40 events are removed at the source, and that waits for a person. */
async function held(): Promise<World> {
  const world = new World(database.db, [home]);
  for (const uid of [...uids, ...uids.map((one) => `x${one}`)])
    world.account("home").put("private", uid, uid);
  await world.settle();
  for (const uid of uids) world.account("home").remove("private", uid);
  expect(await round(world)).toBe("held");
  return world;
}

const markShown = async (): Promise<string> => (await listHolds(database.db))[0]?.mark ?? "";

describe("a hold that a person has looked at", () => {
  it("is approved as it was shown", async () => {
    const world = await held();
    const mark = await markShown();
    expect(mark).toMatch(/^[0-9a-f]{6}$/);
    await round(world);
    expect(await approveHold(database.db, target.id, "home", mark)).toMatchObject({ kind: "approved" });
    await round(world);
    expect(titles(world)).toHaveLength(20);
  });

  it("is neither approved nor rejected where it contains something else now", async () => {
    const world = await held();
    const mark = await markShown();
    for (const uid of uids) world.account("home").remove("private", `x${uid}`);
    await round(world);
    const changed = { kind: "changed", mark: await markShown() };
    const approved = await approveHold(database.db, target.id, "home", mark);
    expect(approved).toMatchObject(changed);
    expect("names" in approved ? approved.names : []).toHaveLength(40);
    await world.start();
    expect(await reject(world, "home", mark)).toMatchObject(changed);
    await round(world);
    expect([titles(world).length, (await listHolds(database.db)).length]).toEqual([40, 1]);
  });
});

describe("a rejection", () => {
  it("is not taken while the target is being written to", async () => {
    const world = await held();
    await approveHold(database.db, target.id, "home", null);
    await world.start();
    const outcomes: Rejected[] = [];
    world.sink.beforeWrite = async () => {
      if (outcomes.length > 0) return;
      outcomes.push(await reject(world));
    };
    await world.reconcile();
    expect(outcomes).toEqual([{ kind: "busy" }]);
    expect([titles(world).length, await database.db.selectFrom("pin").selectAll().execute()]).toEqual([
      20,
      [],
    ]);
  });

  it("decides only on what still stands", async () => {
    const world = await held();
    await database.db.deleteFrom("mapping").where("summary", "in", ["m00", "m01"]).execute();
    await world.start();
    const rejected = await reject(world);
    const lines = await database.db.selectFrom("action").select("slot").where("kind", "=", "keep").execute();
    const kept = rejected.kind === "rejected" ? rejected.kept : 0;
    expect([kept, lines.length]).toEqual([18, 18]);
    expect(await database.db.selectFrom("pin").select("meeting_key").execute()).toHaveLength(18);
  });
});
