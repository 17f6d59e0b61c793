import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { adopt, planAdoption } from "../../../src/reconcile/decide/adopt.ts";
import { auditTarget } from "../../../src/reconcile/audit/audit-target.ts";
import { reconcileTarget } from "../../../src/reconcile/reconcile.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { meeting } from "./meeting.ts";
import { editOnPhone, home, round, titles } from "./undoing.ts";
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
  return world;
}

function moveAll(world: World): void {
  for (const uid of ["a", "b", "c"]) world.account("home").put("private", uid, `${uid} moved`);
}

/** A run that is killed before, or after, its first update reaches the target. */
async function killed(world: World, kind: "sink" | "sink answered"): Promise<void> {
  await world.start({}, undefined, (point) => point.kind === kind && point.what === "update");
  await world.run().catch(() => undefined);
}

/** Several rounds, the pauses after failures over. */
async function rounds(world: World): Promise<string[]> {
  const outcomes: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    world.advance(3_600_000);
    outcomes.push(await round(world));
  }
  return outcomes;
}

const intents = async (world: World): Promise<string[]> =>
  (await world.db.selectFrom("write_intent").select("name").execute()).map(({ name }) => name);

async function audited(world: World): Promise<boolean | undefined> {
  await world.start();
  const signal = new AbortController().signal;
  return (await auditTarget(world.context, target, signal, { repair: true, deep: true }))?.isBalanced;
}

const troubles = {
  "that no body is kept of": async (world: World) => {
    await world.loseDatabase();
    await world.settle();
    moveAll(world);
  },
  "that stands there at the first look": async (world: World) => {
    await world.loseDatabase();
    moveAll(world);
  },
  "that stands there at the first look after an upgrade": async (world: World) => {
    await world.db.updateTable("target").set({ fingerprint_version: 0 }).execute();
    moveAll(world);
  },
  "that was edited on the phone": async (world: World) => {
    for (const uid of ["a", "b", "c"])
      editOnPhone(world, uid, (ics) => ics.replace(/SUMMARY:.*/, "SUMMARY:by phone"));
    moveAll(world);
  },
  "that a run was killed at": async (world: World) => {
    moveAll(world);
    await killed(world, "sink");
  },
};

