import { describe, expect, it } from "vitest";
import { noteComplete, noteIncomplete } from "../../../src/store/accounts.ts";
import { hashBody, keepBodies } from "../../../src/store/bodies.ts";
import { endPins, setPins } from "../../../src/store/pins.ts";
import { prune } from "../../../src/store/prune.ts";
import { accountStatus } from "../../../src/store/status.ts";
import { updateTarget } from "../../../src/store/targets.ts";
import { hasWork } from "../../../src/store/work.ts";
import {
  accountOf,
  lookedAt,
  now,
  page,
  read,
  sourceWith,
  translate,
  type UnderTest,
  write,
} from "./sample.ts";
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
      // Recorded before the clock was set back: nobody is left alone for so long.
      await updateTarget(db(), "all", { retry_at: new Date(now + 365 * 24 * 60 * minute).toISOString() });
      expect(await ask()).toBe(true);
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
      const day = 24 * 60 * minute;
      const keep = { keepDays: 30, maxBytes: 1000 };
      const [old] = (await bodies()).filter((text) => text !== "newer" && text !== "ics of a");
      await db()
        .updateTable("action")
        .set({ before_body: hashBody(old ?? "") })
        .execute();
      await prune(db(), now + 29 * day, keep);
      expect([(await bodies()).length, (await runs()).length]).toEqual([3, 1]);
      await prune(db(), now + 31 * day, keep);
      expect([await bodies(), await runs()]).toEqual([["newer"], []]);
    });

    it("stays while a decision holds on to it", async () => {
      await sourceWith(db(), "src", "a");
      const { run_id } = await db().selectFrom("action").select("run_id").executeTakeFirstOrThrow();
      await setPins(
        db(),
        "all",
        run_id,
        [{ key: "a", fingerprint: null, sourceBody: null, stands: null }],
        now,
      );
      const later = now + 31 * 24 * 60 * minute;
      await prune(db(), later, { keepDays: 30, maxBytes: 1000 });
      expect(await db().selectFrom("run").select("id").execute()).toEqual([{ id: run_id }]);
      await endPins(db(), "all", ["a"]);
      await prune(db(), later, { keepDays: 30, maxBytes: 1000 });
      expect(await db().selectFrom("run").select("id").execute()).toEqual([]);
    });

    it("of replaced bodies the oldest go first where they are too many, and what was done stays on record", async () => {
      const { account } = await sourceWith(db(), "src", "a");
      for (const key of ["b", "c"]) await write(db(), account, "all", key);
      for (const key of ["a", "b", "c"]) {
        const before = `${key} as it was, in thirty bytes..`.slice(0, 30);
        await keepBodies(db(), [before], now - 2 * 24 * 60 * minute);
        await db()
          .updateTable("action")
          .set({ before_body: hashBody(before) })
          .where("summary", "=", key)
          .execute();
      }
      await prune(db(), now, { keepDays: 30, maxBytes: 65 });
      expect(await db().selectFrom("action").select("summary").orderBy("id").execute()).toHaveLength(3);
      const texts = (await db().selectFrom("body").select("content").execute()).map((row) => row.content);
      const kept = texts.filter((text) => text.includes("as it was"));
      expect(kept.map((text) => text.slice(0, 1)).toSorted()).toEqual(["b", "c"]);
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
