import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { auditTarget } from "../../../src/reconcile/audit/audit-target.ts";
import { sync } from "../../../src/reconcile/sync.ts";
import { listHolds } from "../../../src/store/holds.ts";
import { refusalRetryMs } from "../../../src/store/work.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import type { FakeTarget } from "./fake-target.ts";
import { meeting } from "./meeting.ts";
import { moveAgency, twoTargets } from "./two-targets.ts";
import { titles } from "./undoing.ts";
import { target } from "./world.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

describe("a source that has moved to another target", () => {
  it("is written there, and what it leaves in a target that others use is held, with the first sync", async () => {
    const { world, other, context } = await twoTargets(database.db);
    moveAgency(world, "two");
    await world.start();
    const { targets } = await sync(context(), null, world.faults.signal);
    expect(targets).toMatchObject([
      { target: "all", outcome: "held", holds: [{ sourceId: "agency" }] },
      { target: "two", outcome: "complete", counts: { created: 12 } },
    ]);
    expect((await listHolds(world.db)).map(({ targetId, sourceId }) => [targetId, sourceId])).toEqual([
      ["all", "agency"],
    ]);
    expect([world.sink.objects.size, other.objects.size]).toEqual([13, 12]);
  });

  it("leaves its former target with the first sync where that is no surprise", async () => {
    const { world, other, context } = await twoTargets(database.db);
    world.account("agency").remove("work", "m0");
    const limits = { removals: 100, removalShare: 1, emptying: 100, rewrites: 100, rewriteShare: 1 };
    moveAgency(world, "two");
    await world.start();
    await sync({ ...context(), guardLimits: () => limits }, null, world.faults.signal);
    expect(titles(world)).toEqual(["f"]);
    expect(other.objects.size).toBe(11);
  });

  const surprise = { removals: 100, removalShare: 1, emptying: 100, rewrites: 100, rewriteShare: 1 };

  it.each([
    ["holds objects of others", (other: FakeTarget) => other.place("x.ics", meeting("x", "x")), 1],
    ["refuses every event", (other: FakeTarget) => (other.refuses = "SUMMARY"), 0],
  ])("stays in its former target while the new one %s, and leaves it then", async (_, trouble, foreign) => {
    const { world, other, context } = await twoTargets(database.db);
    moveAgency(world, "two");
    trouble(other);
    const pass = async (): Promise<void> => {
      world.advance(refusalRetryMs);
      await world.start();
      await sync({ ...context(), guardLimits: () => surprise }, null, world.faults.signal);
    };
    for (let run = 0; run < 3; run += 1) await pass();
    expect([titles(world).length, other.objects.size]).toEqual([13, foreign]);
    other.take("x.ics");
    other.refuses = null;
    await world.db
      .updateTable("target")
      .set({ held: null, surveyed_at: null })
      .where("id", "=", "two")
      .execute();
    await pass();
    expect([titles(world), other.objects.size]).toEqual([["f"], 12]);
    await world.start();
    const books = await auditTarget(context(), target, world.faults.signal, { repair: false, deep: true });
    expect(books?.isBalanced).toBe(true);
  });

  it("takes nothing out of its former target while the new one cannot be reached", async () => {
    const { world, context } = await twoTargets(database.db);
    moveAgency(world, "two");
    await world.start({ sink: ["transient"] });
    const { targets } = await sync(context(), null, world.faults.signal);
    expect(targets).toMatchObject([
      { target: "all", outcome: "idle" },
      { target: "two", outcome: "incomplete", errors: [expect.stringContaining("target two:")] },
    ]);
    expect(world.sink.objects.size).toBe(13);
  });
});
