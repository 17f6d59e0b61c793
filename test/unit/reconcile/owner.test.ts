import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { adopt, planAdoption } from "../../../src/reconcile/decide/adopt.ts";
import { forget, planPurge } from "../../../src/reconcile/decide/purge.ts";
import { approveHold, listHolds } from "../../../src/store/holds.ts";
import { leftOut } from "../../../src/store/status.ts";
import { commitTranslations, takeDirtyEvents } from "../../../src/store/translations.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { summaryOf } from "./fake-target.ts";
import { meeting } from "./meeting.ts";
import { type AccountSpec, target, World } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const home: AccountSpec = { id: "home", style: "href", calendars: ["private"], priority: 1 };
const work: AccountSpec = { id: "work", style: "immutable", calendars: ["main"], priority: 2 };
const letters = ["a", "b", "c", "d", "e", "f", "g", "h"];

const titles = (world: World): string[] =>
  [...world.sink.objects.values()].map((object) => summaryOf(object.ics)).toSorted();

/** A world at rest, with these events in each account. */
async function settled(events: Readonly<Record<string, readonly string[]>>): Promise<World> {
  const world = new World(database.db, [home, work]);
  const calendar: Record<string, string> = { home: "private", work: "main" };
  for (const [id, uids] of Object.entries(events))
    for (const uid of uids) world.account(id).put(calendar[id] ?? "", uid, `${uid} of ${id}`);
  await world.settle();
  world.sink.writes.length = 0;
  return world;
}

describe("a source taken out of the configuration", () => {
  it("keeps what it wrote, loses to any other, and has it again when it is back", async () => {
    const world = await settled({ home: ["a", "both"], work: ["w", "both"] });
    expect(titles(world)).toEqual(["a of home", "both of home", "w of work"]);
    const [first, second] = world.context.accounts;
    if (first === undefined || second === undefined) throw new Error("two accounts were configured");
    world.configure(() => [second]);
    await world.settle();
    expect(titles(world)).toEqual(["a of home", "both of work", "w of work"]);
    world.configure(() => [first, second]);
    await world.settle();
    expect(titles(world)).toEqual(["a of home", "both of home", "w of work"]);
    expect(world.sink.writes.map((write) => write.kind)).toEqual(["update", "update"]);
  });

  it("keeps a meeting that it brought last, though a better source went before it", async () => {
    const world = await settled({ home: ["both"], work: ["both"] });
    world.configure((accounts) => accounts.filter(({ sourceId }) => sourceId !== "home"));
    await world.settle();
    world.configure(() => []);
    await world.settle();
    expect(titles(world)).toEqual(["both of work"]);
  });

  it("is purged: its objects go, or pass to the source that has the meeting too", async () => {
    const world = await settled({ home: [...letters, "both"], work: ["w", "both"] });
    world.configure((accounts) => accounts.filter(({ sourceId }) => sourceId !== "home"));
    await world.settle();
    const purge = await planPurge(world.context, "home");
    expect(purge.targets[0]?.actions.map((action) => action.kind).toSorted()).toEqual(
      letters.map(() => "delete"),
    );
    await forget(world.context, purge);
    await world.start();
    expect((await world.reconcile({ unguarded: "home" })).outcome).toBe("complete");
    expect(titles(world)).toEqual(["both of work", "w of work"]);
    await world.settle();
  });
});

describe("a source that loses a surprising share", () => {
  it("is held, while other work goes on, until a person approves just that", async () => {
    const world = await settled({ home: letters, work: ["w"] });
    for (const uid of letters) world.account("home").remove("private", uid);
    world.account("home").put("private", "new", "new of home");
    world.account("work").put("main", "w", "w changed");
    await world.start();
    const { result } = await world.run();
    expect(result.outcome).toBe("held");
    expect(titles(world)).toEqual([...letters.map((uid) => `${uid} of home`), "new of home", "w changed"]);
    const holds = await listHolds(database.db);
    expect(holds.map(({ sourceId, approved, actions }) => [sourceId, approved, actions.length])).toEqual([
      ["home", false, letters.length],
    ]);

    await world.start();
    expect((await world.run()).result.outcome).toBe("held");
    await approveHold(database.db, target.id, "home", null);
    await world.settle();
    expect(titles(world)).toEqual(["new of home", "w changed"]);
    expect(await listHolds(database.db)).toEqual([]);
  });

  it("is held as well when the removals are found bit by bit, during a long pull", async () => {
    const world = await settled({ home: letters });
    for (const uid of letters) world.account("home").remove("private", uid);
    await world.start();
    // A reconciliation after each confirmed removal, as when two jobs run side by side.
    const account = world.account("home");
    const settle = account.settle.bind(account);
    account.settle = async function* (calendar, items) {
      for await (const batch of settle(calendar, items)) {
        yield batch;
        await world.reconcile();
      }
    };
    await world.pull("home");
    expect((await world.reconcile()).outcome).toBe("held");
    expect(titles(world)).toEqual(letters.map((uid) => `${uid} of home`));
  });
});

