import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { RemoteErrorKind } from "../../../src/http/remote-error.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { standing, worldAtRest } from "./at-rest.ts";
import type { Fault } from "./faults.ts";
import { titles } from "./undoing.ts";
import { type AccountSpec, World } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const work: AccountSpec = { id: "work", style: "immutable", calendars: ["main", "team"], priority: 1 };

const kinds: RemoteErrorKind[] = [
  ...(["transient", "throttled", "auth", "forbidden", "missing", "checkpoint"] as const),
  ...(["conflict", "refused", "protocol", "aborted"] as const),
];

describe("a read that fails", () => {
  it.each(kinds)(
    "as %s, at whatever point, removes nothing, and what is left is done later",
    async (kind) => {
      const world = await worldAtRest(database.db, "a", "b", "c");
      const account = world.account("home");
      // listing, page of "club", pages of "private", an owed event, a tombstone
      for (const calls of [0, 1, 2, 3, 4]) {
        account.owing = [["later", "series"]];
        account.put("private", "a", `later ${calls}`);
        account.forgetCheckpoints();
        const fails: Fault[] = Array.from({ length: 40 }, () => kind);
        await world.start({ source: [...Array.from({ length: calls }, (): Fault => "none"), ...fails] });
        const pulled = await world.pull("home");
        expect(pulled.outcome).not.toBe("complete");
        expect(pulled.errors).not.toEqual([]);
        await world
          .reconcile()
          .catch((error: unknown) => expect(error).toMatchObject({ name: "AbortError" }));
        expect(world.sink.writes.map((write) => write.kind)).not.toContain("remove");
        expect(world.sink.objects.size).toBe(3);
        await world.settle();
        expect(titles(world)).toEqual(["b", "c", `later ${calls}`]);
      }
    },
  );

  it("of one calendar keeps back the removals of the other: the event may have moved there", async () => {
    const world = await worldAtRest(database.db, "m");
    world.account("home").move("private", "club", "m");
    // Read in the order of the listing at first sight: "private", then "club", which fails.
    await world.start({ source: ["none", "none", "transient"] });
    const { pulls } = await world.run();
    expect(pulls.map((pull) => [pull.outcome, pull.tombstones])).toEqual([["incomplete", 0]]);
    expect(world.sink.objects.size).toBe(1);
    await world.settle();
    expect(world.sink.writes).toEqual([]);
    expect(titles(world)).toEqual(["m"]);
  });

  it("of a removal that cannot be confirmed leaves the event, and asks again", async () => {
    const world = await worldAtRest(database.db, "a", "b");
    world.account("home").remove("private", "a");
    await world.start({ source: ["none", "none", "none", "item"] });
    const { pulls } = await world.run();
    expect(pulls.map((pull) => [pull.outcome, pull.owed])).toEqual([["incomplete", 1]]);
    expect(world.sink.writes).toEqual([]);
    await world.settle();
    expect(titles(world)).toEqual(["b"]);
  });

  it("that calls events removed which are there removes nothing", async () => {
    const world = await worldAtRest(database.db, "a", "b");
    world.account("home").noisy = true;
    await world.troubledRun({});
    world.account("home").noisy = false;
    await world.settle();
    expect(world.sink.writes).toEqual([]);
  });

  it("does not find a calendar that vanished, and keeps its events until it is back", async () => {
    const world = await worldAtRest(database.db, "a", "b");
    const account = world.account("home");
    account.put("club", "c", "c");
    await world.settle();
    world.sink.writes.length = 0;
    account.show("private", false);
    await world.settle();
    account.put("private", "a", "changed meanwhile");
    account.show("private", true);
    await world.settle();
    expect(world.sink.writes).toEqual([{ kind: "update", name: world.nameOf("a") }]);
    expect(titles(world)).toEqual(["b", "c", "changed meanwhile"]);
  });

  it("finds a calendar's events again under another id, and doubles none of them", async () => {
    const world = await worldAtRest(database.db, "a", "b");
    const account = world.account("home");
    const names = [world.nameOf("a"), world.nameOf("b")];
    world.sink.writes.length = 0;
    account.show("private", false);
    account.put("club", "a", "a");
    account.put("club", "b", "b, changed meanwhile");
    await world.settle();
    expect(world.sink.writes).toEqual([{ kind: "update", name: names[1] }]);
    expect(titles(world)).toEqual(["a", "b, changed meanwhile"]);
    expect([world.nameOf("a"), world.nameOf("b")]).toEqual(names);
    account.remove("club", "a");
    await world.settle();
    expect(titles(world)).toEqual(["b, changed meanwhile"]);
  });

  it("gives nonsense for an event, which stays as it was last readable", async () => {
    const world = await worldAtRest(database.db, "a", "b");
    world.account("home").putText("private", "a", "BEGIN:VCALENDAR\r\nhalf a bo");
    await world.settle();
    expect(world.sink.writes).toEqual([]);
    expect(
      await database.db.selectFrom("staged").select("reason").where("state", "=", "quarantined").execute(),
    ).toHaveLength(1);
    world.account("home").put("private", "a", "readable again");
    await world.settle();
    expect(titles(world)).toEqual(["b", "readable again"]);
    expect(world.sink.writes).toEqual([{ kind: "update", name: world.nameOf("a") }]);
  });
});

describe("a removal", () => {
  it("waits for what other calendars owe, for some time", async () => {
    const world = await worldAtRest(database.db, "m");
    const account = world.account("home");
    account.owing = [["SUMMARY:m", "fetch"]];
    account.move("private", "club", "m");
    for (const attempt of [1, 2, 3]) {
      // listing, "private", "club", then the fetch, which fails
      await world.start({ source: ["none", "none", "none", "item"] });
      const { pulls } = await world.run();
      expect([attempt, pulls[0]?.tombstones]).toEqual([attempt, attempt < 3 ? 0 : 1]);
      expect(world.sink.objects.size).toBe(attempt < 3 ? 1 : 0);
    }
    await world.settle();
    expect(standing(world)).toEqual({ [world.nameOf("m")]: "m" });
  });

  it("is the less believed where another calendar owes the very event", async () => {
    const world = new World(database.db, [work]);
    const account = world.account("work");
    account.put("main", "m", "m");
    await world.settle();
    account.owing = [["SUMMARY:m", "series"]];
    account.move("main", "team", "m");
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await world.start({ source: ["none", "none", "none", "item"] });
      const { pulls } = await world.run();
      expect(pulls.map((pull) => [pull.tombstones, pull.owed])).toEqual([[0, 2]]);
    }
    await world.settle();
    expect(world.sink.writes.map((write) => write.kind)).toEqual(["create"]);
  });
});
