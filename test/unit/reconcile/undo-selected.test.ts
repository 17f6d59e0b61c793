import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { planUndo } from "../../../src/reconcile/decide/plan-undo.ts";
import { applyUndo } from "../../../src/reconcile/decide/undo.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { Killed } from "./faults.ts";
import { changed, needless, pins, refusals, reject, round, settled, titles, undo } from "./undoing.ts";
import { target } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

describe("an undo of one event", () => {
  it("takes back its last change alone", async () => {
    const world = await changed(database.db, ["a", "b"], (account) => {
      account.put("private", "a", "a, changed");
      account.put("private", "b", "b, changed");
    });
    const slot = world.nameOf("b").replace(".ics", "");
    const plan = await planUndo(world.context, { kind: "event", targetId: target.id, slot });
    expect(plan?.items.map(({ kind, title }) => [kind, title])).toEqual([["update", "b"]]);
  });

  it("knows of a change whose run was killed before it could record it", async () => {
    const world = await settled(database.db, "a");
    world.account("home").put("private", "a", "changed");
    await world.start({}, undefined, ({ kind }) => kind === "sink answered");
    await expect(world.run()).rejects.toThrow(Killed);
    expect(titles(world)).toEqual(["changed"]);
    await world.start();
    const slot = world.nameOf("a").replace(".ics", "");
    const selector = { kind: "event", targetId: target.id, slot } as const;
    const undone = await applyUndo(world.context, target, selector, world.faults.signal);
    expect(undone).toMatchObject({ kind: "done", restored: 1 });
    await round(world);
    expect(titles(world)).toEqual(["a"]);
  });
});

describe("an undo of the rejection of a hold", () => {
  it("has the plan wait for a person again", async () => {
    const uids = Array.from({ length: 12 }, (_, index) => `event ${index}`);
    const world = await settled(database.db, ...uids);
    for (const uid of uids) world.account("home").remove("private", uid);
    expect(await round(world)).toBe("held");
    const rejected = await reject(world);
    if (rejected.kind !== "rejected") throw new Error(rejected.kind);
    await round(world);
    expect(await pins(database.db)).toHaveLength(12);
    await world.start();
    const undone = await undo(world, rejected.run);
    expect(undone).toMatchObject({ kind: "done", restored: 12, failed: [] });
    expect(await pins(database.db)).toEqual([]);
    expect(await round(world)).toBe("held");
    expect(titles(world)).toHaveLength(12);
    const again = await undo(world, rejected.run);
    expect(refusals(again)).toEqual([]);
    expect(needless(again)).toContain("the decision does not hold any more");
  });
});
