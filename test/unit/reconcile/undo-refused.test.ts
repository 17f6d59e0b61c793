import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { takeLease } from "../../../src/store/leases.ts";
import { prune } from "../../../src/store/prune.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import {
  changed,
  editOnPhone,
  lastRun,
  pins,
  refusals,
  round,
  titles,
  undo,
  undoForGood,
} from "./undoing.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

describe("an undo is refused", () => {
  it("where a later run changed the event again, which is named; that one undone, it is possible", async () => {
    const world = await changed(database.db, ["a"], (account) => account.put("private", "a", "second"));
    const { run } = await lastRun(world);
    world.account("home").put("private", "a", "third");
    await round(world);
    const later = await lastRun(world);
    await world.start();
    const undone = await undo(world, run);
    expect(undone.kind).toBe("nothing");
    expect(refusals(undone)).toEqual([`a later run changed it again: undo ${later.run.slice(0, 8)} first`]);
    await undoForGood(world, later.run);
    expect(titles(world)).toEqual(["second"]);
    await undoForGood(world, run);
    expect(titles(world)).toEqual(["a"]);
  });

  it("where the phone changed the event since, which is left as it is and not frozen", async () => {
    const world = await changed(database.db, ["a", "b"], (account) => {
      account.put("private", "a", "a, changed");
      account.put("private", "b", "b, changed");
    });
    editOnPhone(world, "a", (ics) => ics.replace("SUMMARY:a, changed", "SUMMARY:on the phone"));
    await world.start();
    const undone = await undo(world);
    expect(undone).toMatchObject({ kind: "done", restored: 1 });
    expect(refusals(undone)).toEqual([expect.stringContaining("changed in the target since")]);
    expect(titles(world)).toEqual(["b", "on the phone"]);
    expect(await pins(database.db)).toHaveLength(1);
    expect(await database.db.selectFrom("write_intent").select("name").execute()).toEqual([]);
    await round(world);
    world.account("home").put("private", "a", "third");
    await round(world);
    expect(titles(world)).toEqual(["b", "third"]);
  });

  it("where what stood there is not kept any more", async () => {
    const world = await changed(database.db, ["a"], (account) => account.put("private", "a", "changed"));
    const { run } = await lastRun(world);
    world.advance(2 * 86_400_000);
    await prune(world.db, world.context.clock.now(), { keepDays: 30, maxBytes: 0 });
    await world.start();
    expect(refusals(await undo(world, run))).toEqual(["what stood there before is not kept any more"]);
    expect(titles(world)).toEqual(["changed"]);
  });

  it("while another process works on the target", async () => {
    const world = await changed(database.db, ["a"], (account) => account.put("private", "a", "changed"));
    await takeLease(database.db, "target:all", "another");
    expect((await undo(world)).kind).toBe("busy");
  });
});
