import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { home, lastRun, refusals, round, titles, undo } from "./undoing.ts";
import { World } from "./world.ts";

vi.setConfig({ testTimeout: 60_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

describe("an undo of what an interrupted run wrote to since", () => {
  it("waits until somebody can look that up, and costs the journal nothing", async () => {
    const world = new World(database.db, [home]);
    const say = (uid: string, title: string): void => world.account("home").put("private", uid, title);
    for (const title of ["first", "second"]) {
      for (const uid of ["a", "b"]) say(uid, `${uid} ${title}`);
      await world.settle();
    }
    const { run } = await lastRun(world);
    say("a", "a third");
    await world.start({}, undefined, ({ kind, what }) => kind === "sink answered" && what === "update");
    await world.run().catch(() => undefined);
    world.sink.unreadable.add(world.nameOf("a"));
    await world.start();
    const undone = await undo(world, run);
    expect(undone).toMatchObject({ kind: "done", restored: 1, failed: [] });
    expect(refusals(undone)).toEqual([expect.stringContaining("cannot be looked up yet")]);
    expect(titles(world)).toEqual(["a third", "b first"]);
    world.sink.unreadable.clear();
    await world.start();
    expect(refusals(await undo(world, run))).toEqual(
      expect.arrayContaining([expect.stringContaining("a later run changed it again")]),
    );
    await round(world);
    const lines = await world.db.selectFrom("action").select(["summary", "outcome"]).orderBy("id").execute();
    expect(lines.filter(({ summary }) => summary.startsWith("a "))).toEqual([
      { summary: "a first", outcome: "created" },
      { summary: "a second", outcome: "updated" },
      { summary: "a third", outcome: "found done after an interruption" },
      { summary: "a third", outcome: "recorded" },
    ]);
    expect(titles(world)).toEqual(["a third", "b first"]);
  });
});
