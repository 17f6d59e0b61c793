import { describe, expect, it } from "vitest";
import { setTranslationBasis } from "../../../src/store/accounts.ts";
import { renameTarget } from "../../../src/store/rename-target.ts";
import { renameSource } from "../../../src/store/rename-source.ts";
import {
  approveHold,
  endOtherHolds,
  type HeldPart,
  holdsBefore,
  listHolds,
  saveHolds,
} from "../../../src/store/holds.ts";
import { commitIntents } from "../../../src/store/intents.ts";
import { leftIntents } from "../../../src/store/left-intents.ts";
import { clearDirtyKeys, listDirtyKeys } from "../../../src/store/dirty-keys.ts";
import { setPins } from "../../../src/store/pins.ts";
import { countStanding } from "../../../src/store/count-standing.ts";
import { loadKeys } from "../../../src/store/keys.ts";
import { forgetSource, keysOfSource } from "../../../src/store/purge.ts";
import { accountStatus, targetStatus } from "../../../src/store/status.ts";
import { retireOthers } from "../../../src/store/retired.ts";
import { type Found, recordFound, slotsOfKeys, takeOver, unclaimedSlots } from "../../../src/store/slots.ts";
import { ensureTarget, updateTarget } from "../../../src/store/targets.ts";
import { markDirty } from "../../../src/store/translations.ts";
import {
  accountOf,
  accountWith,
  dirtyKeys,
  lookedAt,
  now,
  sourceWith,
  translate,
  type UnderTest,
  write,
} from "./sample.ts";

const minute = 60_000;

const found = (slot: string): Found => ({
  slot,
  name: `${slot}.ics`,
  uid: slot,
  etag: '"1"',
  fingerprint: "f",
  summary: slot,
  startsAt: null,
});
const held = (sourceId: string, ...actions: string[]): HeldPart => ({
  sourceId,
  reason: "many",
  actions: actions,
  onlyPending: false,
});

