import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { summaryOf } from "./fake-target.ts";
import { meeting } from "./meeting.ts";
import { World } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

/** As if everything had been recorded by a version that computed other fingerprints. */
async function rewindFingerprints(): Promise<void> {
  const { db } = database;
  for (const [table, column] of [
    ["candidate", "fingerprint"],
    ["mapping", "desired_fingerprint"],
    ["mapping", "sink_fingerprint"],
  ]) {
    await sql`update ${sql.ref(`${table}`)} set ${sql.ref(`${column}`)} = 'old-' || ${sql.ref(`${column}`)}`.execute(
      db,
    );
  }
  await db.updateTable("target").set({ fingerprint_version: null }).execute();
  await db.updateTable("account").set({ translation_basis: "of a version before" }).execute();
}

async function household(): Promise<World> {
  const world = new World(database.db, [
    { id: "home", style: "href", calendars: ["private"], priority: 1 },
    { id: "work", style: "immutable", calendars: ["main"], priority: 2 },
  ]);
  for (const uid of ["a", "b", "c"]) world.account("home").put("private", uid, uid);
  for (const uid of ["c", "d"]) world.account("work").put("main", uid, uid);
  await world.settle();
  world.sink.writes.length = 0;
  return world;
}

describe("another way of computing fingerprints", () => {
  it("writes nothing, because what stands there is read and compared anew", async () => {
    const world = await household();
    const before = structuredClone(world.sink.objects);
    await rewindFingerprints();
    await world.settle();
    expect(world.sink.writes).toEqual([]);
    expect(world.sink.objects).toEqual(before);
  });

  it("writes what changed meanwhile, and only that", async () => {
    const world = await household();
    await rewindFingerprints();
    world.account("home").put("private", "a", "a 2");
    world.account("work").remove("main", "d");
    await world.settle();
    expect(world.sink.writes).toEqual([
      { kind: "update", name: world.nameOf("a") },
      { kind: "remove", name: world.nameOf("d") },
    ]);
  });

  it("takes no object of others for a reason to hold a target that was ours before", async () => {
    const world = await household();
    world.sink.objects.clear();
    world.sink.place("foreign.ics", meeting("foreign", "not ours"));
    await rewindFingerprints();
    world.account("home").put("private", "e", "e");
    await world.settle();
    expect([...world.sink.objects.values()].map((object) => summaryOf(object.ics))).toContain("e");
  });
});
