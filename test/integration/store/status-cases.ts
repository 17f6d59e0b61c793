import { beforeEach, describe, expect, it } from "vitest";
import { noteTargetAudited } from "../../../src/store/audit-target.ts";
import { approveHold, saveHolds } from "../../../src/store/holds.ts";
import { endRun, type RunEnd, startRun } from "../../../src/store/runs.ts";
import { targetStatus } from "../../../src/store/status.ts";
import { ensureTarget } from "../../../src/store/targets.ts";
import { now, type UnderTest } from "./sample.ts";

const minute = 60_000;

/** What `status` says of targets. */
export function statusCases({ db }: UnderTest): void {
  const status = async () => (await targetStatus(db()))[0];
  const hold = async (...actions: string[]) => {
    const part = { sourceId: "src", reason: "many", actions, onlyPending: false };
    await saveHolds(db(), "all", [part], new Map(), now);
  };
  const run = async (id: string, from: number, until: number, outcome: RunEnd["outcome"]) => {
    await startRun(db(), { id, kind: "audit", key: "all", startedAt: now + from * minute });
    await endRun(db(), id, { outcome, summary: {}, error: null }, now + until * minute);
  };
  const auditedAt = (at: number) =>
    noteTargetAudited(db(), "all", { isBalanced: false, foreign: 0 }, now + at * minute);

  describe("whether a target waits for a person", () => {
    beforeEach(async () => {
      await ensureTarget(db(), "all");
    });

    describe("a hold", () => {
      const approved = ["delete a", "update b"];

      it.each([
        ["the same, in another order", approved.toReversed(), false],
        ["part of it", approved.slice(1), false],
        ["one more", [...approved, "delete c"], true],
        ["another step with one of the events", ["delete a", "delete b"], true],
      ])("approved before waits for a person again or not: %s", async (_, actions, waits) => {
        await hold(...approved);
        expect(await status()).toMatchObject({ waitsForPerson: true });
        await approveHold(db(), "all", "src", null);
        expect(await status()).toMatchObject({ waitsForPerson: false });
        await hold(...actions);
        expect(await status()).toMatchObject({ waitsForPerson: waits });
      });
    });

    describe("what the newest audit found", () => {
      it.each([
        ["beside it", 3, 4],
        ["since", 6, 7],
        ["while that ended", 3, 5.05],
      ])("waits for a person, whatever run found the target busy: %s", async (_, from, until) => {
        await run("found", 0, 5.1, "held");
        await auditedAt(5);
        await run("busy", from, until, "failed");
        expect(await status()).toMatchObject({ auditWaits: true, waitsForPerson: true });
      });

      it("is told by no earlier run, nor by one that was interrupted beside it", async () => {
        await run("earlier", 0, 1, "held");
        await run("interrupted", 3, 9, "incomplete");
        await run("found", 2, 5, "held");
        await auditedAt(5);
        expect(await status()).toMatchObject({ auditWaits: true });
        await run("newest", 6, 8, "incomplete");
        await auditedAt(8);
        expect(await status()).toMatchObject({ auditWaits: false, waitsForPerson: false });
      });
    });
  });
}