describe("an object that the server refuses", () => {
  it("is said to be left out, not tried again, and forgotten with its event", async () => {
    const world = await settled({ home: ["a"] });
    world.sink.refuses = "never";
    world.account("home").put("private", "b", "never this");
    await world.settle();
    const { requests } = world.sink;
    expect((await leftOut(database.db, 10)).map((entry) => entry.event)).toEqual(["never this"]);
    await world.settle();
    expect(world.sink.requests).toBe(requests);

    world.account("home").put("private", "b", "this then");
    await world.settle();
    expect(titles(world)).toEqual(["a of home", "this then"]);
    expect(await leftOut(database.db, 10)).toEqual([]);

    world.account("home").put("private", "c", "never that");
    await world.settle();
    world.account("home").remove("private", "c");
    await world.settle();
    expect(await leftOut(database.db, 10)).toEqual([]);
  });

  it("is tried again after a while: what was in the way may have passed", async () => {
    const world = await settled({ home: ["a"] });
    world.sink.refuses = "b of home";
    world.account("home").put("private", "b", "b of home");
    await world.settle();
    world.sink.refuses = null;
    await world.start();
    await world.run();
    expect(titles(world)).toEqual(["a of home"]);
    world.advance(60 * 60_000);
    await world.settle();
    expect(titles(world)).toEqual(["a of home", "b of home"]);
    expect(await leftOut(database.db, 10)).toEqual([]);
  });

  it("leaves the older form where it is", async () => {
    const world = await settled({ home: ["a"] });
    world.sink.refuses = "never";
    world.account("home").put("private", "a", "never this");
    await world.settle();
    expect(titles(world)).toEqual(["a of home"]);
  });
});

describe("a pull beside a translation", () => {
  it("may confirm a removal while the event is translated; it is removed all the same", async () => {
    const world = await settled({ home: ["a", "b"] });
    const { db } = database;
    await world.start();
    await db.updateTable("staged").set({ dirty: true }).execute();
    const [account] = await db.selectFrom("account").select("id").where("source_id", "=", "home").execute();
    const events = await takeDirtyEvents(db, [account?.id ?? 0], new Set(), 10);
    world.account("home").remove("private", "a");
    await world.pull("home");
    const commits = events.map(({ stagedId, bodyHash, gone }) => ({
      stagedId,
      bodyHash,
      gone,
      state: "translated" as const,
      reason: null,
      candidates: "kept" as const,
    }));
    await commitTranslations(db, commits, Date.now());
    await world.settle();
    expect(titles(world)).toEqual(["b of home"]);
  });
});

describe("a target with the objects of another program", () => {
  it("is held, and taken over object by object: each keeps its name and UID and is written once", async () => {
    const world = new World(database.db, [home]);
    world.sink.place("old-1.ics", meeting("a", "a, an older copy"));
    world.sink.place("old-2.ics", meeting("made-up", "b of home"));
    world.sink.place("private.ics", meeting("z", "of nobody we know", "20280101T100000Z"));
    for (const uid of ["a", "b", "c"]) world.account("home").put("private", uid, `${uid} of home`);
    await world.start();
    expect((await world.run()).result.outcome).toBe("held");
    expect(world.sink.writes).toEqual([]);

    const { signal } = new AbortController();
    const plan = await planAdoption(world.context, target.id, world.sink, signal);
    expect(plan.matches.map(({ name, by }) => [name, by])).toEqual([
      ["old-1.ics", "UID"],
      ["old-2.ics", "start and title"],
    ]);
    expect(plan.unmatched).toHaveLength(1);
    await adopt(world.context, target.id, plan);
    await world.settle();
    expect(world.sink.writes.map(({ kind, name }) => `${kind} ${name}`).toSorted()).toEqual([
      `create ${world.nameOf("c")}`,
      "update old-1.ics",
      "update old-2.ics",
    ]);
    expect(titles(world)).toEqual(["a of home", "b of home", "c of home", "of nobody we know"]);
    expect(world.sink.objects.get("old-1.ics")?.ics).toContain("UID:a\r\n");

    // They verify as ours now: nothing is doubled without the database.
    world.sink.writes.length = 0;
    await world.loseDatabase();
    await world.settle();
    expect(world.sink.writes).toEqual([]);
  });

  it("gives an object to a meeting that had a place before", async () => {
    const world = await settled({ home: ["a", "b"] });
    world.account("home").remove("private", "b");
    await world.settle();
    world.sink.refuses = "b of home";
    world.account("home").put("private", "b", "b of home");
    await world.settle();
    world.sink.refuses = null;
    world.sink.place("old.ics", meeting("b", "an older b"));
    await database.db.deleteFrom("refusal").execute();
    world.sink.writes.length = 0;

    const plan = await planAdoption(world.context, target.id, world.sink, new AbortController().signal);
    await adopt(world.context, target.id, plan);
    await world.settle();
    expect(world.sink.writes).toEqual([{ kind: "update", name: "old.ics" }]);
    expect(titles(world)).toEqual(["a of home", "b of home"]);
  });
});
