import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { RemoteErrorKind } from "../../../src/http/remote-error.ts";
import { LeaseLostError } from "../../../src/reconcile/with-lease.ts";
import { takeLease } from "../../../src/store/leases.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { summaryOf } from "./fake-target.ts";
import type { Fault } from "./faults.ts";
import { type AccountSpec, World } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const home: AccountSpec = { id: "home", style: "href", calendars: ["private", "club"], priority: 1 };

const work: AccountSpec = { id: "work", style: "immutable", calendars: ["main", "team"], priority: 1 };

const standing = (world: World): Record<string, string> =>
  Object.fromEntries([...world.sink.objects].map(([name, object]) => [name, summaryOf(object.ics)]));
const titles = (world: World): string[] => Object.values(standing(world)).toSorted();

/** A world at rest with these events in "private". */
async function settled(...uids: string[]): Promise<World> {
  const world = new World(database.db, [home]);
  for (const uid of uids) world.account("home").put("private", uid, uid);
  await world.settle();
  world.sink.writes.length = 0;
  return world;
}

const kinds: RemoteErrorKind[] = [
  ...(["transient", "throttled", "auth", "forbidden", "missing", "checkpoint"] as const),
  ...(["conflict", "refused", "protocol", "aborted"] as const),
];

describe("a read that fails", () => {
  it.each(kinds)(
    "as %s, at whatever point, removes nothing, and what is left is done later",
    async (kind) => {
      const world = await settled("a", "b", "c");
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
    const world = await settled("m");
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
    const world = await settled("a", "b");
    world.account("home").remove("private", "a");
    await world.start({ source: ["none", "none", "none", "item"] });
    const { pulls } = await world.run();
    expect(pulls.map((pull) => [pull.outcome, pull.owed])).toEqual([["incomplete", 1]]);
    expect(world.sink.writes).toEqual([]);
    await world.settle();
    expect(titles(world)).toEqual(["b"]);
  });

  it("that calls events removed which are there removes nothing", async () => {
    const world = await settled("a", "b");
    world.account("home").noisy = true;
    await world.troubledRun({});
    world.account("home").noisy = false;
    await world.settle();
    expect(world.sink.writes).toEqual([]);
  });

  it("does not find a calendar that vanished, and keeps its events until it is back", async () => {
    const world = await settled("a", "b");
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
    const world = await settled("a", "b");
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
    const world = await settled("a", "b");
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
    const world = await settled("m");
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
    const world = await settled("a");
    world.account("home").put("private", "b", "b");
    await world.troubledRun({ sink: ["none", "none", fault] });
    expect(titles(world)).toEqual(["a", "b"]);
    world.account("home").remove("private", "b");
    await world.settle();
    expect(titles(world)).toEqual(["a"]);
  });

  it.each(faults)("(%s) of a change is taken back when the event changed back", async (fault) => {
    const world = await settled("a");
    world.account("home").put("private", "a", "changed");
    await world.troubledRun({ sink: ["none", "none", fault] });
    expect(titles(world)).toEqual(["changed"]);
    world.account("home").put("private", "a", "a");
    await world.settle();
    expect(titles(world)).toEqual(["a"]);
  });

  it.each(faults)("(%s) of a removal is made good when the event is back", async (fault) => {
    const world = await settled("a", "b");
    const { ics } = world.account("home").find("private", "b") ?? { ics: "" };
    world.account("home").remove("private", "b");
    await world.troubledRun({ sink: ["none", "none", fault] });
    expect(titles(world)).toEqual(["a"]);
    world.account("home").putText("private", "b", ics);
    await world.settle();
    expect(standing(world)).toEqual({ [world.nameOf("a")]: "a", [world.nameOf("b")]: "b" });
  });

  it.each(faults)("(%s) is not written again when it arrived", async (fault) => {
    const world = await settled("a");
    world.account("home").put("private", "a", "changed");
    world.account("home").put("private", "b", "b");
    await world.troubledRun({ sink: ["none", "none", "none", fault] });
    expect(world.sink.writes).toHaveLength(2);
    await world.settle();
    expect(world.sink.writes).toHaveLength(2);
    expect(titles(world)).toEqual(["b", "changed"]);
  });

  it("keeps an edit that it finds instead", async () => {
    const world = await settled("a");
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
    const world = await settled("a");
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
    const world = await settled("a");
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
    const world = await settled("a");
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
