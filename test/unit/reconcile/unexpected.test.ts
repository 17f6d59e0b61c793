import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accountStatus, targetStatus } from "../../../src/store/status.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { World } from "./world.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const specs = [{ id: "home", style: "href", calendars: ["private", "club"], priority: 1 }] as const;

describe("a mistake of ours while a source is read", () => {
  it("in one calendar is told by status, removes nothing, and does not keep the others from being read", async () => {
    const world = new World(database.db, specs);
    const account = world.account("home");
    for (const uid of ["a", "b"]) account.put("private", uid, uid);
    await world.settle();
    account.remove("private", "a");
    account.put("club", "c", "c");
    const round = account.round.bind(account);
    account.round = (request) => {
      if (request.calendar.id === "private") throw new TypeError("x is not a function");
      return round(request);
    };
    await world.start();
    const { pulls } = await world.run();
    expect(pulls.map(({ outcome }) => outcome)).toEqual(["incomplete"]);
    expect([...world.sink.objects.keys()].toSorted()).toEqual(
      ["a", "b", "c"].map((uid) => world.nameOf(uid)).toSorted(),
    );
    const [status] = await accountStatus(database.db);
    expect(status?.error).toMatch(
      /^home\/me, calendar "private", could not be read .*: x is not a function\. Nothing is removed because of this/,
    );
    expect(status?.retryAt).not.toBeNull();
    account.round = round;
    await world.settle();
    expect(world.sink.objects.size).toBe(2);
    expect((await accountStatus(database.db))[0]).toMatchObject({ error: null, retryAt: null });
  });

  it("before any calendar was read is a failure that status tells", async () => {
    const world = new World(database.db, specs);
    world.account("home").listCalendars = () => Promise.reject(new TypeError("y is undefined"));
    await world.start();
    const { pulls } = await world.run();
    expect(pulls.map(({ outcome }) => outcome)).toEqual(["failed"]);
    expect((await accountStatus(database.db))[0]?.error).toMatch(
      /^home\/me could not be read .*: y is undefined\./,
    );
  });
});

describe("a mistake of ours while a target is written", () => {
  it("is told by status, and the target is tried again after a while", async () => {
    const world = new World(database.db, specs);
    world.account("home").put("private", "a", "a");
    const create = world.sink.create.bind(world.sink);
    world.sink.create = () => Promise.reject(new TypeError("z is not iterable"));
    await world.start();
    await expect(world.run()).rejects.toThrow("z is not iterable");
    const [status] = await targetStatus(database.db);
    expect(status?.error).toMatch(/^target all could not be brought up to date .*: z is not iterable\./);
    expect(status?.retryAt).not.toBeNull();
    world.sink.create = create;
    await world.settle();
    expect([...world.sink.objects.keys()]).toEqual([world.nameOf("a")]);
    expect((await targetStatus(database.db))[0]).toMatchObject({ error: null, retryAt: null });
  });
});

describe("a write that is put off", () => {
  it("is told with its event and its reason", async () => {
    const world = new World(database.db, specs);
    for (const uid of ["a", "b"]) world.account("home").put("private", uid, uid);
    await world.settle();
    const remove = world.sink.remove.bind(world.sink);
    world.sink.remove = () => Promise.resolve({ kind: "refused", status: 403, reason: "not allowed (403)" });
    world.account("home").remove("private", "a");
    await world.start();
    const { result } = await world.run();
    expect(result).toMatchObject({ outcome: "incomplete", counts: { postponed: 1 } });
    expect(result.errors).toEqual([
      `target all: could not delete "a" of home (${world.nameOf("a")}): not allowed (403). The next run tries again.`,
    ]);
    expect((await targetStatus(database.db))[0]?.error).toBe(result.errors[0]);
    world.sink.remove = remove;
    await world.settle();
    expect((await targetStatus(database.db))[0]?.error).toBeNull();
  });
});
