import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changingRuns } from "../../../src/store/changing-runs.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { contents, editOnPhone, home, lastRun, round, undoForGood } from "./undoing.ts";
import { World } from "./world.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());

const uid = fc.constantFrom("a", "b", "c");
const step = fc.record({
  /** What the source says from now on; null: nothing. */
  changes: fc.array(fc.record({ uid, title: fc.constantFrom("one", "two", "three", null) }), {
    minLength: 1,
    maxLength: 3,
  }),
  /** What the phone does before the run: another title, or the event is gone. */
  phone: fc.option(fc.record({ uid, removes: fc.boolean() }), { freq: 3 }),
  undos: fc.nat({ max: 2 }),
});

describe("any sequence of changes, runs and undos", { timeout: 120_000 }, () => {
  it("has each undo of the last run restore exactly what stood before it, and last", async () => {
    let undone = 0;
    const oneWorld = async (steps: ReadonlyArray<Step>): Promise<void> => {
      await clearDatabase(database.db);
      const world = new World(database.db, [home]);
      world.account("home").put("private", "anchor", "anchor");
      world.account("home").put("private", "a", "zero");
      await round(world);
      for (const { changes, phone, undos } of steps) {
        if (phone !== null) actOnPhone(world, phone);
        const before = contents(world);
        const lastBefore = (await lastRun(world)).run;
        for (const { uid: id, title } of changes) {
          if (title === null) world.account("home").remove("private", id);
          else world.account("home").put("private", id, title);
        }
        await round(world);
        if ((await lastRun(world)).run === lastBefore) continue;
        const states = [before, contents(world)];
        for (let turn = 0; turn < undos; turn += 1) {
          await undoForGood(world);
          expect(contents(world)).toEqual(states[turn]);
          undone += 1;
        }
      }
      expect((await changingRuns(database.db, 1000)).length).toBeGreaterThan(0);
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 5 }), oneWorld), {
      seed: 20270102,
      numRuns: 7,
    });
    expect(undone).toBeGreaterThan(7);
  });
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function actOnPhone(
  world: World,
  { uid: id, removes }: { readonly uid: string; readonly removes: boolean },
): void {
  const name = world.nameOf(id);
  if (!world.sink.objects.has(name)) return;
  if (removes) world.sink.objects.delete(name);
  else editOnPhone(world, id, (ics) => ics.replace(/SUMMARY:.*/, "SUMMARY:as on the phone"));
}
