import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { changed, contents, editOnPhone, round, titles, undoForGood } from "./undoing.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

describe("what was undone", () => {
  it("is written in spite of a new ETag, where the content is as it was left", async () => {
    const world = await changed(database.db, ["a"], (account) => account.put("private", "a", "changed"));
    editOnPhone(world, "a", (ics) => ics);
    await undoForGood(world);
    expect(titles(world)).toEqual(["a"]);
  });

  it("stays undone when everything is translated anew", async () => {
    const world = await changed(database.db, ["a", "b", "c"], (account) => {
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
    const world = await changed(database.db, ["a", "c"], (account) => account.put("private", "a", "changed"));
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
    const world = await changed(database.db, ["a", "b", "c"], (account) => {
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
