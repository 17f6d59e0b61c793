import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files of a single long test: begun last, each would keep one core waiting. By their measured time. */
const long = [
  "integration/killed",
  "integration/daemon",
  "integration/failed-reads",
  "oracle/graph/series",
  "contract/davical",
  "integration/failed-writes",
  "unit/reconcile/convergence.property",
  "integration/restarts",
  "integration/first-import",
  "integration/fault-matrix",
  "integration/disk-full",
  "unit/reconcile/failpoints",
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
