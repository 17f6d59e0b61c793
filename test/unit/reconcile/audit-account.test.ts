import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { RemoteError } from "../../../src/http/remote-error.ts";
import { accountsInUse } from "../../../src/reconcile/account-in-use.ts";
import { type AccountAudit, auditAccount } from "../../../src/reconcile/audit/audit-account.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import type { FakeAccount } from "./fake-account.ts";
import type { Fault } from "./faults.ts";
import { type AccountSpec, World } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const specs: readonly AccountSpec[] = [
  { id: "home", style: "href", calendars: ["private", "club"], priority: 1 },
  { id: "work", style: "immutable", calendars: ["main", "team"], priority: 2 },
];

/** An account that was pulled, with five events in its first calendar and one in its second. */
async function pulled(id: string): Promise<{ world: World; account: FakeAccount; calendar: string }> {
  const world = new World(
    database.db,
    specs.filter((spec) => spec.id === id),
  );
  const account = world.account(id);
  const [calendar = "", other = ""] = specs.find((spec) => spec.id === id)?.calendars ?? [];
  for (const uid of ["a", "b", "c", "d", "e"]) account.put(calendar, uid, `${uid} 1`);
  account.put(other, "z", "z 1");
  await world.start();
  await world.pull(id);
  return { world, account, calendar };
}

async function audit(world: World, repair: boolean, source: readonly Fault[] = []): Promise<AccountAudit> {
  await world.start({ source });
  const [entry] = await accountsInUse(world.context);
  if (entry === undefined) throw new Error("no account");
  return auditAccount(world.context, entry, new AbortController().signal, { repair });
}

const brief = ({ differences }: AccountAudit): string[] =>
  differences.map(({ kind, event }) => `${kind} ${event.id.replaceAll(/^.*\/|\.ics$/g, "")}`).toSorted();

const titled = ({ differences }: AccountAudit): string[] =>
  differences.map(({ kind, event }) => `${kind} of ${event.title}`).toSorted();

/** What is staged and not confirmed as gone, by native id: the first summary line. */
async function staged(world: World): Promise<Record<string, string>> {
  const rows = await world.db
    .selectFrom("staged")
    .innerJoin("body", "body.hash", "staged.body_hash")
    .select(["staged.native_id", "body.content"])
    .where("staged.gone_at", "is", null)
    .orderBy("staged.native_id")
    .execute();
  return Object.fromEntries(
    rows.map((row) => [row.native_id, /^SUMMARY:(.*?)\r?$/m.exec(row.content)?.[1] ?? ""]),
  );
}

async function auditedAt(world: World) {
  const { audited_at: audited, balanced_at: balanced } = await world.db
    .selectFrom("account")
    .select(["audited_at", "balanced_at"])
    .executeTakeFirstOrThrow();
  return { audited, balanced };
}

