import { describe, expect, it } from "vitest";
import {
  noteAccountAudited,
  owedByCollection,
  oweRepairs,
  stagedForAudit,
} from "../../../src/store/audit-source.ts";
import { noteComplete } from "../../../src/store/accounts.ts";
import { listCollections, saveCalendars } from "../../../src/store/collections.ts";
import { listOwed } from "../../../src/store/owed.ts";
import { dropSuperseded } from "../../../src/store/superseded.ts";
import { accountOf, accountWith, events, now, page, read, translate, type UnderTest } from "./sample.ts";

/** What the audit of a source asks of the store, and what is left of calendars that vanished. */
export function sourceAuditCases({ db }: UnderTest): void {
  const setUp = async () => {
    const { account, collections } = await accountWith(db(), "src", "one", "two");
    const [one, two] = collections;
    if (one === undefined || two === undefined) throw new Error("no collection");
    return { account, one, two };
  };

  /** The same two meetings in both calendars, the first of which vanishes. */
  const vanish = async (standing: readonly string[]) => {
    const { account, one, two } = await setUp();
    await read(db(), one, page({ staged: events("a", "b") }));
    await read(db(), two, page({ staged: events(...standing) }));
    await translate(db(), account, "all");
    await db()
      .updateTable("candidate")
      .set({ meeting_key: "a" })
      .where("meeting_key", "like", "a%")
      .execute();
    await db()
      .updateTable("candidate")
      .set({ meeting_key: "b" })
      .where("meeting_key", "like", "b%")
      .execute();
    const listing = { calendars: [{ id: "two", name: "two" }], memory: null, categoryColors: null };
    expect(await saveCalendars(db(), account.id, listing, now)).toEqual(["one"]);
    expect(await saveCalendars(db(), account.id, listing, now)).toEqual([]);
    return { account, two };
  };
  const ids = async (accountId: number) =>
    (await stagedForAudit(db(), accountId)).map(({ nativeId }) => nativeId);
  const left = async () =>
    (
      await db()
        .selectFrom("staged")
        .select("native_id")
        .where("gone_at", "is", null)
        .orderBy("native_id")
        .execute()
    ).map((row) => row.native_id);

  describe("the audit of a source", () => {
    it("sees what is staged with its span, once it is translated", async () => {
      const { account, one } = await setUp();
      await read(db(), one, page({ staged: events("a") }));
      expect(await stagedForAudit(db(), account.id)).toMatchObject([
        { collectionId: one.id, nativeId: "a", etag: '"a"', span: null },
      ]);
      await translate(db(), account, "all");
      const from = "2027-01-05T10:00:00.000Z";
      const until = "2027-01-05T11:00:00.000Z";
      expect(await stagedForAudit(db(), account.id)).toMatchObject([{ span: { from, until } }]);
      await read(db(), one, page({ staged: events("b") }));
      await translate(db(), account, "all", { ends: null });
      expect((await stagedForAudit(db(), account.id))[1]).toMatchObject({ span: { from, until: null } });
    });

    it("has events read anew and removals confirmed, and changes nothing by itself", async () => {
      const { account, one, two } = await setUp();
      await read(db(), one, page({ staged: events("a", "b") }));
      const before = await stagedForAudit(db(), account.id);
      await oweRepairs(db(), one, { read: ["a", "new"], confirm: ["b", "unknown"] }, now);
      expect(await listOwed(db(), one, ["series"], now)).toMatchObject([
        { nativeId: "a", native: "body of a" },
        { nativeId: "new", native: null },
      ]);
      expect(await listOwed(db(), one, ["tombstone"], now)).toMatchObject([{ nativeId: "b" }]);
      expect(await owedByCollection(db(), account.id)).toEqual(
        new Map([[one.id, new Set(["a", "b", "new"])]]),
      );
      expect(await stagedForAudit(db(), account.id)).toEqual(before);
      expect(two.id).not.toBe(one.id);
    });

    it("records when an account was audited, and when its books balanced", async () => {
      const { account } = await setUp();
      await noteAccountAudited(db(), account.id, true, now);
      await noteAccountAudited(db(), account.id, false, now + 1000);
      const row = await accountOf(db(), "src");
      expect([row.audited_at?.getTime(), row.balanced_at?.getTime()]).toEqual([now + 1000, now]);
    });
  });

  describe("a calendar that vanished", () => {
    it("lets go of what another one brings, keeps the rest, and will be read in full", async () => {
      const { account } = await vanish(["a2"]);
      await dropSuperseded(db(), account.id, now);
      expect(await left()).toEqual(["a2", "b"]);
      expect(await ids(account.id)).toEqual(["a2"]);
      const [one, two] = await listCollections(db(), account.id);
      expect([one?.checkpoint, two?.checkpoint]).toEqual([null, "token"]);
    });

    it("keeps what the other one is about to lose", async () => {
      const { account, two } = await vanish(["a2", "b2"]);
      await oweRepairs(db(), two, { read: [], confirm: ["a2"] }, now);
      await dropSuperseded(db(), account.id, now);
      expect(await left()).toEqual(["a", "a2", "b2"]);
    });

    it("is forgotten a day after, when nothing is left of it", async () => {
      const { account } = await vanish(["a2", "b2"]);
      await dropSuperseded(db(), account.id, now);
      await noteComplete(db(), account.id, now);
      await translate(db(), account, "all");
      const names = async () => (await listCollections(db(), account.id)).map(({ name }) => name);
      await dropSuperseded(db(), account.id, now + 23 * 3_600_000);
      expect(await names()).toEqual(["one", "two"]);
      await dropSuperseded(db(), account.id, now + 25 * 3_600_000);
      expect(await names()).toEqual(["two"]);
    });
  });
}
