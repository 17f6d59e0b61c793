import { describe, expect, it } from "vitest";
import {
  beginRound,
  type Collection,
  discardCheckpoint,
  knownEtags,
  listCollections,
  saveCalendars,
} from "../../../src/store/collections.ts";
import { commitSettlements, dropVoidTombstones, listOwed } from "../../../src/store/owed.ts";
import { commitPage, stagedNatives } from "../../../src/store/staging.ts";
import { takeDirtyEvents } from "../../../src/store/translations.ts";
import { accountOf, accountWith, events, now, page, read, translate, type UnderTest } from "./sample.ts";

const minute = 60_000;

/** What a pull leaves behind, page by page. */
export function stagingCases({ db }: UnderTest): void {
  const staged = async () =>
    (await db().selectFrom("staged").selectAll().orderBy("native_id").execute()).map((row) => ({
      id: row.native_id,
      dirty: row.dirty,
      gone: row.gone_at !== null,
    }));
  const ids = async () => (await staged()).map((row) => row.id);
  const tombstones = async (collection: Collection) =>
    (await listOwed(db(), collection, ["tombstone"], now)).map((row) => row.nativeId);

  async function setUp(...calendars: string[]) {
    const { account, collections } = await accountWith(db(), "src", ...calendars);
    const [first, second] = collections;
    if (first === undefined) throw new Error("no collection");
    return { account, first, second: second ?? first };
  }

  describe("a round", () => {
    it("goes on after its last page when it was interrupted, and begins anew otherwise", async () => {
      const { first } = await setUp("one");
      const begun = await beginRound(db(), first);
      expect([begun.round, begun.round_open, begun.resume]).toEqual([1, true, null]);
      expect((await beginRound(db(), begun)).round).toBe(2);
      const middle = page({ kind: "complete", resume: "page 2", checkpoint: null });
      const interrupted = await read(db(), first, middle);
      const resumed = await beginRound(db(), interrupted);
      expect([resumed.round, resumed.resume]).toEqual([interrupted.round, "page 2"]);
      await commitPage(db(), resumed, page({ kind: "complete", checkpoint: "done" }), "everything", now);
      const [finished] = await listCollections(db(), first.account_id);
      expect(finished).toMatchObject({ checkpoint: "done", resume: null, round_open: false });
    });

    it("keeps its checkpoint while the next one is under way, until it is refused", async () => {
      const { first } = await setUp("one");
      const finished = await read(db(), first, page({ checkpoint: "one" }));
      const half = await read(db(), finished, page({ checkpoint: null, resume: "half" }));
      expect(half).toMatchObject({ checkpoint: "one", resume: "half" });
      expect(await discardCheckpoint(db(), half.id)).toMatchObject({ checkpoint: null, resume: null });
    });

    it("stages an event again only if its content differs, and knows the ETags", async () => {
      const { first, account } = await setUp("one");
      const next = await read(db(), first, page({ staged: events("a", "b") }));
      await translate(db(), account, "all");
      expect((await staged()).map((row) => row.dirty)).toEqual([false, false]);
      const changed = [{ nativeId: "b", etag: '"new"', native: "another body" }];
      await read(db(), next, page({ staged: [...events("a"), ...changed] }));
      expect((await staged()).map((row) => row.dirty)).toEqual([false, true]);
      const known = async (asked: readonly string[] | "all", at = now) =>
        Object.fromEntries(await knownEtags(db(), first.id, asked, at));
      expect(await known("all")).toEqual({ a: '"a"', b: '"new"' });
      expect(await known(["b", "x"])).toEqual({ b: '"new"' });
      expect(await known([])).toEqual({});
      // What could not be translated is read again after an hour: it may have been spoiled on the way.
      await db().updateTable("staged").set({ state: "quarantined" }).where("native_id", "=", "b").execute();
      expect(await known("all", now + 59 * minute)).toEqual({ a: '"a"', b: '"new"' });
      expect(await known("all", now + 61 * minute)).toEqual({ a: '"a"' });
    });

    it("knows the native forms of its account, from whichever calendar", async () => {
      const { first, second, account } = await setUp("one", "two");
      await read(db(), first, page({ staged: events("a", "b") }));
      await read(db(), second, page({ staged: events("c") }));
      await db()
        .updateTable("staged")
        .set({ gone_at: new Date(now).toISOString() })
        .where("native_id", "=", "b")
        .execute();
      const natives = await stagedNatives(db(), account.id, ["a", "b", "c", "x"]);
      expect(Object.fromEntries(natives)).toEqual({ a: "body of a", c: "body of c" });
      expect((await stagedNatives(db(), account.id + 1, ["a"])).size).toBe(0);
      expect((await stagedNatives(db(), account.id, [])).size).toBe(0);
    });

    it("takes the newest of an event that comes twice in a page, and any number of them", async () => {
      const { first } = await setUp("one");
      const many = Array.from({ length: 450 }, (_, index) => `e${index}`);
      const twice = { nativeId: "e7", etag: null, native: "newest" };
      await read(db(), first, page({ staged: [...events(...many), twice] }));
      const row = await db()
        .selectFrom("staged")
        .innerJoin("body", "body.hash", "staged.body_hash")
        .select("body.content")
        .where("native_id", "=", "e7")
        .executeTakeFirstOrThrow();
      expect(row.content).toBe("newest");
      expect(await staged()).toHaveLength(450);
    });

    it("keeps nothing of a page that could not be committed whole", async () => {
      const { first } = await setUp("one");
      const broken = { nativeId: "a zero \u0000 byte", etag: null, native: "b" };
      await expect(read(db(), first, page({ staged: [...events("a"), broken] }))).rejects.toThrow();
      expect(await ids()).toEqual([]);
    });
  });

  describe("what is not there any more", () => {
    it("means nothing in an incremental round, and is to be confirmed after a complete one", async () => {
      const { first } = await setUp("one");
      let collection = await read(db(), first, page({ staged: events("a", "b", "c", "d") }));
      collection = await read(db(), collection, page());
      expect(await tombstones(collection)).toEqual([]);
      const complete = page({
        kind: "complete",
        staged: events("a"),
        present: ["b"],
        owed: [{ kind: "fetch", nativeId: "c" }],
      });
      collection = await read(db(), collection, complete);
      expect(await tombstones(collection)).toEqual(["d"]);
      expect(await ids()).toEqual(["a", "b", "c", "d"]);
    });

    it("is not looked for before the last page of a complete round, which may come after an interruption", async () => {
      const { first } = await setUp("one");
      const full = await read(db(), first, page({ staged: events("a", "b") }));
      const half = page({ kind: "complete", present: ["a"], checkpoint: null, resume: "half" });
      const interrupted = await read(db(), full, half);
      expect(await tombstones(interrupted)).toEqual([]);
      const finished = await read(db(), interrupted, page({ kind: "complete", present: ["b"] }));
      expect(await tombstones(finished)).toEqual([]);
    });

    it("speaks only for the window, where a listing does", async () => {
      const { first, account } = await setUp("one");
      await read(db(), first, page({ staged: events("inside", "endless") }));
      await translate(db(), account, "all");
      await db()
        .updateTable("candidate")
        .set({ ends_at: null })
        .where("meeting_key", "=", "endless")
        .execute();
      await read(db(), first, page({ staged: events("aged") }));
      await translate(db(), account, "all", { ends: "2020-01-01T00:00:00.000Z" });
      await read(db(), first, page({ staged: events("not translated yet") }));
      const begun = await beginRound(db(), first);
      const window = { from: "2026-10-01T00:00:00.000Z", until: "2028-07-01T00:00:00.000Z" };
      await commitPage(db(), begun, page({ kind: "complete" }), window, now);
      expect((await tombstones(begun)).toSorted()).toEqual(["endless", "inside", "not translated yet"]);
    });

    it("is believed only where it is staged from that very collection", async () => {
      const { first, second } = await setUp("one", "two");
      await read(db(), first, page({ staged: events("a") }));
      const two = await read(db(), second, page({ gone: ["a", "unknown"] }));
      expect(await tombstones(two)).toEqual([]);
      // The event moves to the second collection; what the first one says then is void.
      const one = await read(db(), first, page({ gone: ["a"] }));
      expect(await tombstones(one)).toEqual(["a"]);
      await read(db(), two, page({ staged: events("a") }));
      await dropVoidTombstones(db(), one);
      expect(await tombstones(one)).toEqual([]);
      expect(await ids()).toEqual(["a"]);
    });

    it("is forgotten when the event is seen again in the same calendar", async () => {
      const { first } = await setUp("one");
      let one = await read(db(), first, page({ staged: events("a", "b") }), page({ gone: ["a", "b"] }));
      one = await read(db(), one, page({ staged: events("a"), present: ["b"] }));
      expect(await tombstones(one)).toEqual([]);
    });

    it("goes with its candidates once it is confirmed and the pull is over, and can come back", async () => {
      const { first, account } = await setUp("one");
      const one = await read(db(), first, page({ staged: events("a"), gone: [] }));
      await translate(db(), account, "all");
      await read(db(), one, page({ gone: ["a"] }));
      const tombstone = { kind: "tombstone" as const, nativeId: "a" };
      await commitSettlements(db(), one, [{ kind: "gone", item: tombstone }], now);
      expect(await staged()).toEqual([{ id: "a", dirty: true, gone: true }]);
      expect(await takeDirtyEvents(db(), [account.id], new Set(), 10)).toEqual([]);
      await db().updateTable("account").set({ settled: true }).execute();
      await translate(db(), account, "all");
      expect(await staged()).toEqual([]);
      expect(await db().selectFrom("candidate").selectAll().execute()).toEqual([]);
      const dirty = await db().selectFrom("dirty_key").select("meeting_key").execute();
      expect(dirty).toEqual([{ meeting_key: "a" }]);
      await read(db(), one, page({ staged: events("a") }));
      expect(await staged()).toEqual([{ id: "a", dirty: true, gone: false }]);
    });
  });

  describe("the calendars of an account", () => {
    it("that vanish keep what is staged from them, and go on where they were when they are back", async () => {
      const { first, account } = await setUp("one", "two");
      await read(db(), first, page({ staged: events("a"), checkpoint: "mine" }));
      const list = (...names: string[]) => {
        const calendars = names.map((id) => ({ id, name: `${id}, renamed` }));
        return saveCalendars(db(), account.id, { calendars, memory: "home", categoryColors: null }, now);
      };
      const seen = async () =>
        (await listCollections(db(), account.id)).map((one) => [
          one.name,
          one.vanished_at !== null,
          one.checkpoint,
        ]);
      await list();
      expect(await seen()).toEqual([
        ["one", true, "mine"],
        ["two", true, null],
      ]);
      expect(await ids()).toEqual(["a"]);
      await list("two", "one");
      expect(await seen()).toEqual([
        ["one, renamed", false, "mine"],
        ["two, renamed", false, null],
      ]);
      expect((await accountOf(db(), "src")).memory).toBe("home");
    });
  });
}
