import { describe, expect, it } from "vitest";
import { changingRuns, changingRunsLike } from "../../../src/store/changing-runs.ts";
import { findEvents } from "../../../src/store/find-events.ts";
import { entriesOfEvent, entriesOfRun, entriesSince, readBodies } from "../../../src/store/journal.ts";
import { decide, pinsOfRun, readDecision } from "../../../src/store/pins.ts";
import { targetStatus } from "../../../src/store/status.ts";
import { sourceWith, now, type UnderTest } from "./sample.ts";

/** What is asked of the journal, and what persons have decided. */
export function journalCases({ db }: UnderTest): void {
  const names = async (text: string) => (await findEvents(db(), text, 10)).map(({ name }) => name);

  describe("the journal", () => {
    it("finds an object by whatever is known of it, standing or gone, without regard to case", async () => {
      await sourceWith(db(), "src", "Dentist", "Dinner 100%");
      expect(await names("DENT")).toEqual(["Dentist.ics"]);
      expect(await names(" dentist.ICS ")).toEqual(["Dentist.ics"]);
      expect(await names("uid dentist")).toEqual(["Dentist.ics"]);
      expect(await names("slot dentist")).toEqual(["Dentist.ics"]);
      expect(await names("d")).toEqual(["Dentist.ics", "Dinner 100%.ics"]);
      expect(await names("0%")).toEqual(["Dinner 100%.ics"]);
      for (const nothing of ["%", "_", "x", " ", "slot"]) {
        const found = await names(nothing);
        expect(found, nothing).toEqual(nothing === "%" ? ["Dinner 100%.ics"] : []);
      }
      await db().deleteFrom("mapping").execute();
      await db().deleteFrom("candidate").execute();
      expect(await findEvents(db(), "dentist", 10)).toEqual([
        {
          target: "all",
          slot: "slot Dentist",
          name: "Dentist.ics",
          title: "Dentist",
          startsAt: null,
          stands: false,
          lastAt: new Date(now).toISOString(),
        },
      ]);
      await db()
        .updateTable("slot")
        .set({ slot: "0123456789abcdef" })
        .where("uid", "=", "uid Dentist")
        .execute();
      expect(await names("01234567")).toEqual(["Dentist.ics"]);
      expect(await names("0123456")).toEqual([]);
    });

    it("tells what was done to an object and by a run, with the bodies that are kept", async () => {
      await sourceWith(db(), "src", "a", "b");
      const [run] = await changingRuns(db(), 10);
      expect(run).toMatchObject({
        kind: "reconcile",
        target: "all",
        made: 2,
        changed: 0,
        removed: 0,
        kept: 0,
      });
      const id = run?.run ?? "";
      expect(await changingRunsLike(db(), id.slice(0, 8))).toEqual([run]);
      expect(await changingRunsLike(db(), "zzzz")).toEqual([]);
      const [entry] = await entriesOfEvent(db(), "all", "slot a", 10);
      expect(entry).toMatchObject({
        run: id,
        kind: "create",
        title: "a",
        before: null,
        at: "2027-01-01T00:00:00.000Z",
      });
      expect(await entriesOfRun(db(), id)).toHaveLength(2);
      expect(await entriesSince(db(), "all", ["slot a"], entry?.id ?? 0)).toEqual([entry]);
      expect(await entriesSince(db(), "all", ["slot a"], (entry?.id ?? 0) + 1)).toEqual([]);
      const after = entry?.after ?? "";
      expect([...(await readBodies(db(), [after, "of nothing"]))]).toEqual([[after, "ics of a"]]);
      await db().updateTable("action").set({ after_body: null }).execute();
      expect(await changingRuns(db(), 10)).toEqual([]);
    });

    it("holds decisions until they are taken back", async () => {
      await sourceWith(db(), "src", "a", "b");
      const run = (await changingRuns(db(), 1))[0]?.run ?? "";
      const keep = { kind: "keep", fingerprint: "f", sourceBody: null, stands: null } as const;
      expect(readDecision(JSON.stringify(keep))).toEqual(keep);
      const kept = ["a", "b"].map((key) => ({ key, decision: keep }));
      await decide(db(), "all", run, kept, now);
      expect(await pinsOfRun(db(), "all", run)).toEqual(new Set(["a", "b"]));
      await decide(db(), "all", run, [{ key: "a", decision: { kind: "release" } }], now);
      expect(await targetStatus(db())).toMatchObject([{ target: "all", kept: 1 }]);
    });
  });
}
