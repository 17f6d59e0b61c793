import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { planUndo } from "../../../src/reconcile/decide/plan-undo.ts";
import { applyUndo } from "../../../src/reconcile/decide/undo.ts";
import { takeLease } from "../../../src/store/leases.ts";
import { prune } from "../../../src/store/prune.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import type { FakeAccount } from "./fake-account.ts";
import { Killed } from "./faults.ts";
import {
  contents,
  editOnPhone,
  home,
  lastRun,
  needless,
  refusals,
  round,
  titles,
  undo,
  undoForGood,
  reject,
} from "./undoing.ts";
import { target, World } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

/** A world at rest with these events. */
async function settled(...uids: string[]): Promise<World> {
  const world = new World(database.db, [home]);
  for (const uid of uids) world.account("home").put("private", uid, uid);
  await round(world);
  return world;
}

/** The same after a change of its source was carried out. */
async function changed(uids: readonly string[], change: (account: FakeAccount) => void): Promise<World> {
  const world = await settled(...uids);
  change(world.account("home"));
  await round(world);
  return world;
}

const pins = () => database.db.selectFrom("pin").select(["meeting_key", "fingerprint"]).execute();

describe("an undo of a run that", () => {
  it("created an event removes it, until its source says something else", async () => {
    const world = await changed(["a"], (account) => account.put("private", "b", "b"));
    await undoForGood(world);
    expect(titles(world)).toEqual(["a"]);
    world.account("home").put("private", "b", "b, newer");
    await round(world);
    expect(titles(world)).toEqual(["a", "b, newer"]);
    expect(await pins()).toEqual([]);
  });

  it("changed an event changes it back, until its source says something else, even what it said before", async () => {
    const world = await changed(["a"], (account) => account.put("private", "a", "changed"));
    await undoForGood(world);
    expect(titles(world)).toEqual(["a"]);
    world.account("home").put("private", "a", "third");
    await round(world);
    expect(titles(world)).toEqual(["third"]);
    world.account("home").put("private", "a", "changed");
    await round(world);
    expect(titles(world)).toEqual(["changed"]);
  });

  it("changed an event goes by its source again, even where what it said meanwhile was never written", async () => {
    const world = await changed(["a"], (account) => account.put("private", "a", "changed"));
    await undoForGood(world);
    world.sink.refuses = "SUMMARY:not taken";
    world.account("home").put("private", "a", "not taken");
    await round(world);
    expect(titles(world)).toEqual(["a"]);
    world.account("home").put("private", "a", "changed");
    await round(world);
    expect(titles(world)).toEqual(["changed"]);
  });

  it("removed an event puts it back as it was, until its source has it again", async () => {
    const world = await settled("a", "b");
    const before = contents(world);
    world.account("home").remove("private", "b");
    await round(world);
    await undoForGood(world);
    expect(contents(world)).toEqual(before);
    world.account("home").put("private", "b", "b is back");
    await round(world);
    expect(titles(world)).toEqual(["a", "b is back"]);
  });

  it("did many things takes back all of them", async () => {
    const uids = Array.from({ length: 60 }, (_, index) => `event ${index}`);
    const world = await settled(...uids);
    const before = contents(world);
    for (const uid of uids.slice(0, 25)) world.account("home").put("private", uid, `${uid}, changed`);
    for (const uid of uids.slice(25, 30)) world.account("home").remove("private", uid);
    for (const uid of uids.slice(0, 30)) world.account("home").put("private", `new ${uid}`, uid);
    await round(world);
    expect(await lastRun(world)).toMatchObject({ made: 30, changed: 25, removed: 5 });
    await undoForGood(world);
    expect(contents(world)).toEqual(before);
    expect(await lastRun(world)).toMatchObject({ kind: "undo", made: 5, changed: 25, removed: 30 });
  });

  it("put an edit of the phone right brings it back, mailing nobody and with our mark", async () => {
    const world = await settled("a");
    editOnPhone(world, "a", (ics) =>
      ics
        .replace("SUMMARY:a", "SUMMARY:as on the phone")
        .replace(/X-KALENDS-ID.*\r\n(?: .*\r\n)*/, "")
        .replace(
          "END:VEVENT",
          [
            "ORGANIZER:mailto:me@example.com",
            "ATTENDEE;CN=Friend:mailto:friend@example.com",
            "BEGIN:VALARM",
            "ACTION:EMAIL",
            "TRIGGER:-PT5M",
            "ATTENDEE:mailto:friend@example.com",
            "END:VALARM",
            "END:VEVENT",
          ].join("\r\n"),
        ),
    );
    world.account("home").put("private", "a", "changed");
    await round(world);
    expect(titles(world)).toEqual(["changed"]);
    await undoForGood(world);
    const [object] = world.sink.objects.values();
    expect(object?.ics).toContain("SUMMARY:as on the phone");
    expect(object?.ics).toContain("X-KALENDS-ID:");
    expect(object?.ics.replaceAll("\r\n ", "")).toContain("Friend <friend@example.com>");
    expect(object?.ics).not.toMatch(/^(?:ORGANIZER|ATTENDEE|ACTION:EMAIL)/m);
  });

  it("was an undo takes that back, and the decision with it", async () => {
    const world = await changed(["a", "b"], (account) => {
      account.put("private", "a", "changed");
      account.remove("private", "b");
    });
    const after = contents(world);
    const first = await undoForGood(world);
    expect(titles(world)).toEqual(["a", "b"]);
    await undoForGood(world, first);
    expect(contents(world)).toEqual(after);
    expect(await pins()).toEqual([]);
    await undoForGood(world);
    expect(titles(world)).toEqual(["a", "b"]);
  });
});

