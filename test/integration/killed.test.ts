import { describe, expect, it } from "vitest";
import { runKills } from "../torture/kills.ts";

/** Hundreds of kills, in resyncs, purges and the daemon too, and on PostgreSQL: test/torture. */
describe("a process that is killed", { timeout: 300_000 }, () => {
  it("twenty times, in a first import and under changes, loses, doubles and repeats nothing", async () => {
    const phases = ["first import", "incremental"] as const;
    const report = await runKills({ kills: 20, seed: 1, phases, killsInPhase: 5, atOnce: 2 });
    expect(report.failures).toEqual([]);
    expect(report).toMatchObject({ lost: 0, doubled: 0, churned: 0, mails: 0, idleWrites: 0 });
    expect(report.byPhase).toMatchObject({ "first import": 10, incremental: 10 });
  });
});
