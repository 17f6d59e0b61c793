import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accountStatus } from "../../../src/store/status.ts";
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