/** What stands in the targets, what waits, and what a change of the configuration does to it. */
export function targetCases({ db }: UnderTest): void {
  describe("a source's new id", () => {
    it("is carried through everything that names it", async () => {
      const { account } = await sourceWith(db(), "old", "a", "b");
      await saveHolds(
        db(),
        "all",
        [{ sourceId: "old", reason: "many", actions: ["delete slot a"], onlyPending: false }],
        new Map(),
        now,
      );
      const { run_id } = await db().selectFrom("action").select("run_id").executeTakeFirstOrThrow();
      const stands = { fingerprint: "f", body: null, sourceId: "old" };
      await setPins(db(), "all", run_id, [{ key: "c", fingerprint: null, sourceBody: null, stands }], now);
      expect(await renameSource(db(), "old", "new")).toBe(true);
      expect((await accountOf(db(), "new")).id).toBe(account.id);
      expect(await keysOfSource(db(), "old")).toEqual([]);
      expect((await keysOfSource(db(), "new")).map((row) => row.key)).toEqual(["a", "b", "c"]);
      expect([...(await countStanding(db(), "all"))]).toEqual([["new", 2]]);
      expect((await listHolds(db())).map((hold) => hold.sourceId)).toEqual(["new"]);
      // Said again with the next start.
      expect(await renameSource(db(), "old", "new")).toBe(false);
    });

    it("is not taken from a source that has it", async () => {
      await sourceWith(db(), "one", "a");
      await sourceWith(db(), "two", "b");
      expect(await renameSource(db(), "one", "two")).toBe(false);
      expect(await renameSource(db(), "never there", "three")).toBe(false);
      expect(await keysOfSource(db(), "one")).toHaveLength(1);
    });
  });

  describe("a target's new id", () => {
    it("is carried through everything that names it, and slots keep their names", async () => {
      const { account } = await sourceWith(db(), "src", "a", "b");
      await updateTarget(db(), "all", { href: "/x/", surveyed_at: new Date(now).toISOString() });
      const touched = [{ target_id: "all", meeting_key: "a", base_key: "a" }];
      await markDirty(db(), touched, now);
      const before = await slotsOfKeys(db(), "all", ["a", "b"]);
      expect(await renameTarget(db(), "all", "everything")).toBe(true);
      expect(await slotsOfKeys(db(), "everything", ["a", "b"])).toEqual(before);
      const keys = await loadKeys(db(), "everything", ["a", "b"]);
      expect(keys.map((key) => [key.candidates.length, key.mapping?.sourceId])).toEqual([
        [1, "src"],
        [1, "src"],
      ]);
      expect(await dirtyKeys(db(), "everything")).toEqual(["a"]);
      expect((await targetStatus(db())).map((one) => [one.target, one.href])).toEqual([
        ["everything", "/x/"],
      ]);
      expect(await renameTarget(db(), "all", "everything")).toBe(false);
      expect((await accountOf(db(), "src")).id).toBe(account.id);
    });

    it("wins over one that was only looked at under that id", async () => {
      const { account } = await sourceWith(db(), "src", "a", "b");
      await updateTarget(db(), "all", { surveyed_at: new Date(now).toISOString() });
      await ensureTarget(db(), "everything");
      await db().updateTable("staged").set({ dirty: true }).execute();
      await translate(db(), account, "everything");
      expect(await dirtyKeys(db(), "all")).toEqual(await dirtyKeys(db(), "everything"));
      expect(await renameTarget(db(), "all", "everything")).toBe(true);
      expect(await dirtyKeys(db(), "everything")).toEqual(["a", "b"]);
    });

    it("is not taken from a target that is in use", async () => {
      await sourceWith(db(), "src", "a");
      await ensureTarget(db(), "other");
      await updateTarget(db(), "other", { surveyed_at: new Date(now).toISOString() });
      expect(await renameTarget(db(), "all", "other")).toBe(false);
      expect((await loadKeys(db(), "all", ["a"]))[0]?.mapping).not.toBeNull();
    });
  });

  describe("sources that come and go in the configuration", () => {
    it("retire and return with their candidates, and only what changed is looked at", async () => {
      const one = await sourceWith(db(), "one", "a");
      const two = await sourceWith(db(), "two", "b");
      await lookedAt(db(), "all");
      const retired = async () =>
        (await db().selectFrom("candidate").select("source_id").where("retired", "=", true).execute()).map(
          (row) => row.source_id,
        );
      await retireOthers(db(), [one.account.id, two.account.id], now);
      expect([await retired(), await dirtyKeys(db(), "all")]).toEqual([[], []]);
      await retireOthers(db(), [two.account.id], now);
      expect([await retired(), await dirtyKeys(db(), "all")]).toEqual([["one"], ["a"]]);
      await lookedAt(db(), "all");
      await retireOthers(db(), [], now);
      expect([(await retired()).toSorted(), await dirtyKeys(db(), "all")]).toEqual([["one", "two"], ["b"]]);
      await retireOthers(db(), [one.account.id, two.account.id], now);
      expect([await retired(), await dirtyKeys(db(), "all")]).toEqual([[], ["a", "b"]]);
    });

    it("are forgotten by a purge with all that was read from them; what they wrote stays known", async () => {
      await sourceWith(db(), "one", "a", "b");
      await sourceWith(db(), "two", "c");
      await lookedAt(db(), "all");
      await forgetSource(db(), "one", await keysOfSource(db(), "one"), now);
      expect(await dirtyKeys(db(), "all")).toEqual(["a", "b"]);
      expect(await countStanding(db(), "all")).toEqual(
        new Map([
          ["one", 2],
          ["two", 1],
        ]),
      );
      expect((await accountStatus(db())).map((one) => one.source)).toEqual(["two"]);
    });

    it("are translated anew when the basis changes, and their target expects rewrites then", async () => {
      const { account } = await sourceWith(db(), "one", "a");
      const dirty = async () =>
        (await db().selectFrom("staged").select("dirty").execute()).map((row) => row.dirty);
      const expects = async () => (await ensureTarget(db(), "all")).rewrites_expected;
      await setTranslationBasis(db(), account, "first", "all");
      expect([await dirty(), await expects()]).toEqual([[true], false]);
      await translate(db(), account, "all");
      await setTranslationBasis(db(), await accountOf(db(), "one"), "first", "all");
      expect([await dirty(), await expects()]).toEqual([[false], false]);
      await setTranslationBasis(db(), await accountOf(db(), "one"), "second", "all");
      expect([await dirty(), await expects()]).toEqual([[true], true]);
    });
  });

  describe("objects found in a target", () => {
    it("are recorded without an owner, once, and never over what is known", async () => {
      await sourceWith(db(), "src", "a");
      await recordFound(db(), "all", [found("x"), { ...found("slot a"), etag: '"other"' }], now);
      await recordFound(db(), "all", [found("x")], now);
      await recordFound(db(), "all", [], now);
      expect(await unclaimedSlots(db(), "all", ["x", "slot a", "y"])).toEqual(new Set(["x"]));
      expect((await loadKeys(db(), "all", ["a"]))[0]?.mapping).toMatchObject({
        sourceId: "src",
        etag: '"1"',
      });
      expect(await targetStatus(db())).toMatchObject([{ standing: 1, unclaimed: 1 }]);
    });

    it("are taken over with their names, by a meeting that has no place or had one before", async () => {
      await ensureTarget(db(), "all");
      const { account } = await accountWith(db(), "src", "calendar");
      await write(db(), account, "all", "a");
      await db().deleteFrom("mapping").execute();
      const taken = [
        { ...found("slot a"), key: "a", name: "old a.ics" },
        { ...found("slot b"), key: "b", name: "old b.ics" },
      ];
      await takeOver(db(), "all", taken, now);
      const keys = await loadKeys(db(), "all", ["a", "b"]);
      expect(keys.map((key) => [key.mapping?.name, key.mapping?.sourceId])).toEqual([
        ["old a.ics", null],
        ["old b.ics", null],
      ]);
      expect(await dirtyKeys(db(), "all")).toEqual(["a", "b"]);
    });
  });

  describe("a write", () => {
    it("is announced with its slot and owner, and no longer once it is recorded", async () => {
      await ensureTarget(db(), "all");
      const { account } = await accountWith(db(), "src", "calendar");
      const slot = { slot: "slot a", name: "a.ics", uid: "uid a" };
      const entry = { runId: "r", action: "update", summary: "a", reason: "", asked: true, deviation: null };
      const common = { key: "a", slot, sourceId: "src", before: null, entry };
      const put = { kind: "put" as const, fingerprint: "f", body: "ics", found: "what stood there" };
      const intent = { ...common, ...put };
      await commitIntents(db(), "all", [intent], now);
      await commitIntents(db(), "all", [{ ...intent, kind: "delete", fingerprint: null, body: null }], now);
      expect(await leftIntents(db(), "all")).toEqual([
        {
          ...common,
          kind: "delete",
          fingerprint: null,
          standing: null,
          after: null,
          decision: null,
        },
      ]);
      await write(db(), account, "all", "a");
      expect(await leftIntents(db(), "all")).toEqual([]);
    });

    it("ends the looking at a key, unless that was marked again meanwhile", async () => {
      await ensureTarget(db(), "all");
      const touched = ["a", "b"].map((key) => ({ target_id: "all", meeting_key: key, base_key: key }));
      await markDirty(db(), touched, now);
      const marks = await listDirtyKeys(db(), "all", "", 10);
      // Another process, whose clock is behind.
      await markDirty(db(), touched.slice(1), now - minute);
      await clearDirtyKeys(db(), "all", ["a", "b"], marks);
      expect(await dirtyKeys(db(), "all")).toEqual(["b"]);
    });
  });

  describe("keys to be looked at", () => {
    it("come in pages, with those that share their series", async () => {
      await sourceWith(db(), "src", "a", "b", "c");
      await db().updateTable("candidate").set({ base_key: "a" }).where("meeting_key", "=", "c").execute();
      await lookedAt(db(), "all");
      await markDirty(db(), [{ target_id: "all", meeting_key: "a", base_key: "a" }], now);
      expect(await dirtyKeys(db(), "all")).toEqual(["a", "c"]);
      const after = async (key: string) => [...(await listDirtyKeys(db(), "all", key, 1)).keys()];
      expect([await after(""), await after("a"), await after("c")]).toEqual([["a"], ["c"], []]);
    });
  });

  describe("a hold", () => {
    it("remembers that it waits only for removals that are not confirmed yet", async () => {
      await ensureTarget(db(), "all");
      const isOnlyPending = async () => (await holdsBefore(db(), "all")).get("a")?.onlyPending;
      await saveHolds(db(), "all", [{ ...held("a", "1"), onlyPending: true }], new Map(), now);
      expect(await isOnlyPending()).toBe(true);
      await saveHolds(db(), "all", [held("a", "1")], new Map(), now);
      expect(await isOnlyPending()).toBe(false);
    });

    it("keeps its date and approval while it goes on, and ends with its reason", async () => {
      await ensureTarget(db(), "all");
      await saveHolds(db(), "all", [held("a", "1", "2"), held("b", "3")], new Map(), now);
      expect(await approveHold(db(), "all", "a", null)).toMatchObject({ kind: "approved" });
      expect(await approveHold(db(), "all", "c", null)).toEqual({ kind: "nothing" });
      await saveHolds(db(), "all", [held("a", "1")], new Map(), now + minute);
      const [a, b] = await listHolds(db());
      expect(a).toMatchObject({ sourceId: "a", approved: true, since: new Date(now).toISOString() });
      expect(b).toMatchObject({ sourceId: "b", approved: false });
      await saveHolds(db(), "all", [held("a", "1", "new")], new Map(), now + minute);
      expect((await listHolds(db()))[0]?.approved).toBe(false);
      await endOtherHolds(db(), "all", [held("a", "1")]);
      expect((await listHolds(db())).map((hold) => hold.sourceId)).toEqual(["a"]);
      await endOtherHolds(db(), "all", []);
      expect(await listHolds(db())).toEqual([]);
    });
  });
}
