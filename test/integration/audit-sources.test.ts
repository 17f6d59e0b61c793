import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freshDatabase } from "../fresh-database.ts";
import { defaultSwitches } from "../../simulator/caldav/switches.ts";
import { accountInUse } from "../../src/reconcile/account-in-use.ts";
import { type AccountAudit, auditAccount } from "../../src/reconcile/audit/audit-account.ts";
import { install, type Installation } from "./installation.ts";
import { appleObject, daily, dayAfter, meeting, utcText } from "./people-and-times.ts";
import { differences } from "./truth.ts";

const icloudUser = "sean@icloud.com";

/** An account of each kind. `place` is the calendar that its events are in. */
const accounts = [
  { key: "agency/sean@agency.example.us", place: "Calendar", target: "agency" },
  { key: `family/${icloudUser}`, place: "Family", target: "all" },
] as const;

const kinds = (found: AccountAudit): string[] => found.differences.map(({ kind }) => kind).toSorted();

describe("the audit of sources", { timeout: 60_000 }, () => {
  let kalends: Installation;
  /** Id of an event that is not there any more. */
  let forgotten: string;

  beforeAll(async () => {
    kalends = await install({
      makeDatabase: freshDatabase,
      size: { agency: 12, company: 0, family: 12 },
      configuration: { window: { past: 40, future: 200 } },
    });
    const { graph, mailboxes } = kalends.household;
    // So many occurrences that a listing has several pages.
    for (const subject of ["Stand-up", "Lunch", "Review"]) {
      const event = daily(subject, dayAfter(kalends.clock.now(), -30));
      graph.createEvent({ mailbox: mailboxes.agency, event });
    }
    const event = meeting("Forgotten", dayAfter(kalends.clock.now(), 2));
    forgotten = graph.createEvent({ mailbox: mailboxes.agency, event }).immutableId;
    graph.deleteEvent({ mailbox: mailboxes.agency, event: forgotten });
    await kalends.sync();
    expect(differences(kalends)).toEqual([]);
  }, 120_000);

  afterEach(() => {
    const { graph, icloud, mailboxes } = kalends.household;
    graph.removeFaults();
    icloud.control.clearFaults();
    icloud.control.setSwitches(defaultSwitches("icloud"));
    graph.setSwitches({ mailbox: mailboxes.agency, switches: { processingDelayMs: 0 } });
  });

  afterAll(() => kalends?.[Symbol.asyncDispose]());

  async function audit(key: string, repair: boolean): Promise<AccountAudit> {
    const { context } = kalends.application.connections;
    const entry = await accountInUse(context, key);
    if (entry === undefined) throw new Error(`no account ${key}`);
    return auditAccount(context, entry, new AbortController().signal, { repair });
  }

  const everything = () => ({ all: kalends.standing("all"), agency: kalends.standing("agency") });

  it("balances after a first import, whatever lies outside the window", async () => {
    for (const { key } of accounts)
      expect(await audit(key, false)).toMatchObject({ isBalanced: true, differences: [], errors: [] });
    expect(await audit("company/sean@contoso.example.com", false)).toMatchObject({ isBalanced: true });
  });

  it.each(accounts)("mends rows of $key that were lost, made up or altered", async ({ key, place }) => {
    const { db } = kalends.application.connections.context;
    const before = everything();
    const rows = await db
      .selectFrom("staged")
      .innerJoin("collection", "collection.id", "staged.collection_id")
      .innerJoin("candidate", "candidate.staged_id", "staged.id")
      .selectAll("staged")
      .select(["candidate.starts_at", "candidate.ends_at"])
      .where("collection.name", "=", place)
      .where("candidate.starts_at", ">", dayAfter(kalends.clock.now(), -30))
      .where("candidate.ends_at", "<", dayAfter(kalends.clock.now(), 180))
      .orderBy("staged.id")
      .execute();
    // Only single events have an ETag that a view of Graph shows.
    const isSingle = (row: (typeof rows)[number]) =>
      Date.parse(row.ends_at ?? "") - Date.parse(row.starts_at) < 2 * 86_400_000;
    const [lost, altered] = rows.filter(isSingle);
    if (lost === undefined || altered === undefined) throw new Error("too few events");
    await db.deleteFrom("candidate").where("staged_id", "=", lost.id).execute();
    await db.deleteFrom("staged").where("id", "=", lost.id).execute();
    const { account_id, collection_id, etag, body_hash, round } = altered;
    const native_id = key.startsWith("agency")
      ? forgotten
      : altered.native_id.replace(/[^/]+$/, "made-up.ics");
    const staged_at = new Date(kalends.clock.now()).toISOString();
    const madeUp = { account_id, collection_id, native_id, etag, body_hash, round, staged_at, dirty: false };
    await db
      .insertInto("staged")
      .values({ ...madeUp, reason: null })
      .execute();
    await db.updateTable("staged").set({ etag: '"stale"' }).where("id", "=", altered.id).execute();

    const seen = await audit(key, false);
    expect(kinds(seen)).toEqual(["extra", "missing", "stale ETag"]);
    expect(seen.isBalanced).toBe(false);
    expect(seen.differences.every((difference) => difference.place === `${key}, ${place}`)).toBe(true);
    const mended = await audit(key, true);
    expect(kinds(mended)).toEqual(["extra", "missing", "stale ETag"]);
    expect(mended).toMatchObject({ isBalanced: true, errors: [] });
    await kalends.sync();
    expect(differences(kalends)).toEqual([]);
    expect(everything()).toEqual(before);
  });

  it("brings what the delta feed has not told", async () => {
    const { graph, mailboxes } = kalends.household;
    const mailbox = mailboxes.agency;
    graph.setSwitches({ mailbox, switches: { processingDelayMs: 10 * 86_400_000 } });
    graph.createEvent({ mailbox, event: meeting("Never told", dayAfter(kalends.clock.now(), 3)) });
    const old = graph.events({ mailbox }).find((event) => !event.isSeries);
    graph.deleteEvent({ mailbox, event: old?.id ?? "" });
    await kalends.sync();
    expect(differences(kalends)).not.toEqual([]);
    const mended = await audit(accounts[0].key, true);
    expect(kinds(mended)).toEqual(["extra", "missing"]);
    expect(new Set(mended.differences.map(({ event }) => event.title))).toEqual(
      new Set(["Never told", old?.subject]),
    );
    expect(mended.isBalanced).toBe(true);
    await kalends.sync();
    expect(differences(kalends)).toEqual([]);
  });

  it("brings what a sync token has skipped", async () => {
    const { control } = kalends.household.icloud;
    const day = dayAfter(kalends.clock.now(), 5);
    const times = { start: utcText(day, "0900"), end: utcText(day, "1000") };
    control.putObject(
      icloudUser,
      "family",
      "skipped.ics",
      appleObject({ uid: "skipped", summary: "Skipped", ...times }),
    );
    control.setSwitches({ expiredToken: "empty" });
    control.expireTokens(icloudUser, "family");
    await kalends.sync();
    expect(differences(kalends)).not.toEqual([]);
    const mended = await audit(accounts[1].key, true);
    expect(mended.differences).toMatchObject([{ kind: "missing", event: { title: "Skipped" } }]);
    expect(mended.isBalanced).toBe(true);
    await kalends.sync();
    expect(differences(kalends)).toEqual([]);
  });

  it.each(accounts)("takes nothing of $key for gone where a listing breaks off", async ({ key, place }) => {
    const { graph, icloud } = kalends.household;
    const before = everything();
    graph.addFault({
      server: "graph",
      path: "calendarView\\?.*skip",
      times: 99,
      effect: { kind: "truncate" },
    });
    icloud.control.addFault({
      method: "PROPFIND",
      path: "/family/$",
      times: null,
      effect: { kind: "truncate", keep: 0.7 },
    });
    const found = await audit(key, true);
    expect(found).toMatchObject({ isComplete: false, isBalanced: false, differences: [] });
    expect(found.calendars.find(({ name }) => name === place)).toMatchObject({ listed: null });
    expect(found.errors.join()).toMatch(/agency|family/);
    await kalends.sync();
    expect(everything()).toEqual(before);
  });

  it("deletes nothing where a mailbox lists nothing, and comes back when it does", async () => {
    const { graph } = kalends.household;
    const before = everything();
    const empty = { status: 200, body: JSON.stringify({ value: [] }) };
    graph.addFault({
      server: "graph",
      path: "calendarView\\?",
      times: 9_999,
      effect: { kind: "status", ...empty },
    });
    const found = await audit(accounts[0].key, true);
    expect(new Set(kinds(found))).toEqual(new Set(["extra"]));
    const { pulls } = await kalends.sync();
    expect(pulls.find(({ source }) => source === "agency")?.doubted).toBeGreaterThan(0);
    expect(everything()).toEqual(before);
    graph.removeFaults();
    await kalends.sync();
    expect((await audit(accounts[0].key, true)).isBalanced).toBe(true);
    expect(differences(kalends)).toEqual([]);
    expect(everything()).toEqual(before);
  });

  it("asks for each object singly where a CalDAV calendar lists nothing, and keeps them all", async () => {
    const { control } = kalends.household.icloud;
    const before = everything();
    const href = control.calendars(icloudUser).find(({ uri }) => uri === "family")?.href ?? "";
    const body = `<multistatus xmlns="DAV:"><response><href>${href}</href><propstat><prop><resourcetype><collection/></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>`;
    control.addFault({
      method: "PROPFIND",
      path: "/family/$",
      times: null,
      effect: { kind: "status", status: 207, headers: { "content-type": "application/xml" }, body },
    });
    const found = await audit(accounts[1].key, true);
    expect(found).toMatchObject({ isBalanced: false, isComplete: true });
    expect(found.differences.length).toBeGreaterThan(10);
    expect(new Set(found.differences.map(({ next }) => next))).toEqual(
      new Set([expect.stringMatching(/^The source still has it .* it is kept\.$/)]),
    );
    await kalends.sync();
    expect(everything()).toEqual(before);
  });
});