describe("an undo of one event", () => {
  it("takes back its last change alone", async () => {
    const world = await changed(["a", "b"], (account) => {
      account.put("private", "a", "a, changed");
      account.put("private", "b", "b, changed");
    });
    const slot = world.nameOf("b").replace(".ics", "");
    const plan = await planUndo(world.context, { kind: "event", targetId: target.id, slot });
    expect(plan?.items.map(({ kind, title }) => [kind, title])).toEqual([["update", "b"]]);
  });

  it("knows of a change whose run was killed before it could record it", async () => {
    const world = await settled("a");
    world.account("home").put("private", "a", "changed");
    await world.start({}, undefined, ({ kind }) => kind === "sink answered");
    await expect(world.run()).rejects.toThrow(Killed);
    expect(titles(world)).toEqual(["changed"]);
    await world.start();
    const slot = world.nameOf("a").replace(".ics", "");
    const selector = { kind: "event", targetId: target.id, slot } as const;
    const undone = await applyUndo(world.context, target, selector, world.faults.signal);
    expect(undone).toMatchObject({ kind: "done", restored: 1 });
    await round(world);
    expect(titles(world)).toEqual(["a"]);
  });
});

describe("an undo of the rejection of a hold", () => {
  it("has the plan wait for a person again", async () => {
    const uids = Array.from({ length: 12 }, (_, index) => `event ${index}`);
    const world = await settled(...uids);
    for (const uid of uids) world.account("home").remove("private", uid);
    expect(await round(world)).toBe("held");
    const rejected = await reject(world);
    if (rejected.kind !== "rejected") throw new Error(rejected.kind);
    await round(world);
    expect(await pins()).toHaveLength(12);
    await world.start();
    const undone = await undo(world, rejected.run);
    expect(undone).toMatchObject({ kind: "done", restored: 12, failed: [] });
    expect(await pins()).toEqual([]);
    expect(await round(world)).toBe("held");
    expect(titles(world)).toHaveLength(12);
    const again = await undo(world, rejected.run);
    expect(refusals(again)).toEqual([]);
    expect(needless(again)).toContain("the decision does not hold any more");
  });
});

