import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshDatabase } from "../../fresh-database.ts";
import { openWatchedDatabase, type WatchedDatabase } from "./failpoints-database.ts";
import { scenarios } from "./failpoint-scenarios.ts";
import { stopEverywhere } from "./failpoints.ts";
import type { Point } from "./faults.ts";

let database: WatchedDatabase;
beforeAll(async () => {
  database = await openWatchedDatabase(await freshDatabase());
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());

/** All of them take minutes: test/torture/failpoints.ts. */
const oneIn = 40;

/** Every write that reached the sink and lost its answer, the last commits of all, and of the rest a selection. */
function selection(points: readonly Point[]): number[] {
  return points.flatMap(({ kind }, index) => {
    const isLast = index >= points.length - 6 && kind !== "query";
    return kind === "sink answered" || isLast || index % oneIn === 7 ? [index] : [];
  });
}

describe("a process that is stopped at any point of", { timeout: 120_000 }, () => {
  it.each(scenarios)("$name leaves what an undisturbed one does", async (scenario) => {
    const report = await stopEverywhere(database, scenario, selection);
    process.stdout.write(`${scenario.name}: stopped at ${report.tried} of ${report.points} points\n`);
    expect(report.points).toBeGreaterThan(50);
    expect(report.tried).toBeGreaterThan(5);
    expect(report.differences).toEqual([]);
  });
});
