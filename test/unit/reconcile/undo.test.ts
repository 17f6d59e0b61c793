import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import {
  changed,
  contents,
  editOnPhone,
  lastRun,
  needless,
  pins,
  refusals,
  round,
  settled,
  titles,
  undo,
  undoForGood,
} from "./undoing.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

describe("an undo of a run that", () => {
  it("created an event removes it, until its source says something else", async () => {
    const world = await changed(database.db, ["a"], (account) => account.put("private", "b", "b"));
    await undoForGood(world);
    expect(titles(world)).toEqual(["a"]);
    world.account("home").put("private", "b", "b, newer");
    await round(world);
    expect(titles(world)).toEqual(["a", "b, newer"]);
    expect(await pins(database.db)).toEqual([]);
  });

  it("changed an event changes it back, until its source says something else, even what it said before", async () => {
    const world = await changed(database.db, ["a"], (account) => account.put("private", "a", "changed"));
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
    const world = await changed(database.db, ["a"], (account) => account.put("private", "a", "changed"));
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
    const world = await settled(database.db, "a", "b");
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
    const world = await settled(database.db, ...uids);
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
    const world = await settled(database.db, "a");
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
    const world = await changed(database.db, ["a", "b"], (account) => {
      account.put("private", "a", "changed");
      account.remove("private", "b");
    });
    const after = contents(world);
    const first = await undoForGood(world);
    expect(titles(world)).toEqual(["a", "b"]);
    await undoForGood(world, first);
    expect(contents(world)).toEqual(after);
    expect(await pins(database.db)).toEqual([]);
    await undoForGood(world);
    expect(titles(world)).toEqual(["a", "b"]);
  });
});

describe("an undo", () => {
  it("has nothing to do where the event stands already as it stood before, which is no failure", async () => {
    const world = await changed(database.db, ["a", "b"], (account) => {
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
