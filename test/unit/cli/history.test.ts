import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { historyCommand } from "../../../src/cli/history.ts";
import { auditTarget } from "../../../src/reconcile/audit/audit-target.ts";
import { editOnPhone, home } from "../reconcile/undoing.ts";
import { target, World } from "../reconcile/world.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";

vi.setConfig({ testTimeout: 60_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

async function settled(): Promise<World> {
  const world = new World(database.db, [home]);
  for (const uid of ["Dentist", "Lunch", "School"]) world.account("home").put("private", uid, uid);
  await world.settle();
  return world;
}

/** What `kalends history TITLE` says: its lines, and the deviation of each entry in its JSON. */
async function history(world: World, title: string, bodies = false) {
  const lines: string[] = [];
  let result: unknown;
  const output = {
    json: false,
    print: (line: string) => void lines.push(line),
    result: (value: unknown) => {
      result = value;
    },
    progress: () => undefined,
  };
  await historyCommand({ context: world.context, output }, [title], bodies ? { bodies: true } : {});
  return { text: lines.join("\n"), result };
}

const ways = {
  "the write": async (world: World) => {
    // Nobody has looked since, and the source has something else for each of them.
    for (const uid of ["Dentist", "Lunch"]) world.account("home").put("private", uid, `${uid} moved`);
    await world.start();
    const sink_seen_at = new Date(world.context.clock.now()).toISOString();
    await world.db.updateTable("target").set({ sink_seen_at }).execute();
    await world.run();
  },
  "the look of every quarter of an hour": async (world: World) => {
    await world.start();
    await world.reconcile({ watch: true });
  },
  "an audit": async (world: World) => {
    await world.start();
    await auditTarget(world.context, target, world.faults.signal, { repair: true, deep: false });
  },
};

describe("the history of an event that somebody", () => {
  it.each(Object.entries(ways))(
    "changed or removed on the phone says so, noticed by %s",
    async (_, notice) => {
      const world = await settled();
      editOnPhone(world, "Dentist", (ics) => ics.replace(/SUMMARY:.*/, "SUMMARY:by phone"));
      world.sink.take(world.nameOf("Lunch"));
      await notice(world);
      const edited = await history(world, "Dentist");
      expect(edited.text).toMatch(/update .*\n +it had been changed on the phone .*: --bodies shows it$/);
      expect(edited.result).toMatchObject({ entries: [{ deviation: null }, { deviation: "altered" }] });
      expect((await history(world, "Dentist", true)).text).toContain("SUMMARY:by phone");
      const removed = await history(world, "Lunch");
      expect(removed.text).toMatch(/\n +it had been removed on the phone .* and was written again$/);
      expect(removed.result).toMatchObject({ entries: [{ deviation: null }, { deviation: "missing" }] });
      expect((await history(world, "School")).text).not.toContain("phone");
    },
  );

  it("did nothing to says nothing of a phone, whatever happened to it otherwise", async () => {
    const world = await settled();
    await world.loseDatabase();
    world.account("home").put("private", "Dentist", "Dentist moved");
    await world.settle();
    for (const title of ["Dentist", "School"]) {
      const { text, result } = await history(world, title);
      expect(text).not.toContain("phone");
      expect(result).toMatchObject({ entries: [{ deviation: null }] });
    }
  });
});
