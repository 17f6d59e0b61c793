import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { renameSource } from "../../../src/store/rename-source.ts";
import {
  columnsOf,
  contentOf,
  countNamed,
  others,
  plant,
  plantAlert,
  prose,
  renamed,
  sourceCarriers,
  targetCarriers,
} from "./every-column.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

it("every column is known to name a source, a target or neither", async () => {
  // A new column needs a decision: does it name one, and do renameSource and renameTarget know of it?
  const known = [sourceCarriers, targetCarriers, others].flatMap((columns) => Object.keys(columns));
  expect(new Set([...known, ...prose])).toEqual(
    new Set(
      (await columnsOf(database.db))
        .filter(({ type }) => type === "text")
        .map(({ table, name }) => `${table}.${name}`),
    ),
  );
});

it("a source's new id replaces the old one in every column that names it, and there is no other", async () => {
  const { db } = database;
  await plant(db, sourceCarriers, "formerly");
  await plantAlert(db, "held", "all/formerly");
  await plantAlert(db, "expiring", "formerly");
  const before = await contentOf(db);
  expect(countNamed(before, "formerly")).toBe(Object.keys(sourceCarriers).length + 4);
  expect(await renameSource(db, "formerly", "now")).toBe(true);
  expect(await contentOf(db)).toEqual(renamed(before, "formerly", "now"));
});
