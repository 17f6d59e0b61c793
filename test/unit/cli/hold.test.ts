import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { UsageError } from "../../../src/cli/command.ts";
import { holdCommand } from "../../../src/cli/hold.ts";
import { listHolds } from "../../../src/store/holds.ts";
import { home, round, titles } from "../reconcile/undoing.ts";
import { target, World } from "../reconcile/world.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { type Answer, runCommand } from "./run-command.ts";

vi.setConfig({ testTimeout: 60_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

/** Of 40 events 20 are removed at the source, and that waits for a person. */
async function held(): Promise<World> {
  const world = new World(database.db, [home]);
  const uids = Array.from({ length: 40 }, (_, index) => `m${index}`);
  for (const uid of uids) world.account("home").put("private", uid, uid);
  await world.settle();
  for (const uid of uids.slice(20)) world.account("home").remove("private", uid);
  expect(await round(world)).toBe("held");
  await world.start();
  return world;
}

const hold = (world: World, ...args: string[]): Promise<Answer> => runCommand(world, holdCommand, {}, args);

describe("kalends hold", () => {
  it.each(["approve", "reject"])(
    "%s with another mark does nothing, and says which one is held",
    async (action) => {
      const world = await held();
      const mark = (await listHolds(database.db))[0]?.mark ?? "";
      const other = mark === "000000" ? "000001" : "000000";
      expect(await hold(world, action, target.id, "home", other)).toEqual({
        code: 4,
        text:
          `Nothing was done: ${other} is not the mark of what is held now. That would remove 20 events; ` +
          `\`kalends hold show ${target.id} home\` shows it (${mark}).`,
        result: { done: false, reason: "other mark", mark },
      });
      expect((await listHolds(database.db))[0]?.approved).toBe(false);
    },
  );

  it("reject takes the mark in whatever case, and names its run with eight digits", async () => {
    const world = await held();
    const mark = (await listHolds(database.db))[0]?.mark ?? "";
    const { code, text } = await hold(world, "reject", target.id, "home", mark.toUpperCase());
    expect(code).toBe(0);
    expect(text).toMatch(/`kalends undo [0-9a-f]{8}` takes this decision back\.$/);
    await round(world);
    expect(titles(world)).toHaveLength(40);
  });

  it("names the targets and sources that there are, where nothing is held under an unknown one", async () => {
    const world = await held();
    const refused = (targetId: string, sourceId: string) =>
      expect(hold(world, "show", targetId, sourceId)).rejects;
    await refused("nosuch", "home").toThrow(
      new UsageError(`There is no target "nosuch". The configuration has: ${target.id}.`),
    );
    await refused(target.id, "nosuch").toThrow(
      /^There is no source "nosuch"\. The configuration has: office/,
    );
    await refused(target.id, "office").toThrow(/^Nothing of office is held in /);
    await refused(target.id, "@leftovers").toThrow(/^Nothing of @leftovers is held in /);
  });
});
