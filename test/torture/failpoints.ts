import { openWatchedDatabase } from "../unit/reconcile/failpoints-database.ts";
import { scenarios } from "../unit/reconcile/failpoint-scenarios.ts";
import { type FailpointReport, stopEverywhere } from "../unit/reconcile/failpoints.ts";

export type FailpointOptions = {
  /** Of so many points one is tried; 1 for all. */
  readonly oneIn?: number;
  /** Makes an empty PostgreSQL database and returns its URL. */
  readonly makeDatabase: () => Promise<string>;
  readonly onProgress?: (finished: FailpointReport) => void;
};

/** What stopping a process at every request, write, query and commit of every kind of run came to. */
export type FailpointTotals = {
  readonly points: number;
  readonly tried: number;
  readonly lost: number;
  readonly doubled: number;
  readonly churned: number;
  /** A line for everything that was otherwise than without the stop, with its point. */
  readonly differences: readonly string[];
  readonly scenarios: readonly FailpointReport[];
};

/** Stops at every point of every scenario. Takes four minutes for all of them on one core. */
export async function runFailpoints({
  oneIn = 1,
  makeDatabase,
  onProgress = () => undefined,
}: FailpointOptions): Promise<FailpointTotals> {
  await using database = await openWatchedDatabase(await makeDatabase());
  const reports: FailpointReport[] = [];
  for (const scenario of scenarios) {
    const report = await stopEverywhere(database, scenario, (points) =>
      [...points.keys()].filter((index) => index % oneIn === 0),
    );
    reports.push(report);
    onProgress(report);
  }
  const sum = (count: (report: FailpointReport) => number): number =>
    reports.reduce((total, report) => total + count(report), 0);
  return {
    points: sum(({ points }) => points),
    tried: sum(({ tried }) => tried),
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    churned: sum(({ churned }) => churned),
    differences: reports.flatMap(({ differences }) => differences),
    scenarios: reports,
  };
}
