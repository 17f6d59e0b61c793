import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { auditTarget } from "../../../src/reconcile/audit/audit-target.ts";
import { adopt, planAdoption } from "../../../src/reconcile/decide/adopt.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import type { Fault } from "./faults.ts";
import { meeting } from "./meeting.ts";
import { editOnPhone, home, round, titles, undoForGood } from "./undoing.ts";
import { target, World } from "./world.ts";

vi.setConfig({ testTimeout: 60_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

async function settled(...uids: string[]): Promise<World> {
  const world = new World(database.db, [home]);
  for (const uid of uids) world.account("home").put("private", uid, uid);
  await world.settle();
  await watch(world);
  return world;
}

const byPhone = (world: World, uid: string): void =>
  editOnPhone(world, uid, (ics) => ics.replace(/SUMMARY:.*/, "SUMMARY:by phone"));

async function watch(world: World): Promise<void> {
  await world.start();
  await world.reconcile({ watch: true });
}

async function audit(world: World): Promise<void> {
  await world.start();
  await auditTarget(world.context, target, new AbortController().signal, { repair: true, deep: true });
}

/** The source has something else, and nobody looks before it is written; what goes wrong with it is made good. */
async function comeUpon(world: World, uid: string, sink: readonly Fault[]): Promise<void> {
  world.account("home").put("private", uid, `${uid} moved`);
  await world.start({ sink });
  const sink_seen_at = new Date(world.context.clock.now()).toISOString();
  await world.db.updateTable("target").set({ sink_seen_at }).execute();
  await world.run().catch(() => undefined);
  await world.settle();
}

/** The source has something else for both. */
async function write(world: World): Promise<void> {
  for (const uid of ["a", "b"]) world.account("home").put("private", uid, `${uid} moved`);
  await round(world);
}

/** What is done and why, of the lines of the journal that say that others did something; oldest first. */
async function told(world: World): Promise<string[]> {
  const lines = await world.db.selectFrom("action").selectAll().orderBy("id").execute();
  return lines
    .filter(({ deviation, reason }) => deviation !== null || reason.includes("phone"))
    .map(({ deviation, kind, summary, reason }) => `${deviation}: ${kind} ${summary}, ${reason}`);
}

const reasons = {
  altered:
    "it was changed in the target, on a phone or by another program; it is written as home has it, and what stood there is kept in the journal",
  missing:
    "it was removed from the target, on a phone or by another program; it is written again as home has it",
};

describe("what others do in a target, put right and on record", () => {
  it.each([
    ["by the watch", watch],
    ["by an audit", audit],
  ])("is told with its reason where it was noticed %s", async (_, notice) => {
    const world = await settled("a", "b", "c");
    byPhone(world, "a");
    world.sink.take(world.nameOf("b"));
    await notice(world);
    expect(titles(world)).toEqual(["a", "b", "c"]);
    expect((await told(world)).toSorted()).toEqual([
      `altered: update a, ${reasons.altered}`,
      `missing: create b, ${reasons.missing}`,
    ]);
    // Once: the next change is the source's.
    await write(world);
    world.account("home").remove("private", "a");
    await round(world);
    expect(await told(world)).toHaveLength(2);
  });

  const troubles: ReadonlyArray<readonly [string, Fault]> = [
    ["undisturbed", "none"],
    ["killed before the write", "kill"],
    ["killed after the write", "late kill"],
    ["without an answer", "late"],
  ];
  it.each(troubles)("is told where the write comes upon it, %s", async (_, fault) => {
    const world = await settled("a", "b");
    byPhone(world, "a");
    // The target is opened, the first write refused, the object read: the trouble strikes at the second write.
    await comeUpon(world, "a", ["none", "none", "none", fault]);
    world.sink.take(world.nameOf("b"));
    await comeUpon(world, "b", ["none", "none", fault]);
    expect(titles(world)).toEqual(["a moved", "b moved"]);
    const lines = await told(world);
    expect(lines.map((line) => line.replace(/,.*/, ""))).toEqual([
      "altered: update a moved",
      expect.stringMatching(/^missing: (?:update|create) b moved$/),
    ]);
  });

  it.each([
    ["before it arrived", "sink"],
    ["after it arrived", "sink answered"],
  ] as const)("is told where a write was interrupted %s", async (_, kind) => {
    const world = await settled("a", "b");
    world.account("home").put("private", "a", "a moved");
    await world.start({}, undefined, (point) => point.kind === kind && point.what === "update");
    await world.run().catch(() => undefined);
    byPhone(world, "a");
    await round(world);
    expect(await told(world)).toEqual([`altered: update a moved, ${reasons.altered}`]);
  });

  it.each([
    ["before", "sink"],
    ["after", "sink answered"],
  ] as const)("is told where putting it right was interrupted %s the write", async (_, kind) => {
    const world = await settled("a", "b");
    byPhone(world, "a");
    await world.start({}, undefined, (point) => point.kind === kind && point.what === "update");
    await world.reconcile({ watch: true }).catch(() => undefined);
    // Another ETag for the same text, so that the record is made anew.
    if (kind === "sink") editOnPhone(world, "a", (ics) => ics);
    await round(world);
    expect(await told(world)).toEqual([`altered: update a, ${reasons.altered}`]);
  });

  it("is told of what the source removes", async () => {
    const world = await settled("a", "b", "c");
    for (const uid of ["a", "b"]) byPhone(world, uid);
    world.sink.unreadable.add(world.nameOf("b"));
    await world.start();
    world.account("home").remove("private", "a");
    await world.pull("home");
    await world.reconcile({ watch: true });
    world.sink.unreadable.clear();
    world.account("home").remove("private", "b");
    await round(world);
    expect(await told(world)).toEqual([
      "altered: delete a, removed from home",
      "altered: delete b, removed from home",
    ]);
  });

  it("is told of what a person decided on", async () => {
    const world = await settled("a", "b");
    await write(world);
    await undoForGood(world);
    byPhone(world, "a");
    world.sink.take(world.nameOf("b"));
    await watch(world);
    expect(titles(world)).toEqual(["a", "b"]);
    expect((await told(world)).toSorted()).toEqual([
      "altered: update a, to stand as you decided",
      "missing: create b, to stand as you decided",
    ]);
  });
});

describe("nothing is said of others", () => {
  it("where objects were found after a lost database, and differ from what their source has by now", async () => {
    const world = await settled("a", "b", "c");
    await world.loseDatabase();
    await write(world);
    expect(titles(world)).toEqual(["a moved", "b moved", "c"]);
    expect(await told(world)).toEqual([]);
  });

  it("where other fingerprints came with a new version", async () => {
    const world = await settled("a", "b");
    await world.db.updateTable("target").set({ fingerprint_version: 0 }).execute();
    await write(world);
    expect(await told(world)).toEqual([]);
  });

  it("where only the ETags changed", async () => {
    const world = await settled("a", "b");
    for (const uid of ["a", "b"]) editOnPhone(world, uid, (ics) => ics);
    await write(world);
    for (const uid of ["a", "b"]) editOnPhone(world, uid, (ics) => ics);
    await audit(world);
    expect(await told(world)).toEqual([]);
  });

  it("where objects were taken over, also if an audit reads them before they are written", async () => {
    const world = new World(database.db, [home]);
    for (const uid of ["a", "b"]) world.account("home").put("private", uid, `${uid} moved`);
    for (const uid of ["a", "b"]) world.sink.place(`${uid}.ics`, meeting(uid, uid));
    await round(world);
    const plan = await planAdoption(world.context, target.id, world.sink, world.faults.signal);
    await adopt(world.context, target.id, plan);
    // The look of a quarter of an hour later comes first: others have touched one of them meanwhile.
    world.sink.place("a.ics", meeting("a", "a"));
    await audit(world);
    expect(titles(world)).toEqual(["a moved", "b moved"]);
    expect(await told(world)).toEqual([]);
  });

  it("where an event that others removed was removed at its source too, and is made anew there", async () => {
    const world = await settled("a", "b");
    world.sink.take(world.nameOf("a"));
    world.account("home").remove("private", "a");
    await world.start();
    await world.pull("home");
    await world.reconcile({ watch: true });
    expect(titles(world)).toEqual(["b"]);
    world.account("home").put("private", "a", "a");
    await round(world);
    expect(titles(world)).toEqual(["a", "b"]);
    expect(await told(world)).toEqual([]);
  });
});
