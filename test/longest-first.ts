import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files of one long test: begun last, each would keep one core waiting. By their measured time, and those of a project
 * together: a worker goes on with the next file of its project, and for another's a new one is started.
 */
const long = [
  "integration/killed",
  "integration/daemon",
  "integration/disk-full",
  "integration/fault-matrix",
  "integration/failed-reads",
  "integration/failed-writes",
  "integration/first-import",
  "integration/lost-state-targets",
  "integration/delta",
  "integration/postgres",
  "integration/restarts",
  "integration/alerts",
  "integration/lost-database",
  "oracle/graph/series",
  "contract/davical",
  "contract/xandikos",
  "contract/radicale",
  "unit/reconcile/failpoints",
  "unit/reconcile/convergence.property",
  "unit/reconcile/read-failures",
];

function placeOf({ moduleId }: TestSpecification): number {
  const index = long.findIndex((name) => moduleId.includes(`/test/${name}.test.`));
  return index < 0 ? long.length : index;
}

/** Starts the longest files first, so that all workers end together. */
export default class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(files.toSorted((a, b) => placeOf(a) - placeOf(b)));
  }
}
