import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { readBodies } from "../../../src/store/journal.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { editOnPhone, home, round, titles, undo } from "./undoing.ts";
import { World } from "./world.ts";

vi.setConfig({ testTimeout: 60_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const interrupted = "interrupted: neither what stood there nor what was to be written was found there";

async function settled(): Promise<World> {
  const world = new World(database.db, [home]);
  world.account("home").put("private", "a", "a");
  await world.settle();
  return world;
}

/** A run that is killed before, or after, a write reaches the target. */
async function killed(world: World, kind: "sink" | "sink answered", what: string): Promise<void> {
  await world.start({}, undefined, (point) => point.kind === kind && point.what === what);
  await world.run().catch(() => undefined);
}

const byPhone = (world: World, uid: string): void =>
  editOnPhone(world, uid, (ics) => ics.replace(/SUMMARY:.*/, "SUMMARY:by phone"));

/** The last lines of the journal: how it ended, and the titles before and after. */
async function told(
  world: World,
  count: number,
): Promise<ReadonlyArray<readonly [string, string | null, string | null]>> {
  const rows = await world.db.selectFrom("action").selectAll().orderBy("id", "desc").limit(count).execute();
  const bodies = await readBodies(
    world.db,
    rows.flatMap((row) => [row.before_body ?? [], row.after_body ?? []].flat()),
  );
  const title = (hash: string | null): string | null =>
    hash === null ? null : (/SUMMARY:(.*)/.exec(bodies.get(hash) ?? "")?.[1]?.trim() ?? "lost");
  return rows
    .toReversed()
    .map((row) => [row.outcome, title(row.before_body), title(row.after_body)] as const);
}

const restoredAt = async (world: World): Promise<Date | null> =>
  (await world.db.selectFrom("target").select("restored_at").executeTakeFirstOrThrow()).restored_at;

describe("the journal of a write that was interrupted", () => {
  it("says that it was found done, and what it has written", async () => {
    const world = await settled();
    world.account("home").put("private", "a", "changed");
    await killed(world, "sink answered", "update");
    await round(world);
    expect((await told(world, 9))[1]).toEqual(["found done after an interruption", "a", "changed"]);
  });

  it.each([
    ["before it arrived", "sink"],
    ["after it arrived", "sink answered"],
  ] as const)("%s does not say so of what the phone has written since", async (_, kind) => {
    const world = await settled();
    world.account("home").put("private", "a", "changed");
    await killed(world, kind, "update");
    byPhone(world, "a");
    await round(world);
    expect(titles(world)).toEqual(["changed"]);
    expect(await told(world, 2)).toEqual([
      [interrupted, null, null],
      ["updated", "by phone", "changed"],
    ]);
    await world.start();
    await undo(world);
    expect(titles(world)).toEqual(["by phone"]);
  });

  it("of a new object says what it had written, whatever the phone made of it", async () => {
    const world = await settled();
    world.account("home").put("private", "n", "new");
    await killed(world, "sink answered", "create");
    byPhone(world, "n");
    await round(world);
    expect(await told(world, 2)).toEqual([
      ["found done after an interruption", null, "new"],
      ["updated", "by phone", "new"],
    ]);
  });

  it("says nothing where what stood there has another ETag", async () => {
    const world = await settled();
    world.account("home").put("private", "a", "changed");
    await killed(world, "sink", "update");
    editOnPhone(world, "a", (ics) => ics);
    await round(world);
    expect((await told(world, 9)).map(([outcome]) => outcome)).toEqual(["created", "updated"]);
  });

  it("is true of a version whose fingerprints were others", async () => {
    const world = await settled();
    world.account("home").put("private", "a", "changed");
    await killed(world, "sink answered", "update");
    await world.db.updateTable("write_intent").set({ fingerprint: "an earlier version's" }).execute();
    await world.db.updateTable("target").set({ fingerprint_version: 0 }).execute();
    await round(world);
    expect((await told(world, 9))[1]).toEqual(["found done after an interruption", "a", "changed"]);
    for (let count = 0; count < 2; count += 1) {
      await world.start();
      await world.reconcile({ watch: true });
    }
    expect(await restoredAt(world)).toBeNull();
  });
});
