import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { clearDatabase, openEmbeddedTestDatabase, type TestDatabase } from "./test-database.ts";

/* PGlite has one connection for everybody: what runs beside an open transaction must wait for its end. */

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openEmbeddedTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const insert = (db: TestDatabase["db"], key: string): Promise<unknown> =>
  db.insertInto("setting").values({ key, value: "" }).execute();
const keys = async (): Promise<string[]> =>
  (await database.db.selectFrom("setting").select("key").orderBy("key").execute()).map((row) => row.key);

describe("users of the embedded database at the same time", () => {
  it("a query beside a transaction is not rolled back with it", async () => {
    const open = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const transaction = database.db.transaction().execute(async (tx) => {
      await insert(tx, "inside");
      open.resolve();
      await go.promise;
      throw new Error("rolled back");
    });
    await open.promise;
    const beside = insert(database.db, "beside");
    const reading = keys();
    go.resolve();
    await expect(transaction).rejects.toThrow("rolled back");
    await beside;
    expect(await reading).toEqual(["beside"]);
    expect(await keys()).toEqual(["beside"]);
  });

  it("transactions do not end each other", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, (_, index) =>
        database.db.transaction().execute(async (tx) => {
          await insert(tx, `${index} first`);
          await Promise.resolve();
          await insert(tx, `${index} second`);
          if (index % 2 === 1) throw new Error("rolled back");
        }),
      ),
    );
    expect(outcomes.map((outcome) => outcome.status)).toEqual(
      Array.from({ length: 6 }, (_, index) => (index % 2 === 1 ? "rejected" : "fulfilled")),
    );
    expect(await keys()).toEqual(["0 first", "0 second", "2 first", "2 second", "4 first", "4 second"]);
  });

  it("one that fails lets the next one in", async () => {
    await insert(database.db, "once");
    await expect(insert(database.db, "once")).rejects.toThrow(/duplicate/);
    await expect(database.db.transaction().execute((tx) => insert(tx, "once"))).rejects.toThrow(/duplicate/);
    expect(await keys()).toEqual(["once"]);
  });
});
