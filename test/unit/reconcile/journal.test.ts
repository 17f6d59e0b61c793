import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { approveHold, heldEvents, listHolds } from "../../../src/store/holds.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { summaryOf } from "./fake-target.ts";
import type { Script } from "./faults.ts";
import { meeting } from "./meeting.ts";
import { reject } from "./undoing.ts";
import { type AccountSpec, target, World } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const home: AccountSpec = { id: "home", style: "href", calendars: ["private"], priority: 1 };

async function settled(...uids: string[]): Promise<World> {
  const world = new World(database.db, [home]);
  for (const uid of uids) world.account("home").put("private", uid, uid);
  await world.settle();
  return world;
}

const titles = (world: World): string[] =>
  [...world.sink.objects.values()].map((object) => summaryOf(object.ics)).toSorted();

const titleOf = (ics: string | null): string => (ics === null ? "nothing" : summaryOf(ics));

/** What the journal says of a slot, oldest first: the deed, and the titles before and after it. */
async function story(world: World, uid: string): Promise<string[]> {
  const rows = await world.db
    .selectFrom("action")
    .innerJoin("slot", "slot.slot", "action.slot")
    .leftJoin("body as before", "before.hash", "action.before_body")
    .leftJoin("body as after", "after.hash", "action.after_body")
    .select(["action.kind", "before.content as was", "after.content as is"])
    .where("slot.name", "=", world.nameOf(uid))
    .orderBy("action.id")
    .execute();
  return rows.map(({ kind, was, is }) => `${kind}: ${titleOf(was)} > ${titleOf(is)}`);
}

describe("the journal", () => {
  const troubles: ReadonlyArray<[string, Script]> = [
    ["undisturbed", {}],
    ["killed before the write", { sink: ["kill"] }],
    ["killed after the write", { sink: ["late kill"] }],
    ["without an answer", { sink: ["late"] }],
  ];

  it.each(troubles)("keeps what was written over and removed, %s", async (_, script) => {
    const world = await settled("a");
    world.account("home").put("private", "a", "second");
    await world.troubledRun(script);
    await world.settle();
    world.account("home").remove("private", "a");
    await world.troubledRun(script);
    await world.settle();
    expect(await story(world, "a")).toEqual([
      "create: nothing > a",
      "update: a > second",
      "delete: second > nothing",
    ]);
  });

  it.each(troubles)("keeps what a person had changed in the target, %s", async (_, script) => {
    const world = await settled("a", "b");
    for (const uid of ["a", "b"]) world.sink.place(world.nameOf(uid), edited(world, uid));
    world.account("home").put("private", "a", "by the source");
    world.account("home").remove("private", "b");
    // The first write of each is refused: the trouble strikes at the second.
    const sink =
      script.sink === undefined ? {} : { sink: ["none" as const, "none" as const, ...script.sink] };
    await world.troubledRun(sink);
    await world.settle();
    expect(titles(world)).toEqual(["by the source"]);
    expect((await story(world, "a")).at(-1)).toBe("update: edited on the phone > by the source");
    expect((await story(world, "b")).at(-1)).toBe("delete: edited on the phone > nothing");
  });

  it("keeps what stood there before a lost database and is written over", async () => {
    const world = await settled("a");
    await world.loseDatabase();
    world.account("home").put("private", "a", "changed meanwhile");
    await world.settle();
    expect(await story(world, "a")).toEqual(["update: a > changed meanwhile"]);
  });
});

describe("a hold", () => {
  const many = Array.from({ length: 12 }, (_, index) => `event ${index}`);

  async function held(): Promise<World> {
    const world = await settled(...many);
    for (const uid of many) world.account("home").remove("private", uid);
    await world.start();
    expect((await world.run()).result.outcome).toBe("held");
    return world;
  }

  it("names its events", async () => {
    const world = await held();
    const [hold] = await listHolds(world.db);
    const events = await heldEvents(world.db, target.id, hold?.actions ?? []);
    expect(events.map(({ action, summary }) => `${action} ${summary}`).toSorted()).toEqual(
      many.map((uid) => `delete ${uid}`).toSorted(),
    );
  });

  it("that is approved is carried out, on record as asked for", async () => {
    const world = await held();
    await approveHold(world.db, target.id, "home", null);
    await world.settle();
    expect(titles(world)).toEqual([]);
    const asked = await world.db.selectFrom("action").select("asked").where("kind", "=", "delete").execute();
    expect(asked).toEqual(many.map(() => ({ asked: true })));
  });

  it("that is rejected leaves everything, until the source says something else", async () => {
    const world = await held();
    world.sink.writes.length = 0;
    expect(await reject(world, "home")).toMatchObject({ kept: 12 });
    expect(await reject(world, "home")).toEqual({ kind: "nothing" });
    await world.settle();
    expect(world.sink.writes).toEqual([]);
    expect(await listHolds(world.db)).toEqual([]);
    // Made again: it follows its source again, also when that removes it.
    world.account("home").put("private", "event 1", "made again");
    await world.settle();
    expect(titles(world)).toContain("made again");
    world.account("home").remove("private", "event 1");
    await world.settle();
    expect(titles(world)).not.toContain("made again");
    expect(world.sink.objects.size).toBe(11);
  });

  it("that is rejected because of rewrites keeps the old form, until the next one", async () => {
    const world = await settled(...many);
    for (const uid of many) world.account("home").put("private", uid, `${uid} spoiled`);
    await world.start();
    expect((await world.run()).result.outcome).toBe("held");
    await reject(world, "home");
    await world.settle();
    expect(titles(world)).toEqual(many.toSorted());
    world.account("home").put("private", "event 1", "event 1, mended");
    await world.settle();
    expect(titles(world).filter((title) => !many.includes(title))).toEqual(["event 1, mended"]);
  });
});

function edited(world: World, uid: string): string {
  const ics = world.sink.objects.get(world.nameOf(uid))?.ics ?? meeting(uid, uid);
  return ics.replace(/SUMMARY:.*/, "SUMMARY:edited on the phone");
}
