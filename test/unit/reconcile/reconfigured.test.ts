import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { closeWhenUnused } from "../../../src/cli/close-when-unused.ts";
import { startDaemon } from "../../../src/schedule/daemon.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { idleQueue } from "./idle-queue.ts";
import { World } from "./world.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

it("a job goes on with the connections that it began with, which close when it has ended", async () => {
  const world = new World(database.db, [{ id: "home", style: "href", calendars: ["private"], priority: 1 }]);
  const schedules = { cron: "* * * * *", auditCron: "15 3 * * *" };
  const closed: string[] = [];
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const account = world.account("home");
  const listCalendars = account.listCalendars.bind(account);
  vi.spyOn(account, "listCalendars").mockImplementationOnce(async (...given) => {
    begun.resolve();
    await goOn.promise;
    expect(closed).toEqual([]);
    return listCalendars(...given);
  });
  const connections = (name: string) => ({
    ...closeWhenUnused(async () => void closed.push(name)),
    ...schedules,
    context: world.context,
  });
  const [first, second] = [connections("first"), connections("second")];
  const { queue, work } = idleQueue();
  const daemon = await startDaemon(queue, first, () => 0);
  const working = work();
  await begun.promise;

  await daemon.configure(second);
  const retired = first.retire();
  await Promise.resolve();
  expect(closed).toEqual([]);
  goOn.resolve();
  await retired;
  expect(closed).toEqual(["first"]);
  expect(await working).toContain("pull home/me");
  const row = await database.db.selectFrom("account").select("last_error").executeTakeFirstOrThrow();
  expect(row.last_error).toBeNull();
});

it("connections stay open until the daemon has taken over those that replace them", async () => {
  const world = new World(database.db, [{ id: "home", style: "href", calendars: ["private"], priority: 1 }]);
  const closed: string[] = [];
  const inUse = closeWhenUnused(async () => void closed.push("first"));
  const state = { context: world.context, cron: "* * * * *", auditCron: "15 3 * * *" };
  const daemon = await startDaemon(idleQueue().queue, { ...state, borrow: inUse.borrow }, () => 0);
  const retired = inUse.retire();
  await Promise.resolve();
  expect(closed).toEqual([]);
  await daemon.configure({ ...state, borrow: () => ({ [Symbol.dispose]: () => undefined }) });
  await retired;
  expect(closed).toEqual(["first"]);
});
