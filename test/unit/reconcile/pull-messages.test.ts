import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { RemoteError } from "../../../src/http/remote-error.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { home } from "./undoing.ts";
import { World } from "./world.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

/** What a pull of two calendars says where each round ends so. */
async function told(error: RemoteError) {
  const world = new World(database.db, [{ ...home, calendars: ["private", "club"] }]);
  await world.settle();
  await world.start();
  vi.spyOn(world.account("home"), "round").mockImplementation(() => {
    throw error;
  });
  const { outcome, calendars, errors } = await world.pull("home");
  return { outcome, calendars, errors };
}

describe("what went wrong with a pull", () => {
  it("is told once for the account where its server cannot be reached", async () => {
    const error = new RemoteError("transient", "PROPFIND https://dav: refused", { code: "ECONNREFUSED" });
    expect(await told(error)).toEqual({
      outcome: "incomplete",
      calendars: 0,
      errors: ["home/me: PROPFIND https://dav: refused. It is tried again by itself."],
    });
  });

  it.each(["REPORT https://dav: answered 503", "home/me: REPORT https://dav: answered 503"])(
    "is told with the calendar that it concerns (%s)",
    async (message) => {
      const { calendars, errors } = await told(new RemoteError("transient", message, { status: 503 }));
      expect([calendars, ...errors.toSorted()]).toEqual([
        2,
        'home/me, calendar "club": REPORT https://dav: answered 503. It is tried again by itself.',
        'home/me, calendar "private": REPORT https://dav: answered 503. It is tried again by itself.',
      ]);
    },
  );

  it("is named once where the source names it, and says what to do where that is known", async () => {
    const remedy = "Give it the right.";
    const { errors } = await told(new RemoteError("forbidden", "home: me: reading failed", { remedy }));
    expect(errors).toEqual(["home: me: reading failed. Give it the right."]);
  });
});
