import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { auditTarget } from "../../../src/reconcile/audit/audit-target.ts";
import { lookAtSink } from "../../../src/reconcile/target/look-at-sink.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { meeting } from "./meeting.ts";
import { editOnPhone, home } from "./undoing.ts";
import { target, World } from "./world.ts";

vi.setConfig({ testTimeout: 60_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

/** A target whose server was moved: other ETags for all, nothing else. */
async function moved(): Promise<World> {
  const world = new World(database.db, [home]);
  for (const uid of ["a", "b", "c"]) world.account("home").put("private", uid, uid);
  await world.settle();
  for (const uid of ["a", "b", "c"]) editOnPhone(world, uid, (ics) => ics);
  return world;
}

const mappings = (world: World) =>
  world.db.selectFrom("mapping").select(["slot", "sink_etag", "sink_base"]).orderBy("slot").execute();

describe("a look at all that stands in a target", () => {
  it("keeps the text of what is otherwise than on record, and of nothing else", async () => {
    const world = await moved();
    editOnPhone(world, "c", (ics) => ics.replace(/SUMMARY:.*/, "SUMMARY:by phone"));
    world.sink.place("theirs.ics", meeting("theirs", "theirs"));
    world.sink.place("copy.ics", world.sink.objects.get(world.nameOf("a"))?.ics ?? "");
    await world.start();
    const { findings } = await lookAtSink(world.context, target.id, world.sink, true, world.faults.signal);
    const kept = findings.filter((finding) => "body" in finding && finding.body.ics !== "");
    expect(kept.map(({ kind }) => kind)).toEqual(["altered"]);
    expect(findings.map(({ kind }) => kind).toSorted()).toEqual([
      "altered",
      "duplicate UID",
      "stale ETag",
      "stale ETag",
    ]);
  });

  it("takes new ETags for what they are, and remembers what was written", async () => {
    const world = await moved();
    const before = await mappings(world);
    const writes = world.sink.writes.length;
    await world.start();
    const signal = new AbortController().signal;
    const seen = await auditTarget(world.context, target, signal, { repair: true, deep: false });
    expect(seen).toMatchObject({ isBalanced: true });
    expect(world.sink.writes).toHaveLength(writes);
    const after = await mappings(world);
    expect(after.map(({ sink_base }) => sink_base)).toEqual(before.map(({ sink_base }) => sink_base));
    expect(after.map(({ sink_etag }) => sink_etag)).toEqual(
      after.map(({ slot }) => world.sink.objects.get(`${slot}.ics`)?.etag),
    );
  });
});
