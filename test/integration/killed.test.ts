import { describe, expect, it } from "vitest";
import { freshDatabase } from "../fresh-database.ts";
import { runKills } from "../torture/kills.ts";

/** One chain of ten on either database. Hundreds of kills, in resyncs, purges and the daemon too: test/torture. */
describe("a process that is killed", { timeout: 300_000 }, () => {
  it("twenty times, in a first import and under changes, loses, doubles and repeats nothing", async () => {
    const phases = ["first import", "incremental"] as const;
    const report = await runKills({
      kills: 20,
      seed: 1,
      phases,
      killsInPhase: 5,
      atOnce: 2,
      makeDatabase: freshDatabase,
    });
    expect(report.failures).toEqual([]);
    expect(report).toMatchObject({ lost: 0, doubled: 0, churned: 0, mails: 0, idleWrites: 0 });
    expect(report.kills).toBe(20);
    // A kill that comes when all is over hits nothing: another chain makes up for it.
    const { embedded, postgres } = report.byDatabase;
    const hits = [...phases.map((phase) => report.byPhase[phase]), embedded, postgres];
    expect(Math.min(...hits)).toBeGreaterThanOrEqual(5);
  });
});
