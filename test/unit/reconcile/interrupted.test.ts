import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { LeaseLostError } from "../../../src/reconcile/with-lease.ts";
import { takeLease } from "../../../src/store/leases.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { home, standing, worldAtRest } from "./at-rest.ts";
import type { Fault } from "./faults.ts";
import { titles } from "./undoing.ts";
import { World } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

describe("a round that is interrupted and goes on later", () => {
  it("does not take an event for removed that moved behind its back", async () => {
    const world = new World(database.db, [home]);
    const account = world.account("home");
    account.put("private", "a-mover", "m");
    for (const uid of ["x1", "x2", "x3"]) account.put("club", uid, uid);
    await world.settle();
    world.sink.writes.length = 0;
    account.forgetCheckpoints();
    // "club" is read in full, and stops after its first page.
    await world.start({ source: ["none", "none", "none", "none", "none", "transient"] });
    await world.run();
    account.move("private", "club", "a-mover");
    await world.settle();
    expect(world.sink.writes).toEqual([]);
    expect(titles(world)).toEqual(["m", "x1", "x2", "x3"]);
  });
});

describe("a write whose outcome was never recorded", () => {
  const faults: Fault[] = ["late", "late kill"];

  it.each(faults)("(%s) of a new event is taken back when the event is gone", async (fault) => {
    const world = await worldAtRest(database.db, "a");
    world.account("home").put("private", "b", "b");
    await world.troubledRun({ sink: ["none", "none", fault] });
    expect(titles(world)).toEqual(["a", "b"]);
    world.account("home").remove("private", "b");
    await world.settle();
    expect(titles(world)).toEqual(["a"]);
  });

  it.each(faults)("(%s) of a change is taken back when the event changed back", async (fault) => {
    const world = await worldAtRest(database.db, "a");
    world.account("home").put("private", "a", "changed");
    await world.troubledRun({ sink: ["none", "none", fault] });
    expect(titles(world)).toEqual(["changed"]);
    world.account("home").put("private", "a", "a");
    await world.settle();
    expect(titles(world)).toEqual(["a"]);
  });

  it.each(faults)("(%s) of a removal is made good when the event is back", async (fault) => {
    const world = await worldAtRest(database.db, "a", "b");
    const { ics } = world.account("home").find("private", "b") ?? { ics: "" };
    world.account("home").remove("private", "b");
    await world.troubledRun({ sink: ["none", "none", fault] });
    expect(titles(world)).toEqual(["a"]);
    world.account("home").putText("private", "b", ics);
    await world.settle();
    expect(standing(world)).toEqual({ [world.nameOf("a")]: "a", [world.nameOf("b")]: "b" });
  });

  it.each(faults)("(%s) is not written again when it arrived", async (fault) => {
    const world = await worldAtRest(database.db, "a");
    world.account("home").put("private", "a", "changed");
    world.account("home").put("private", "b", "b");
    await world.troubledRun({ sink: ["none", "none", "none", fault] });
    expect(world.sink.writes).toHaveLength(2);
    await world.settle();
    expect(world.sink.writes).toHaveLength(2);
    expect(titles(world)).toEqual(["b", "changed"]);
  });

  it("keeps an edit that it finds instead", async () => {
    const world = await worldAtRest(database.db, "a");
    world.account("home").put("private", "a", "changed");
    await world.troubledRun({ sink: ["none", "none", "kill"] });
    const name = world.nameOf("a");
    const edited = (world.sink.objects.get(name)?.ics ?? "").replace("SUMMARY:a", "SUMMARY:edited");
    world.sink.place(name, edited);
    await world.settle();
    expect(titles(world)).toEqual(["changed"]);
    expect(
      await database.db.selectFrom("body").select("hash").where("content", "=", edited).execute(),
    ).toHaveLength(1);
  });
});

describe("applying a plan", () => {
  it("records what was done before a failure, and goes on there", async () => {
    const world = await worldAtRest(database.db, "a");
    for (const uid of ["b", "c", "d", "e"]) world.account("home").put("private", uid, uid);
    await world.start({ sink: ["none", "none", "none", "none", "transient"] });
    const { result } = await world.run();
    expect(result.outcome).toBe("incomplete");
    const { db } = database;
    expect(await db.selectFrom("mapping").select("slot").execute()).toHaveLength(3);
    expect(await db.selectFrom("write_intent").select("name").execute()).toHaveLength(2);
    expect(await db.selectFrom("dirty_key").select("meeting_key").execute()).toHaveLength(2);
    await world.settle();
    expect(titles(world)).toEqual(["a", "b", "c", "d", "e"]);
    expect(world.sink.writes).toHaveLength(4);
    expect(await db.selectFrom("write_intent").select("name").execute()).toEqual([]);
  });

  it("writes and records nothing more once its lease is lost, and finds afterwards what it wrote", async () => {
    const world = await worldAtRest(database.db, "a");
    for (const uid of ["b", "c", "d"]) world.account("home").put("private", uid, uid);
    world.sink.beforeWrite = async () => {
      if (world.sink.writes.length !== 1) return;
      await sql`update lease set holder = 'another', epoch = epoch + 1 where key = 'target:all'`.execute(
        database.db,
      );
      world.advance(30_000);
    };
    await world.start();
    await world.pull("home");
    await expect(world.reconcile()).rejects.toThrow(LeaseLostError);
    // The one under way when it was lost may land, no other; the new holder's records stay as they are.
    expect(world.sink.writes).toHaveLength(2);
    expect(await database.db.selectFrom("mapping").select("slot").execute()).toHaveLength(1);
    world.sink.beforeWrite = () => undefined;
    await world.settle();
    expect(titles(world)).toEqual(["a", "b", "c", "d"]);
    expect(world.sink.writes).toHaveLength(3);
  });

  it("leaves a target and an account alone that another process works on", async () => {
    const world = await worldAtRest(database.db, "a");
    world.account("home").put("private", "b", "b");
    await world.start();
    await takeLease(database.db, "pull:home/me", "another");
    await takeLease(database.db, "target:all", "another");
    const { requests } = world.sink;
    const { pulls, result } = await world.run();
    expect(pulls.map((pull) => pull.outcome)).toEqual(["busy"]);
    expect(result.outcome).toBe("busy");
    expect(world.sink.requests).toBe(requests);
  });
});
