import { describe, expect, it } from "vitest";
import { noteComplete, noteIncomplete } from "../../../src/store/accounts.ts";
import { prune } from "../../../src/store/prune.ts";
import { accountStatus } from "../../../src/store/status.ts";
import { updateTarget } from "../../../src/store/targets.ts";
import { hasWork } from "../../../src/store/work.ts";
import { accountOf, lookedAt, now, page, read, sourceWith, translate, type UnderTest } from "./sample.ts";
const minute = 60_000;

/** What the schedule asks, what grows old, and how an account fares. */
export function upkeepCases({ db }: UnderTest): void {
  describe("whether a target has work", () => {
    it("depends on its survey, its keys and its events, and waits while it is held or backs off", async () => {
      const { account } = await sourceWith(db(), "src", "a");
      const ask = (at = now) => hasWork(db(), "all", [{ sourceId: "src", name: "me", basis: "1" }], at);
      await lookedAt(db(), "all");
      expect(await ask()).toBe(true);
      await updateTarget(db(), "all", { surveyed_at: new Date(now).toISOString() });
      expect(await ask()).toBe(false);
      await db().updateTable("staged").set({ dirty: true }).execute();
      expect(await ask()).toBe(true);
      expect(await hasWork(db(), "all", [], now)).toBe(false);
      await translate(db(), account, "all");
      expect(await ask()).toBe(true);
      await db().deleteFrom("dirty_key").execute();
      expect(await ask()).toBe(false);
      const setBasis = (translation_basis: string) =>
        db().updateTable("account").set({ translation_basis }).where("name", "=", "me").execute();
      await setBasis("1");
      expect(await ask()).toBe(false);
      await setBasis("0");
      expect(await ask()).toBe(true);
      await updateTarget(db(), "all", { retry_at: new Date(now + minute).toISOString() });
      expect([await ask(), await ask(now + minute)]).toEqual([false, true]);
      await updateTarget(db(), "all", { retry_at: null, held: "foreign objects" });
      expect(await ask()).toBe(false);
      expect(await hasWork(db(), "never there", [], now)).toBe(false);
    });
  });

  describe("what is old", () => {
    it("goes after its time, unless something refers to it", async () => {
      const { collection } = await sourceWith(db(), "src", "a");
      await read(db(), collection, page({ staged: [{ nativeId: "a", etag: null, native: "newer" }] }));
      const bodies = async () =>
        (await db().selectFrom("body").select("content").orderBy("content").execute()).map(
          (row) => row.content,
        );
      const runs = () => db().selectFrom("action").select("slot").execute();
      await prune(db(), now + 29 * 24 * 60 * minute);
      expect([(await bodies()).length, (await runs()).length]).toEqual([3, 1]);
      await prune(db(), now + 31 * 24 * 60 * minute);
      expect([await bodies(), await runs()]).toEqual([["newer"], []]);
    });
  });

  describe("how an account stands", () => {
    it("tells a complete pull, its failures in a row and what is left", async () => {
      const { account } = await sourceWith(db(), "src", "a");
      const failed = { error: "no answer", retryAt: now + minute, settled: false };
      await noteIncomplete(db(), account.id, failed);
      await noteIncomplete(db(), account.id, failed);
      expect(await accountOf(db(), "src")).toMatchObject({ failures: 2, settled: false });
      await noteIncomplete(db(), account.id, { error: "one event is left", retryAt: null, settled: true });
      expect(await accountOf(db(), "src")).toMatchObject({ failures: 0, retry_at: null });
      expect(await accountStatus(db())).toMatchObject([
        { source: "src", calendars: 1, staged: 1, owed: 0, error: "one event is left", completeAt: null },
      ]);
      await noteComplete(db(), account.id, now);
      expect(await accountStatus(db())).toMatchObject([
        { error: null, completeAt: new Date(now).toISOString(), retryAt: null },
      ]);
    });
  });
}
