import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accountsInUse } from "../../../src/reconcile/account-in-use.ts";
import { type AccountAudit, auditAccount } from "../../../src/reconcile/audit/audit-account.ts";
import { translateTarget } from "../../../src/reconcile/translate/translate.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { meeting } from "./meeting.ts";
import { target, World } from "./world.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const signal = new AbortController().signal;

async function audit(world: World): Promise<AccountAudit> {
  await world.start();
  const [entry] = await accountsInUse(world.context);
  if (entry === undefined) throw new Error("no account");
  return auditAccount(world.context, entry, signal, { repair: false });
}

const recurring = (uid: string, start: string, rule: string): string =>
  meeting(uid, uid, start).replace("END:VEVENT", `RRULE:${rule}\r\nEND:VEVENT`);

/** The window of the world begins on 2026-10-01 and ends before 2028-07-01. */
const unlistedBy: Readonly<Record<string, string>> = {
  past: meeting("past", "past", "20260801T100000Z"),
  "first day": meeting("first day", "first day", "20261001T003000Z"),
  "last day": meeting("last day", "last day", "20280630T230000Z"),
  later: meeting("later", "later", "20280815T100000Z"),
  "every second year": recurring("every second year", "20260815T100000Z", "FREQ=YEARLY;INTERVAL=2"),
  "ended before": recurring("ended before", "20260601T100000Z", "FREQ=WEEKLY;COUNT=10"),
  cancelled: meeting("cancelled", "skip this", "20270301T100000Z"),
};

describe("the audit of a source that speaks for its window", () => {
  it.each([
    ["before", false],
    ["after", true],
  ])("counts as aged what does not touch it, %s it is translated", async (_when, isTranslated) => {
    const calendars = ["main"];
    const world = new World(database.db, [{ id: "work", style: "immutable", calendars, priority: 1 }]);
    const account = world.account("work");
    for (const [uid, ics] of Object.entries(unlistedBy)) account.putText("main", uid, ics);
    account.putText("main", "inside", meeting("inside", "inside", "20270301T100000Z"));
    account.putText("main", "every week", recurring("every week", "20200106T100000Z", "FREQ=WEEKLY"));
    account.listing = (events) => events.filter(({ uid }) => unlistedBy[uid] === undefined);
    await world.start();
    await world.pull("work");
    if (isTranslated) await translateTarget(world.context, target.id, signal);
    const found = await audit(world);
    expect(found).toMatchObject({ isBalanced: true, differences: [] });
    expect(found.calendars).toEqual([{ name: "main", listed: 2, staged: 2, aged: 7, owed: 0 }]);

    account.listing = () => [];
    const empty = await audit(world);
    expect(empty.isBalanced).toBe(false);
    const titles = empty.differences.map(({ event }) => `${event.title}`);
    expect(titles.toSorted()).toEqual(["every week", "inside"]);
  });
});
