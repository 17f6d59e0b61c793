import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { slotName } from "../../../src/calendar/slot.ts";
import { auditTarget, type TargetAudit } from "../../../src/reconcile/audit/audit-target.ts";
import { approveHold, listHolds } from "../../../src/store/holds.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { summaryOf } from "./fake-target.ts";
import { meeting } from "./meeting.ts";
import { bodyOf, edit, nameOf, slotOf, tamperings } from "./tamperings.ts";
import { reject } from "./undoing.ts";
import { target, World } from "./world.ts";

vi.setConfig({ testTimeout: 60_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const uids = ["a", "b", "c", "d"];

async function settled(): Promise<World> {
  const world = new World(database.db, [
    { id: "home", style: "href", calendars: ["private"], priority: 1 },
    { id: "work", style: "immutable", calendars: ["main"], priority: 2 },
  ]);
  for (const uid of uids) world.account("home").put("private", uid, `${uid} at home`);
  world.account("work").put("main", "a", "a at work");
  world.account("work").put("main", "w", "w at work");
  await world.settle();
  return world;
}

async function audit(world: World, repair: boolean, deep = false): Promise<TargetAudit> {
  await world.start();
  const audited = await auditTarget(world.context, target, new AbortController().signal, { repair, deep });
  if (audited === null) throw new Error("busy");
  return audited;
}

const kinds = ({ differences }: TargetAudit): string[] =>
  differences.map(({ kind, event }) => `${kind} ${event.title ?? "?"}`).toSorted();

const titles = (world: World): string[] =>
  [...world.sink.objects.values()].map(({ ics }) => summaryOf(ics)).toSorted();

const right = ["a at home", "b at home", "c at home", "d at home", "w at work"];

describe("the audit of a target", () => {
  it("balances where nothing differs: one listing, nothing read, nothing written", async () => {
    const world = await settled();
    world.sink.place("foreign.ics", meeting("foreign", "not ours"));
    world.sink.writes.length = 0;
    const audited = await audit(world, true);
    expect(audited).toMatchObject({
      isBalanced: true,
      isComplete: true,
      waitsForPerson: false,
      differences: [],
      errors: [],
      books: {
        events: { staged: 6, mapped: 5, shadowed: 1, waiting: 0, unaccounted: 0 },
        objects: { recorded: 5, present: 5, foreign: 1, listed: 6, orphans: 0 },
      },
    });
    expect(world.sink.writes).toEqual([]);
    const row = await world.db.selectFrom("target").selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ foreign_count: 1, audited_at: expect.any(Date) });
    expect(row.balanced_at).toEqual(row.audited_at);
    const runs = await world.db.selectFrom("run").selectAll().where("kind", "=", "audit").execute();
    expect(runs).toMatchObject([{ key: "all", outcome: "complete" }]);
  });

  it.each(tamperings)("names $what, puts it right, and balances", async ({ found, tamper, writes }) => {
    const world = await settled();
    await tamper(world);
    world.sink.writes.length = 0;
    const seen = await audit(world, false);
    expect(kinds(seen)).toEqual(found);
    expect(seen).toMatchObject({ isBalanced: false, isComplete: true, errors: [] });
    expect(world.sink.writes).toEqual([]);
    const again = await audit(world, false);
    expect(kinds(again)).toEqual(found);

    const mended = await audit(world, true);
    expect(kinds(mended)).toEqual(found);
    expect(mended).toMatchObject({ isBalanced: true, waitsForPerson: false });
    expect(world.sink.writes).toHaveLength(writes);
    expect(titles(world)).toEqual(right);
    expect(await audit(world, false)).toMatchObject({ isBalanced: true, differences: [] });
    await world.settle();
    expect(world.sink.writes).toHaveLength(writes);
  });

  it("keeps what a person wrote before it is written over", async () => {
    const world = await settled();
    edit(world, "b");
    await audit(world, true);
    const rows = await world.db
      .selectFrom("action")
      .innerJoin("body", "body.hash", "action.before_body")
      .select(["action.kind", "body.content"])
      .where("body.content", "like", "%by phone%")
      .execute();
    expect(rows.map(({ kind }) => kind)).toEqual(["update"]);
  });

  it("finds a body that changed under the same ETag when it reads everything", async () => {
    const world = await settled();
    const name = nameOf(world, "b");
    const object = world.sink.objects.get(name);
    if (object === undefined) throw new Error("no b");
    world.sink.objects.set(name, { ...object, ics: object.ics.replace(/SUMMARY:.*/, "SUMMARY:rotten") });
    expect(await audit(world, false)).toMatchObject({ isBalanced: true });
    expect(kinds(await audit(world, false, true))).toEqual(["altered b at home"]);
    expect(await audit(world, true, true)).toMatchObject({ isBalanced: true });
    expect(titles(world)).toEqual(right);
  });

  it("proposes the removal of what no source has, and does it when a person approves", async () => {
    const world = await settled();
    const before = [...world.sink.objects.values()];
    world.account("home").remove("private", "b");
    await world.settle();
    world.sink.restore(before);
    const seen = await audit(world, true);
    expect(kinds(seen)).toEqual(["orphan b at home"]);
    expect(seen).toMatchObject({ isBalanced: true, waitsForPerson: true });
    expect(seen.differences[0]?.next).toContain("waits for your approval");
    expect(titles(world)).toEqual(right);
    const held = await audit(world, true);
    expect(held).toMatchObject({ differences: [], isBalanced: true, waitsForPerson: true });
    expect(await listHolds(world.db)).toMatchObject([
      { sourceId: "@leftovers", actions: [expect.any(String)] },
    ]);

    await approveHold(world.db, target.id, "@leftovers", null);
    await world.start();
    await world.run();
    expect(titles(world)).toEqual(right.filter((title) => title !== "b at home"));
    expect(await audit(world, true)).toMatchObject({ isBalanced: true, waitsForPerson: false });
  });

  it("keeps what no source has when a person says so, and gives it to its meeting when that comes back", async () => {
    const world = await settled();
    await world.loseDatabase();
    world.account("home").remove("private", "b");
    await world.settle();
    expect(kinds(await audit(world, true))).toEqual(["orphan b at home"]);
    await reject(world, "@leftovers");
    await world.settle();
    expect(titles(world)).toEqual(right);
    expect(await audit(world, true)).toMatchObject({
      isBalanced: true,
      waitsForPerson: false,
      differences: [],
    });

    world.account("home").put("private", "b", "b is back");
    await world.settle();
    expect(world.sink.objects.size).toBe(5);
    expect(summaryOf(bodyOf(world, "b"))).toBe("b is back");
    expect(await audit(world, true)).toMatchObject({ isBalanced: true, differences: [] });
  });

  it("removes nothing while a source of the target is not read", async () => {
    const world = await settled();
    await world.loseDatabase();
    world.account("home").remove("private", "b");
    await world.start();
    await world.pull("work");
    await world.reconcile();
    const seen = await audit(world, true);
    expect(seen).toMatchObject({
      differences: [],
      books: { standing: { mapped: 2, unclaimed: 3, withoutEvent: 3 } },
    });
    expect(await listHolds(world.db)).toEqual([]);
    expect(titles(world)).toEqual(["a at work", ...right.slice(1)]);
  });

  it("tells of a copy with the same UID, and leaves it", async () => {
    const world = await settled();
    world.sink.place("copy.ics", bodyOf(world, "b"));
    const seen = await audit(world, true);
    expect(seen.differences).toMatchObject([
      { kind: "duplicate UID", event: { id: "copy.ics" }, next: expect.stringContaining("delete copy.ics") },
    ]);
    expect(seen).toMatchObject({ isBalanced: false, waitsForPerson: true });
    expect(world.sink.objects.has("copy.ics")).toBe(true);
  });

  it("does not write over an object of somebody else under the name of one of ours", async () => {
    const world = await settled();
    const theirs = meeting("theirs", "theirs");
    world.sink.place(nameOf(world, "b"), theirs);
    const seen = await audit(world, true);
    expect(seen.differences).toMatchObject([
      { kind: "altered", next: expect.stringContaining("Remove that one") },
    ]);
    await world.settle();
    expect(bodyOf(world, "b")).toBe(theirs);
    expect((await audit(world, true)).books?.events).toMatchObject({ refused: 1, mapped: 4 });
    world.sink.take(nameOf(world, "b"));
    world.advance(3_700_000);
    await world.settle();
    expect(titles(world)).toEqual(right);
  });

  it("judges nothing where the listing fails", async () => {
    const world = await settled();
    edit(world, "b");
    await world.start({ sink: ["none", "none", "transient"] });
    const seen = await auditTarget(world.context, target, new AbortController().signal, {
      repair: true,
      deep: false,
    });
    expect(seen).toMatchObject({ isComplete: false, isBalanced: false, differences: [], books: null });
    expect(seen?.errors).toEqual([expect.stringContaining("could not be read in full")]);
    const { audited_at: at } = await world.db.selectFrom("target").selectAll().executeTakeFirstOrThrow();
    expect(at).toBeNull();
  });

  it("believes no listing that leaves out what is there", async () => {
    const world = await settled();
    const list = world.sink.list.bind(world.sink);
    world.sink.list = async () => new Map([...(await list())].slice(0, 1));
    world.sink.writes.length = 0;
    expect(await audit(world, true)).toMatchObject({ differences: [], isBalanced: true });
    expect(world.sink.writes).toEqual([]);
  });

  it("goes on where one object cannot be read", async () => {
    const world = await settled();
    edit(world, "b");
    edit(world, "c");
    world.sink.unreadable.add(nameOf(world, "b"));
    const seen = await audit(world, true);
    expect(kinds(seen)).toEqual(["altered b at home", "altered c at home"]);
    expect(seen.isBalanced).toBe(false);
    expect(titles(world)).toEqual(["a at home", "by phone", "c at home", "d at home", "w at work"]);
    world.sink.unreadable.clear();
    expect(await audit(world, true)).toMatchObject({ isBalanced: true });
    expect(titles(world)).toEqual(right);
  });

  it("counts what waits, what is refused and what has its place no more", async () => {
    const world = await settled();
    world.account("home").put("private", "x", "not this one");
    world.sink.refuses = "not this one";
    world.account("home").put("private", "s", "skip me");
    world.account("home").putText("private", "old", meeting("old", "old", "20260105T100000Z"));
    await world.settle();
    world.account("home").put("private", "n", "new");
    await world.start();
    await world.pull("home");
    expect((await audit(world, false)).books?.events).toMatchObject({
      staged: 10,
      mapped: 5,
      shadowed: 1,
      refused: 1,
      skipped: 1,
      outside: 1,
      waiting: 1,
    });
    world.configure((accounts) => accounts.filter(({ sourceId }) => sourceId === "home"));
    await world.settle();
    expect((await audit(world, false)).books?.events).toMatchObject({ retired: 1, shadowed: 1, mapped: 5 });
    expect(slotName(slotOf(world, "a"))).toBe(nameOf(world, "a"));
  });
});
