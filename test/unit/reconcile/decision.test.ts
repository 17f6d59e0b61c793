import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { auditTarget } from "../../../src/reconcile/audit/audit-target.ts";
import { markKeys } from "../../../src/store/dirty-keys.ts";
import { prune } from "../../../src/store/prune.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { Killed } from "./faults.ts";
import { editOnPhone, home, lastRun, reject, round, titles, undo } from "./undoing.ts";
import { target, World } from "./world.ts";

vi.setConfig({ testTimeout: 60_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const uids = Array.from({ length: 20 }, (_, index) => `m${String(index).padStart(2, "0")}`);

async function settled(...ids: readonly string[]): Promise<World> {
  const world = new World(database.db, [home]);
  for (const uid of ids) world.account("home").put("private", uid, uid);
  await world.settle();
  return world;
}

/** A round in which the target is asked what others changed there. */
async function watch(world: World): Promise<void> {
  await world.start();
  await world.reconcile({ watch: true });
}

async function audit(world: World) {
  await world.start();
  return auditTarget(world.context, target, new AbortController().signal, { repair: true, deep: true });
}

/** So many events rewritten at once that the plan waits for a person. */
async function heldRewrites(): Promise<World> {
  const world = await settled(...uids);
  for (const uid of uids) world.account("home").put("private", uid, `${uid} changed`);
  expect(await round(world)).toBe("held");
  await world.start();
  return world;
}

const phone = (ics: string): string => ics.replace(/SUMMARY:.*/, "SUMMARY:phone");
const pins = () => database.db.selectFrom("pin").selectAll().execute();

describe("what was decided", () => {
  it("is written again where the calendar was emptied", async () => {
    const world = await heldRewrites();
    await reject(world);
    await round(world);
    await watch(world);
    for (const uid of uids) world.sink.take(world.nameOf(uid));
    await watch(world);
    expect(titles(world)).toEqual(uids);
    expect(await audit(world)).toMatchObject({ isBalanced: true, books: { events: { kept: 20 } } });
    world.account("home").put("private", "m00", "mended");
    await world.settle();
    expect(titles(world).filter((title) => !uids.includes(title))).toEqual(["mended"]);
  });

  it("is put back over what a phone writes, which is kept", async () => {
    const world = await settled("a");
    world.account("home").put("private", "a", "wrong");
    await round(world);
    await world.start();
    await undo(world);
    await watch(world);
    editOnPhone(world, "a", phone);
    await watch(world);
    expect(titles(world)).toEqual(["a"]);
    const bodies = await database.db.selectFrom("body").select("content").execute();
    expect(bodies.filter(({ content }) => content.includes("SUMMARY:phone"))).toHaveLength(1);
    const writes = world.sink.writes.length;
    await watch(world);
    expect(await audit(world)).toMatchObject({ isBalanced: true, differences: [] });
    expect(world.sink.writes).toHaveLength(writes);
  });

  it("is removed again where an older backup of the server brings it back", async () => {
    const world = await settled("a");
    world.account("home").put("private", "b", "b");
    await round(world);
    await watch(world);
    const backup = [...world.sink.objects.values()];
    const count = world.sink.changeCount;
    await world.start();
    await undo(world);
    await watch(world);
    world.sink.restore(backup, count);
    await watch(world);
    expect(titles(world)).toEqual(["a"]);
    expect(await audit(world)).toMatchObject({ isBalanced: true, waitsForPerson: false });
  });

  it("is what stands, also where no source has it, as long as its body is known", async () => {
    const world = await settled(...uids);
    for (const uid of uids) world.account("home").remove("private", uid);
    expect(await round(world)).toBe("held");
    await world.start();
    await reject(world);
    await round(world);
    await watch(world);
    world.sink.take(world.nameOf("m00"));
    editOnPhone(world, "m01", phone);
    await watch(world);
    expect(titles(world)).toEqual(uids);
    const owners = await database.db.selectFrom("mapping").select("source_id").distinct().execute();
    expect(owners).toEqual([{ source_id: "home" }]);
    // Nothing marks it, no source and no object tells of it.
    world.sink.take(world.nameOf("m03"));
    await database.db.deleteFrom("mapping").where("summary", "=", "m03").execute();
    await audit(world);
    expect(titles(world)).toEqual(uids);
    // Not known any more: the source counts again.
    await database.db.updateTable("pin").set({ stands_body: null }).execute();
    world.sink.take(world.nameOf("m02"));
    await watch(world);
    expect([titles(world), (await pins()).length]).toEqual([uids.toSpliced(2, 1), 19]);
  });

  const kills = ["sink", "sink answered"].flatMap((point) =>
    ["create", "update", "remove"].map((write) => ({ point, write })),
  );
  it.each(kills)("is put back where a process is killed at it ($point, $write)", async ({ point, write }) => {
    const world = await settled("gone", "edited");
    for (const uid of ["gone", "edited", "undone"])
      world.account("home").put("private", uid, `${uid}, wrong`);
    await round(world);
    await watch(world);
    const back = world.sink.objects.get(world.nameOf("undone"))?.ics ?? "";
    await world.start();
    await undo(world);
    await watch(world);
    world.sink.take(world.nameOf("gone"));
    editOnPhone(world, "edited", phone);
    world.sink.place(world.nameOf("undone"), back);
    await world.start({}, undefined, ({ kind, what }) => kind === point && what === write);
    await expect(world.reconcile({ watch: true })).rejects.toThrow(Killed);
    await world.settle();
    expect(titles(world)).toEqual(["edited", "gone"]);
    expect(await audit(world)).toMatchObject({ isBalanced: true, differences: [] });
    expect(await pins()).toHaveLength(3);
  });

  it("is not pruned while the decision holds", async () => {
    const world = await settled("a");
    world.account("home").put("private", "a", "wrong");
    await round(world);
    await world.start();
    await undo(world);
    await watch(world);
    world.sink.take(world.nameOf("a"));
    await database.db.deleteFrom("mapping").execute();
    const later = world.context.clock.now() + 400 * 86_400_000;
    await prune(database.db, later, { keepDays: 1, maxBytes: 0 });
    const [pin] = await pins();
    const kept = await database.db.selectFrom("body").select("hash").execute();
    expect(kept.map(({ hash }) => hash)).toContain(pin?.stands_body);
  });

  it("is not mistaken for what a server refuses", async () => {
    const world = await settled("a");
    world.account("home").put("private", "a", "wrong");
    await round(world);
    await world.start();
    await undo(world);
    await watch(world);
    world.sink.refuses = "SUMMARY:a";
    world.sink.take(world.nameOf("a"));
    await watch(world);
    expect(titles(world)).toEqual([]);
    expect((await audit(world))?.books?.events).toMatchObject({ kept: 0, refused: 1 });
    const marked = (await pins()).map(({ meeting_key }) => meeting_key);
    await markKeys(database.db, target.id, marked, world.context.clock.now());
    await round(world);
    expect(await database.db.selectFrom("refusal").select("meeting_key").execute()).toHaveLength(1);
    world.sink.refuses = null;
    world.advance(25 * 3_600_000);
    await world.settle();
    expect(titles(world)).toEqual(["a"]);
  });
});

describe("a decision on an event that changed since", () => {
  it("does not swallow what is staged and not translated, in an undo", async () => {
    const world = await settled("a");
    world.account("home").put("private", "a", "wrong");
    await round(world);
    await world.start();
    world.account("home").put("private", "a", "new time");
    await world.pull("home");
    await undo(world, (await lastRun(world)).run);
    await round(world);
    expect(titles(world)).toEqual(["new time"]);
  });

  it("does not swallow what is staged and not translated, in a rejection", async () => {
    const world = await heldRewrites();
    world.account("home").put("private", "m00", "new time");
    await world.pull("home");
    await reject(world);
    await round(world);
    expect(titles(world)).toEqual([...uids.slice(1), "new time"]);
  });

  it("is not taken where the source said something else than the hold was made of", async () => {
    const world = await heldRewrites();
    const { id } = await database.db.selectFrom("candidate").select("id").executeTakeFirstOrThrow();
    const later = { fingerprint: "of a later translation" };
    await database.db.updateTable("candidate").set(later).where("id", "=", id).execute();
    expect(await reject(world)).toMatchObject({ kind: "rejected", kept: 19, changed: 1 });
    expect(await pins()).toHaveLength(19);
  });
});
