import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openTestDatabase, type TestDatabase, clearDatabase } from "../store/test-database.ts";
import { summaryOf } from "./fake-target.ts";
import { meeting } from "./meeting.ts";
import { type AccountSpec, World } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const home: AccountSpec = { id: "home", style: "href", calendars: ["private", "club"], priority: 1 };
const work: AccountSpec = { id: "work", style: "immutable", calendars: ["main", "team"], priority: 2 };

const worldOf = (...specs: AccountSpec[]): World => new World(database.db, specs);

/** Titles in the sink, by object name. */
const standing = (world: World): Record<string, string> =>
  Object.fromEntries([...world.sink.objects].map(([name, object]) => [name, summaryOf(object.ics)]));
const titles = (world: World): string[] => Object.values(standing(world)).toSorted();

describe("the way from a source to the target", () => {
  it("carries what is added, changed and removed, and then is still", async () => {
    const world = worldOf(home);
    const account = world.account("home");
    for (const uid of ["a", "b", "c", "d", "e"]) account.put("private", uid, `${uid} 1`);
    await world.settle();
    expect(titles(world)).toEqual(["a 1", "b 1", "c 1", "d 1", "e 1"]);

    account.put("private", "a", "a 2");
    account.remove("private", "b");
    world.sink.writes.length = 0;
    await world.settle();
    expect(titles(world)).toEqual(["a 2", "c 1", "d 1", "e 1"]);
    expect(world.sink.writes).toEqual([
      { kind: "update", name: world.nameOf("a") },
      { kind: "remove", name: world.nameOf("b") },
    ]);
  });

  it("adopts what stands there when the database is lost, without a write", async () => {
    const world = worldOf(home, work);
    for (const uid of ["a", "b", "c"]) world.account("home").put("private", uid, uid);
    world.account("work").put("main", "d", "d");
    await world.settle();
    world.sink.place("foreign.ics", meeting("foreign", "not ours"));
    const before = structuredClone(world.sink.objects);

    world.sink.writes.length = 0;
    await world.loseDatabase();
    await world.settle();
    expect(world.sink.writes).toEqual([]);
    expect(world.sink.objects).toEqual(before);
  });

  it("keeps the places of two events with one UID when the database is lost, whichever is read first", async () => {
    const world = worldOf(home);
    const account = world.account("home");
    // "club" is read after "private": its event is the second.
    account.put("private", "twin", "first");
    await world.settle();
    account.put("club", "twin", "second");
    await world.settle();
    expect(standing(world)[world.nameOf("twin")]).toBe("first");
    // Now the second is there and read first.
    account.remove("private", "twin");
    await world.settle();
    account.put("private", "twin", "first again");
    await world.settle();
    const before = standing(world);
    expect(Object.values(before).toSorted()).toEqual(["first again", "second"]);

    world.sink.writes.length = 0;
    await world.loseDatabase();
    await world.settle();
    expect(standing(world)).toEqual(before);
    expect(world.sink.writes).toEqual([]);
  });

  it("shows a meeting of two sources once, from the better one, and keeps its place when that one loses it", async () => {
    const world = worldOf(home, work);
    world.account("work").put("main", "meeting", "as work has it");
    await world.settle();
    world.account("home").put("private", "meeting", "as home has it");
    await world.settle();
    expect(standing(world)).toEqual({ [world.nameOf("meeting")]: "as home has it" });

    world.account("home").remove("private", "meeting");
    await world.settle();
    expect(standing(world)).toEqual({ [world.nameOf("meeting")]: "as work has it" });
    expect(world.sink.writes.map((write) => write.kind)).toEqual(["create", "update", "update"]);
  });

  it("keeps sources apart that want to be", async () => {
    const world = worldOf(home, { ...work, apart: true });
    world.account("work").put("main", "meeting", "work");
    world.account("home").put("private", "meeting", "home");
    await world.settle();
    expect(titles(world)).toEqual(["home", "work"]);
  });

  it.each([home, work])("moves an event between two calendars of $id by an update at most", async (spec) => {
    const world = worldOf(spec);
    const account = world.account(spec.id);
    const [first = "", second = ""] = spec.calendars;
    for (const [from, to] of [
      [first, second],
      [second, first],
    ] as const) {
      account.put(from, "m", "before");
      account.put(to, "other", "another");
      await world.settle();
      world.sink.writes.length = 0;
      account.move(from, to, "m");
      await world.settle();
      expect(world.sink.writes).toEqual([]);
      account.put(to, "m", "after");
      await world.settle();
      expect(world.sink.writes).toEqual([{ kind: "update", name: world.nameOf("m") }]);
      account.remove(to, "m");
      await world.settle();
    }
  });

  it("does not take a moved event for a second one while the removal of the first cannot be confirmed", async () => {
    const world = worldOf(home);
    const account = world.account("home");
    account.put("private", "m", "m");
    await world.settle();
    world.sink.writes.length = 0;
    for (const change of ["m", "m, changed"]) {
      // Read, but not translated yet when it moves.
      account.put("private", "m", change);
      await world.start();
      await world.pull("home");
      account.move("private", "club", "m");
      // listing, page of "private", page of "club", then the tombstone
      await world.troubledRun({ source: ["none", "none", "none", "item"] });
      await world.settle();
      expect(world.sink.writes.map((write) => write.kind)).toEqual(change === "m" ? [] : ["update"]);
      expect(standing(world)).toEqual({ [world.nameOf("m")]: change });
      account.move("club", "private", "m");
      await world.settle();
    }
  });
});