describe("an object that cannot be read", () => {
  it.each(Object.entries(troubles))("%s does not stop the others", async (_, begin) => {
    const world = await settled("a", "b", "c");
    await begin(world);
    world.sink.unreadable.add(world.nameOf("a"));
    const outcomes = await rounds(world);
    expect(outcomes).not.toContain("failed");
    expect(titles(world)).toEqual(expect.arrayContaining(["b moved", "c moved"]));
    expect(world.sink.objects.size).toBe(3);
    world.sink.unreadable.clear();
    await rounds(world);
    expect(await audited(world)).toBe(true);
    expect(titles(world)).toEqual(["a moved", "b moved", "c moved"]);
  });

  it("is not removed before its body can be kept", async () => {
    const world = await settled("a", "b");
    await world.loseDatabase();
    await world.settle();
    world.account("home").remove("private", "a");
    world.account("home").put("private", "b", "b moved");
    world.sink.unreadable.add(world.nameOf("a"));
    await rounds(world);
    expect(titles(world)).toEqual(["a", "b moved"]);
    world.sink.unreadable.clear();
    await rounds(world);
    expect(titles(world)).toEqual(["b moved"]);
  });

  it("keeps what was announced for it until somebody can look it up", async () => {
    const world = await settled("a", "b");
    world.account("home").put("private", "a", "a moved");
    await killed(world, "sink answered");
    world.sink.unreadable.add(world.nameOf("a"));
    world.account("home").put("private", "a", "a moved again");
    world.account("home").put("private", "b", "b moved");
    await rounds(world);
    expect([titles(world), await intents(world)]).toEqual([["a moved", "b moved"], [world.nameOf("a")]]);
    world.sink.unreadable.clear();
    await rounds(world);
    expect([titles(world), await intents(world)]).toEqual([["a moved again", "b moved"], []]);
    const lines = await world.db
      .selectFrom("action")
      .select(["outcome", "before_body", "after_body"])
      .where("summary", "like", "a moved%")
      .where("after_body", "is not", null)
      .orderBy("id")
      .execute();
    expect(lines.map(({ outcome }) => outcome)).toEqual(["found done after an interruption", "updated"]);
    expect(lines[1]?.before_body).toBe(lines[0]?.after_body);
  });

  it("is looked at again by the watch, which tells of the others", async () => {
    const world = await settled("a", "b");
    await world.start();
    await world.reconcile({ watch: true });
    for (const uid of ["a", "b"])
      editOnPhone(world, uid, (ics) => ics.replace(/SUMMARY:.*/, "SUMMARY:by phone"));
    world.sink.unreadable.add(world.nameOf("a"));
    await world.start();
    await world.reconcile({ watch: true });
    expect(titles(world)).toEqual(["b", "by phone"]);
    world.sink.unreadable.clear();
    await world.start();
    await world.reconcile({ watch: true });
    expect(titles(world)).toEqual(["a", "b"]);
  });

  it("is not doubled under the target's new id after the database was lost", async () => {
    const world = await settled("a", "b");
    await world.loseDatabase();
    const renamed = { ...target, id: "renamed", was: target.id };
    world.sink.unreadable.add(world.nameOf("a"));
    world.configure((accounts) => accounts.map((one) => ({ ...one, targetId: "renamed" })));
    Object.assign(world.context, { targets: [renamed] });
    await world.start();
    await world.pull("home");
    const reconcile = () => reconcileTarget(world.context, renamed, world.faults.signal);
    expect(await reconcile()).toMatchObject({ outcome: "incomplete", counts: { adopted: 1, postponed: 1 } });
    expect(titles(world)).toEqual(["a", "b"]);
    world.sink.unreadable.clear();
    await world.start();
    expect(await reconcile()).toMatchObject({ outcome: "complete" });
    expect(titles(world)).toEqual(["a", "b"]);
  });

  it("lets nothing be written where it may have been taken over, and no database knows for which meeting", async () => {
    const world = new World(database.db, [home]);
    world.account("home").put("private", "a", "a");
    world.account("home").put("private", "b", "b");
    world.sink.place("theirs.ics", meeting("a", "a"));
    await round(world);
    const plan = await planAdoption(world.context, target.id, world.sink, world.faults.signal);
    await adopt(world.context, target.id, plan);
    await world.settle();
    await world.loseDatabase();
    world.sink.unreadable.add("theirs.ics");
    expect(await rounds(world)).toContain("failed");
    const row = await world.db.selectFrom("target").select("last_error").executeTakeFirstOrThrow();
    expect(row.last_error).toContain("theirs.ics cannot be read");
    expect(titles(world)).toEqual(["a", "b"]);
    world.sink.unreadable.clear();
    world.advance(3_600_000);
    await world.settle();
    expect(titles(world)).toEqual(["a", "b"]);
  });
});

describe("a server that gives no object at all", () => {
  it("is left alone at the first look, and not asked for each of them", async () => {
    const uids = Array.from({ length: 60 }, (_, index) => `m${index}`);
    const world = await settled(...uids);
    await world.loseDatabase();
    for (const uid of uids) world.sink.unreadable.add(world.nameOf(uid));
    const { requests } = world.sink;
    expect(await round(world)).toBe("failed");
    expect(world.sink.requests - requests).toBeLessThan(20);
    world.sink.unreadable.clear();
    const writes = world.sink.writes.length;
    world.advance(3_600_000);
    await world.settle();
    expect(world.sink.writes).toHaveLength(writes);
  });

  it("has an audit say that nothing was looked at", async () => {
    const world = await settled("a", "b", "c");
    for (let count = 0; count < 12; count += 1) world.sink.place(`t${count}.ics`, meeting(`t${count}`, "t"));
    for (const name of world.sink.objects.keys()) world.sink.unreadable.add(name);
    await world.start();
    const options = { repair: true, deep: true };
    const seen = await auditTarget(world.context, target, new AbortController().signal, options);
    expect(seen).toMatchObject({ isComplete: false, isBalanced: false, differences: [] });
  });
});
