import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { purgeCommand } from "../../../src/cli/purge.ts";
import { meeting } from "../reconcile/meeting.ts";
import { home } from "../reconcile/undoing.ts";
import { World } from "../reconcile/world.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { runCommand } from "./run-command.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

it("says of each event when it is, and how many go and how many another source takes over", async () => {
  const world = new World(database.db, [home, { ...home, id: "second", priority: 2 }]);
  for (const [uid, day] of Object.entries({ a: "08", b: "06", c: "07" }))
    world.account("home").putText("private", uid, meeting(uid, uid, `202701${day}T100000Z`));
  world.account("second").putText("private", "c", meeting("c", "c of the other", "20270107T100000Z"));
  await world.settle();
  await world.start();
  const { text, result } = await runCommand(world, purgeCommand, { source: "home" });
  expect(text.split("\n")).toEqual([
    expect.stringMatching(/^all: delete 2027-01-06T10:00:00\.000Z {2}b {2}\(/),
    expect.stringMatching(/^all: update 2027-01-07T10:00:00\.000Z {2}c of the other {2}\(/),
    expect.stringMatching(/^all: delete 2027-01-08T10:00:00\.000Z {2}a {2}\(/),
    "2 objects of home would be removed, and 1 would be taken over by another source. Nothing was done yet: run it again with --yes to carry this out.",
  ]);
  expect(result).toMatchObject({
    actions: [{ summary: "b", start: "2027-01-06T10:00:00.000Z" }, { kind: "update" }, { summary: "a" }],
  });
});
