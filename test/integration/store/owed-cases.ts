import { describe, expect, it } from "vitest";
import { commitSettlements, countOwed, listOwed } from "../../../src/store/owed.ts";
import { accountWith, events, now, page, read, type UnderTest } from "./sample.ts";

const minute = 60_000;
const item = (nativeId: string) => ({ kind: "series" as const, nativeId });

/** What a pull has left to be read. */
export function owedCases({ db }: UnderTest): void {
  const ids = async () =>
    (await db().selectFrom("staged").select("native_id").orderBy("native_id").execute()).map(
      (row) => row.native_id,
    );

  async function setUp() {
    const { account, collections } = await accountWith(db(), "src", "one");
    const [first] = collections;
    if (first === undefined) throw new Error("no collection");
    return { account, first };
  }

  describe("owed work", () => {
    it("is settled item by item; a failed one stays and goes last, one not found is first to be confirmed", async () => {
      const { first, account } = await setUp();
      const one = await read(
        db(),
        first,
        page({
          staged: events("a", "known"),
          owed: ["a", "b", "c", "known"].map((nativeId) => ({ kind: "series" as const, nativeId })),
        }),
      );
      const owed = () => listOwed(db(), one, ["series", "fetch", "tombstone"], now);
      expect(await owed()).toContainEqual(expect.objectContaining({ ...item("a"), native: "body of a" }));
      expect(await owed()).toContainEqual(expect.objectContaining({ ...item("b"), native: null }));
      await commitSettlements(
        db(),
        one,
        [
          { kind: "failed", item: item("a"), error: new Error("busy") },
          { kind: "staged", item: item("b"), event: { nativeId: "b", etag: null, native: "whole" } },
          { kind: "gone", item: item("known") },
          { kind: "void", item: item("c") },
        ],
        now,
      );
      expect((await owed()).map((row) => `${row.kind} ${row.nativeId}`)).toEqual([
        "tombstone known",
        "series a",
      ]);
      expect(await countOwed(db(), account.id)).toEqual({ owed: 2, doubted: 0 });
      expect(await ids()).toEqual(["a", "b", "known"]);
    });
  });

  describe("owed work that fails again and again", () => {
    it("is tried less and less often, at least every four hours, and does not hold up what else is owed", async () => {
      const { first } = await setUp();
      const one = await read(db(), first, page({ owed: [{ kind: "series", nativeId: "a" }] }));
      const due = async (at: number | null) =>
        (await listOwed(db(), one, ["series"], at)).map(({ nativeId }) => nativeId);
      const fail = (at: number) =>
        commitSettlements(db(), one, [{ kind: "failed", item: item("a"), error: new Error("busy") }], at);
      const waits: number[] = [];
      for (let at = now, attempt = 1; attempt <= 12; attempt += 1) {
        await fail(at);
        const from = at;
        while (!(await due(at)).includes("a")) at += minute;
        waits.push((at - from) / minute);
      }
      expect(waits).toEqual([0, 0, 5, 10, 20, 40, 80, 160, 240, 240, 240, 240]);
      await read(db(), one, page({ owed: [{ kind: "series", nativeId: "b" }] }));
      await fail(now);
      expect(await due(now)).toEqual(["b"]);
      // Where somebody asks for it; where the clock was set back by more than it would ever wait.
      expect([await due(null), await due(now - 24 * 60 * minute)]).toEqual([
        ["b", "a"],
        ["b", "a"],
      ]);
    });

    it("is tried at once when the source tells of the event again", async () => {
      const { first } = await setUp();
      const owing = page({ owed: [{ kind: "series", nativeId: "a" }] });
      const one = await read(db(), first, owing);
      for (let attempt = 0; attempt < 5; attempt += 1)
        await commitSettlements(
          db(),
          one,
          [{ kind: "failed", item: item("a"), error: new Error("busy") }],
          now,
        );
      expect(await listOwed(db(), one, ["series"], now)).toEqual([]);
      await read(db(), one, owing);
      expect(await listOwed(db(), one, ["series"], now)).toHaveLength(1);
    });
  });

  describe("owed work of which a part is left", () => {
    it("stages the rest, and stays owed with the reason", async () => {
      const { first, account } = await setUp();
      const one = await read(db(), first, page({ owed: [{ kind: "fetch", nativeId: "a" }] }));
      const event = { nativeId: "a", etag: null, native: "all but something" };
      const stillOwed = new Error("busy");
      await commitSettlements(
        db(),
        one,
        [{ kind: "staged", item: { kind: "fetch", nativeId: "a" }, event, stillOwed }],
        now,
      );
      expect(await ids()).toEqual(["a"]);
      const rows = await db().selectFrom("owed").select(["attempts", "last_error"]).execute();
      expect(rows).toEqual([{ attempts: 1, last_error: "busy" }]);
      const [owed] = await listOwed(db(), one, ["fetch"], now);
      expect(owed?.native).toBe("all but something");
      await commitSettlements(
        db(),
        one,
        [{ kind: "staged", item: { kind: "fetch", nativeId: "a" }, event }],
        now,
      );
      expect(await countOwed(db(), account.id)).toEqual({ owed: 0, doubted: 0 });
    });
  });

  describe("a removal", () => {
    const tombstone = { kind: "tombstone", nativeId: "a" } as const;

    it("in doubt stays owed until its time, and counts as such", async () => {
      const { first, account } = await setUp();
      const one = await read(db(), first, page({ staged: events("a"), checkpoint: "1" }));
      const two = await read(db(), one, page({ kind: "complete", checkpoint: "2" }));
      const due = (at: number) => listOwed(db(), two, ["tombstone"], at);
      expect(await due(now)).toMatchObject([{ reported: false, unlistedSince: null }]);
      const doubted = { kind: "doubted", item: tombstone, unlistedSince: now } as const;
      await commitSettlements(db(), two, [{ ...doubted, askAgainAt: now + 60 * minute }], now);
      expect(await due(now + 59 * minute)).toEqual([]);
      expect(await due(now + 60 * minute)).toMatchObject([{ unlistedSince: now }]);
      expect(await countOwed(db(), account.id)).toEqual({ owed: 1, doubted: 1 });
    });

    it("is one that the source told of as soon as it does, whoever missed the event first", async () => {
      const { first } = await setUp();
      const one = await read(db(), first, page({ staged: events("a"), checkpoint: "1" }));
      const two = await read(db(), one, page({ kind: "complete", checkpoint: "2" }));
      const known = async () => (await listOwed(db(), two, ["tombstone"], null))[0];
      expect(await known()).toMatchObject({ reported: false });
      await read(db(), two, page({ gone: ["a"], checkpoint: "3" }));
      expect(await known()).toMatchObject({ reported: true });
      await read(db(), two, page({ kind: "complete", checkpoint: "4" }));
      expect(await known()).toMatchObject({ reported: true });
    });
  });
}