describe("an undo is refused", () => {
  it("where a later run changed the event again, which is named; that one undone, it is possible", async () => {
    const world = await changed(["a"], (account) => account.put("private", "a", "second"));
    const { run } = await lastRun(world);
    world.account("home").put("private", "a", "third");
    await round(world);
    const later = await lastRun(world);
    await world.start();
    const undone = await undo(world, run);
    expect(undone.kind).toBe("nothing");
    expect(refusals(undone)).toEqual([`a later run changed it again: undo ${later.run.slice(0, 8)} first`]);
    await undoForGood(world, later.run);
    expect(titles(world)).toEqual(["second"]);
    await undoForGood(world, run);
    expect(titles(world)).toEqual(["a"]);
  });

  it("where the phone changed the event since, which is left as it is and not frozen", async () => {
    const world = await changed(["a", "b"], (account) => {
      account.put("private", "a", "a, changed");
      account.put("private", "b", "b, changed");
    });
    editOnPhone(world, "a", (ics) => ics.replace("SUMMARY:a, changed", "SUMMARY:on the phone"));
    await world.start();
    const undone = await undo(world);
    expect(undone).toMatchObject({ kind: "done", restored: 1 });
    expect(refusals(undone)).toEqual([expect.stringContaining("changed in the target since")]);
    expect(titles(world)).toEqual(["b", "on the phone"]);
    expect(await pins()).toHaveLength(1);
    expect(await database.db.selectFrom("write_intent").select("name").execute()).toEqual([]);
    await round(world);
    world.account("home").put("private", "a", "third");
    await round(world);
    expect(titles(world)).toEqual(["b", "third"]);
  });

  it("where what stood there is not kept any more", async () => {
    const world = await changed(["a"], (account) => account.put("private", "a", "changed"));
    const { run } = await lastRun(world);
    world.advance(2 * 86_400_000);
    await prune(world.db, world.context.clock.now(), { keepDays: 30, maxBytes: 0 });
    await world.start();
    expect(refusals(await undo(world, run))).toEqual(["what stood there before is not kept any more"]);
    expect(titles(world)).toEqual(["changed"]);
  });

  it("while another process works on the target", async () => {
    const world = await changed(["a"], (account) => account.put("private", "a", "changed"));
    await takeLease(database.db, "target:all", "another");
    expect((await undo(world)).kind).toBe("busy");
  });
});

describe("an undo", () => {
  it("has nothing to do where the event stands already as it stood before, which is no failure", async () => {
    const world = await changed(["a", "b"], (account) => {
      account.put("private", "a", "changed");
      account.put("private", "b", "b, changed");
    });
    const { run } = await lastRun(world);
    world.account("home").put("private", "a", "a");
    await round(world);
    await world.start();
    const undone = await undo(world, run);
    expect(undone).toMatchObject({ kind: "done", restored: 1, failed: [] });
    expect([refusals(undone), needless(undone)]).toEqual([[], ["it already stands as it stood before"]]);
    const again = await undo(world, run);
    expect([again.kind, needless(again)]).toEqual([
      "nothing",
      Array(2).fill("it already stands as it stood before"),
    ]);
  });
});

describe("what was undone", () => {
  it("is written in spite of a new ETag, where the content is as it was left", async () => {
    const world = await changed(["a"], (account) => account.put("private", "a", "changed"));
    editOnPhone(world, "a", (ics) => ics);
    await undoForGood(world);
    expect(titles(world)).toEqual(["a"]);
  });

  it("stays undone when everything is translated anew", async () => {
    const world = await changed(["a", "b", "c"], (account) => {
      account.put("private", "a", "changed");
      account.remove("private", "b");
      account.put("private", "d", "new");
    });
    await undoForGood(world);
    const before = contents(world);
    await database.db.updateTable("account").set({ translation_basis: "of a version before" }).execute();
    await sql`update candidate set fingerprint = 'old-' || fingerprint`.execute(database.db);
    await sql`update pin set fingerprint = 'old-' || fingerprint`.execute(database.db);
    await round(world);
    expect(contents(world)).toEqual(before);
    world.account("home").put("private", "a", "newer");
    await round(world);
    expect(titles(world)).toEqual(["b", "c", "newer"]);
  });

  it("stays undone when fingerprints are computed in another way", async () => {
    const world = await changed(["a", "c"], (account) => account.put("private", "a", "changed"));
    await undoForGood(world);
    for (const [table, column] of [
      ["candidate", "fingerprint"],
      ["pin", "fingerprint"],
      ["mapping", "desired_fingerprint"],
      ["mapping", "sink_fingerprint"],
    ]) {
      const [name, of] = [sql.ref(`${table}`), sql.ref(`${column}`)];
      await sql`update ${name} set ${of} = 'old-' || ${of}`.execute(database.db);
    }
    await database.db.updateTable("target").set({ fingerprint_version: null }).execute();
    await database.db.updateTable("account").set({ translation_basis: "of a version before" }).execute();
    await round(world);
    expect(titles(world)).toEqual(["a", "c"]);
  });

  it("goes by its source again after a lost database, and nothing is doubled", async () => {
    const world = await changed(["a", "b", "c"], (account) => {
      account.put("private", "a", "changed");
      account.remove("private", "b");
      account.put("private", "d", "new");
    });
    await undoForGood(world);
    expect(titles(world)).toEqual(["a", "b", "c"]);
    await world.loseDatabase();
    for (let again = 0; again < 3; again += 1) await round(world);
    // What no source has waits for a person.
    expect(titles(world)).toEqual(["b", "c", "changed", "new"]);
  });
});
