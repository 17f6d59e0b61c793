import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { applyUndo } from "../../../src/reconcile/decide/undo.ts";
import { entriesOfRun } from "../../../src/store/journal.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { home, lastRun, needless, refusals, round, titles, undo } from "./undoing.ts";
import { target, World } from "./world.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const uids = ["a", "b", "c"];

/** A world in which three events were changed, and the run that did it. */
async function changed(): Promise<{ readonly world: World; readonly run: string }> {
  const world = new World(database.db, [home]);
  for (const uid of uids) world.account("home").put("private", uid, uid);
  await round(world);
  for (const uid of uids) world.account("home").put("private", uid, `${uid}, changed`);
  await round(world);
  return { world, run: (await lastRun(world)).run };
}

describe("an undo in an outage of the target", () => {
  it("says that nothing was done where the target cannot be reached at all", async () => {
    const { world, run } = await changed();
    world.advance(60 * 60_000);
    await world.start({ sink: ["transient"] });
    const undone = await undo(world, run);
    expect(undone).toMatchObject({ kind: "stopped", begun: null, restored: 0, error: { kind: "transient" } });
    expect(titles(world)).toEqual(uids.map((uid) => `${uid}, changed`));
  });

  it("says how far it got, which holds, and does the rest when it is given again", async () => {
    const { world, run } = await changed();
    await world.start({ sink: ["none", "none", "auth"] });
    const undone = await undo(world, run);
    expect(undone).toMatchObject({
      kind: "stopped",
      begun: { total: 3 },
      restored: 1,
      error: { kind: "auth" },
    });
    expect(titles(world).filter((title) => uids.includes(title))).toHaveLength(1);
    await round(world);
    await world.start();
    const rest = await undo(world, run);
    expect(rest).toMatchObject({ kind: "done", restored: 2, failed: [] });
    expect([refusals(rest), needless(rest)]).toEqual([[], ["it already stands as it stood before"]]);
    await round(world);
    expect(titles(world)).toEqual(uids);
  });

  it.each([
    ["was never written", "transient", ["a, changed"], 0],
    ["was written and its answer lost", "late", ["a"], 1],
  ] as const)(
    "of one event that %s has a line in the journal after the next run, or none",
    async (...row) => {
      const [, fault, stands, lines] = row;
      const { world } = await changed();
      await world.start({ sink: ["none", fault] });
      const slot = world.nameOf("a").replace(".ics", "");
      const selector = { kind: "event", targetId: target.id, slot } as const;
      const undone = await applyUndo(world.context, target, selector, world.faults.signal);
      const run = undone.kind === "stopped" ? undone.begun?.run : undefined;
      await round(world);
      expect(titles(world).filter((title) => title.startsWith("a"))).toEqual(stands);
      expect(await entriesOfRun(database.db, run ?? "not begun")).toHaveLength(lines);
    },
  );

  it("is left to whoever stopped it where it was stopped", async () => {
    const { world, run } = await changed();
    await world.start({ sink: ["aborted"] });
    await expect(undo(world, run)).rejects.toThrow(/stopped|aborted/);
  });
});
