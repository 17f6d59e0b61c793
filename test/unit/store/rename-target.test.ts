import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { renameTarget } from "../../../src/store/rename-target.ts";
import { contentOf, countNamed, plant, plantAlert, renamed, targetCarriers } from "./every-column.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

it("a target's new id replaces the old one in every column that names it, and there is no other", async () => {
  const { db } = database;
  await plant(db, targetCarriers, "formerly");
  await plantAlert(db, "held", "formerly/agency");
  await plantAlert(db, "stale", "formerly");
  const before = await contentOf(db);
  expect(countNamed(before, "formerly")).toBe(Object.keys(targetCarriers).length + 4);
  expect(await renameTarget(db, "formerly", "now")).toBe(true);
  expect(await contentOf(db)).toEqual(renamed(before, "formerly", "now"));
});

it("a target's new id leaves alone what a source of the same name is called", async () => {
  const { db } = database;
  await plant(db, targetCarriers, "both");
  const ofSource = [
    ["stale", "both/me"],
    ["held", "all/both"],
    ["expiring", "both"],
  ] as const;
  for (const [kind, subject] of ofSource) await plantAlert(db, kind, subject);
  const run = { kind: "pull" as const, started_at: "2027-01-01T00:00:00Z", ended_at: null };
  const end = { outcome: null, summary: null, error: null };
  await db
    .insertInto("run")
    .values({ ...run, ...end, id: "pull", key: "both/me" })
    .execute();
  await db
    .insertInto("lease")
    .values({ key: "pull:both/me", holder: "test", epoch: 1, expires_at: "2027-01-01T00:00:00Z" })
    .execute();
  expect(await renameTarget(db, "both", "now")).toBe(true);
  const alerts = await db.selectFrom("alert").select(["kind", "subject"]).execute();
  expect(alerts.map(({ kind, subject }) => [kind, subject])).toEqual(expect.arrayContaining([...ofSource]));
  const runs = await db.selectFrom("run").select("key").orderBy("key").execute();
  expect(runs.map(({ key }) => key)).toEqual(["both/me", "now"]);
  const leases = await db.selectFrom("lease").select("key").orderBy("key").execute();
  expect(leases.map(({ key }) => key)).toEqual(["pull:both/me", "target:now"]);
});