const held = (account: FakeAccount): Record<string, string> =>
  Object.fromEntries(
    account.events
      .map((event) => [event.nativeId, /^SUMMARY:(.*?)\r?$/m.exec(event.ics)?.[1] ?? ""] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

describe.each(["home", "work"])("the audit of %s", (id) => {
  it("balances where nothing differs, and writes nothing", async () => {
    const { world, calendar } = await pulled(id);
    const found = await audit(world, true);
    expect(found).toMatchObject({ isBalanced: true, isComplete: true, differences: [], errors: [] });
    expect(found.calendars[0]).toEqual({ name: calendar, listed: 5, staged: 5, aged: 0, owed: 0 });
    expect(found.calendars[1]).toMatchObject({ listed: 1, staged: 1 });
    const at = await auditedAt(world);
    expect(at.audited).not.toBeNull();
    expect(at.balanced).toEqual(at.audited);
  });

  it("finds an event whose row was lost, says so without a repair, and has it read by one", async () => {
    const { world, account, calendar } = await pulled(id);
    const lost = account.find(calendar, "b")?.nativeId ?? "";
    await world.db.deleteFrom("staged").where("native_id", "=", lost).execute();
    const seen = await audit(world, false);
    expect(seen).toMatchObject({ isBalanced: false, isComplete: true });
    expect(await auditedAt(world)).toEqual({ audited: expect.any(Date), balanced: null });
    expect(seen.differences).toMatchObject([
      { kind: "missing", side: "source", place: `${id}/me, ${calendar}`, event: { id: lost, title: null } },
    ]);
    expect(seen.calendars[0]).toMatchObject({ listed: 5, staged: 4 });
    expect(Object.keys(await staged(world))).not.toContain(lost);

    const mended = await audit(world, true);
    expect(mended.differences).toMatchObject([{ kind: "missing", event: { title: "b 1", id: lost } }]);
    expect(mended).toMatchObject({ isBalanced: true, errors: [] });
    expect(await staged(world)).toEqual(held(account));
    expect(brief(await audit(world, false))).toEqual([]);
  });

  it("removes a row that nobody lists only after a read of its own", async () => {
    const { world, account, calendar } = await pulled(id);
    account.silent = true;
    account.remove(calendar, "c");
    account.silent = false;
    const before = await staged(world);
    const seen = await audit(world, false);
    expect(seen.differences).toMatchObject([{ kind: "extra", state: "found", event: { title: "c 1" } }]);
    expect(await staged(world)).toEqual(before);
    const mended = await audit(world, true);
    expect(mended.differences[0]).toMatchObject({
      state: "mended",
      next: expect.stringContaining("confirmed that it is gone"),
    });
    expect(mended.isBalanced).toBe(true);
    expect(await staged(world)).toEqual(held(account));
  });

  it("reads again what has another ETag, and tells a change from a mere ETag", async () => {
    const { world, account, calendar } = await pulled(id);
    account.silent = true;
    account.put(calendar, "d", "d 2");
    account.silent = false;
    const same = account.find(calendar, "e")?.nativeId ?? "";
    await world.db.updateTable("staged").set({ etag: '"another"' }).where("native_id", "=", same).execute();
    const seen = await audit(world, false);
    expect(titled(seen)).toEqual(["stale ETag of d 1", "stale ETag of e 1"]);
    const mended = await audit(world, true);
    expect(titled(mended)).toEqual(["altered of d 2", "stale ETag of e 1"]);
    expect(mended.isBalanced).toBe(true);
    expect(await staged(world)).toEqual(held(account));
  });

  it("brings back what no round ever told of", async () => {
    const { world, account, calendar } = await pulled(id);
    account.silent = true;
    account.put(calendar, "n", "never told");
    account.silent = false;
    await world.pull(id);
    expect(Object.values(await staged(world))).not.toContain("never told");
    expect((await audit(world, true)).differences).toMatchObject([{ kind: "missing" }]);
    expect(await staged(world)).toEqual(held(account));
  });

  it("reports nothing of what changed between the pull and the listing", async () => {
    const { world, account, calendar } = await pulled(id);
    let listings = 0;
    account.listing = (events) => {
      listings += 1;
      if (listings > 1) return events;
      account.remove(calendar, "a");
      account.put(calendar, "new", "new");
      return account.events.filter((event) => event.calendar === calendar);
    };
    expect(await audit(world, true)).toMatchObject({ differences: [], isBalanced: true, errors: [] });
    expect(await staged(world)).toEqual(held(account));
  });

  it("takes nothing for extra where a listing fails half way, and says that it is incomplete", async () => {
    const { world, calendar } = await pulled(id);
    const before = await staged(world);
    // List calendars, a page of each calendar, the first page of the first listing.
    const found = await audit(world, true, ["none", "none", "none", "none", "transient"]);
    expect(found).toMatchObject({ differences: [], isBalanced: false, isComplete: false });
    expect(found.errors).toEqual([expect.stringContaining(`listing of ${calendar}`)]);
    expect(found.calendars).toMatchObject([{ listed: null }, { listed: 1 }]);
    expect(await auditedAt(world)).toEqual({ audited: null, balanced: null });
    expect(await staged(world)).toEqual(before);
  });

  it("asks for each event singly where a calendar lists nothing, and keeps them all", async () => {
    const { world, account } = await pulled(id);
    const before = await staged(world);
    account.listing = () => [];
    const found = await audit(world, true);
    expect(found.differences).toHaveLength(6);
    expect(new Set(found.differences.map(({ kind }) => kind))).toEqual(new Set(["extra"]));
    expect(found.differences[0]).toMatchObject({
      state: "left",
      next: expect.stringMatching(/still has it .* kept/),
    });
    expect(found.isBalanced).toBe(false);
    expect(await staged(world)).toEqual(before);
  });

  it("is not balanced while an event is owed that cannot be read", async () => {
    const { world, account, calendar } = await pulled(id);
    account.owing = [["hard", "fetch"]];
    account.put(calendar, "h", "hard");
    const faults: Fault[] = ["none", "none", "item", ...Array.from({ length: 20 }, (): Fault => "none")];
    const found = await audit(world, true, faults);
    expect(found).toMatchObject({ differences: [], isBalanced: false, isComplete: true });
    expect(found.calendars[0]).toMatchObject({ listed: 6, staged: 5, owed: 1 });
  });

  it("leaves an account alone that is to be left alone", async () => {
    const { world, account } = await pulled(id);
    await world.start();
    const retry = new Date(world.context.clock.now() + 3_600_000).toISOString();
    await world.db.updateTable("account").set({ retry_at: retry, last_error: "throttled" }).execute();
    account.listing = () => {
      throw new RemoteError("throttled", "asked all the same");
    };
    const found = await audit(world, true);
    expect(found).toMatchObject({ isBalanced: false, isComplete: false, differences: [] });
    expect(found.errors).toEqual([expect.stringMatching(/left alone until .*: throttled/)]);
  });

  it("waits between two looks as long as the account has to be left alone", async () => {
    const { world, account, calendar } = await pulled(id);
    account.silent = true;
    account.put(calendar, "n", "never told");
    world.configure((accounts) => accounts.map((one) => ({ ...one, pullFloorMs: 60_000 })));
    let slept = 0;
    vi.spyOn(world.context.clock, "sleep").mockImplementation(async (ms) => {
      slept += ms;
      world.advance(ms);
    });
    const told: string[] = [];
    vi.spyOn(world.context, "progress").mockImplementation(({ task, done, total }) => {
      if (task.startsWith("waiting")) told.push(`${task}: ${done} of ${total}`);
    });
    expect((await audit(world, true)).isBalanced).toBe(true);
    // The first look comes after a quarter of an hour; another one, and the one after the repair, do not.
    expect(slept).toBeGreaterThan(2 * 59_000);
    expect(slept).toBeLessThanOrEqual(2 * 60_000);
    const wait = Array.from(
      { length: 60 },
      (_, done) => `waiting until ${id}/me may be asked again (seconds): ${done} of 60`,
    );
    expect(told).toEqual([...wait, ...wait]);
  });

  it("reads a calendar in full where very much of it is missing", async () => {
    const { world, account, calendar } = await pulled(id);
    for (let index = 0; index < 120; index += 1) account.put(calendar, `m${index}`, `m${index}`);
    await world.start();
    await world.pull(id);
    await world.db.deleteFrom("staged").execute();
    const found = await audit(world, true);
    expect(found.differences).toHaveLength(126);
    expect(found.isBalanced).toBe(true);
    expect(await staged(world)).toEqual(held(account));
  });
});
