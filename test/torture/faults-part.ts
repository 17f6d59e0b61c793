import { createRandom } from "../../simulator/graph/random.ts";
import { allCells, coverOf, groupsOf, pairsOf } from "./matrix/cells.ts";
import { matrixFaults } from "./matrix/faults.ts";
import { type CellReport } from "./matrix/run-cell.ts";
import { runMatrix } from "./matrix/run-matrix.ts";
import { rowsOf, tableOf } from "./matrix/table.ts";
import type { Part, PartOptions, PartReport } from "./part.ts";

const injectedLeast = 2_000;
const roundsMost = 6;

/** Every fault at every kind of request, until enough has gone wrong. */
export const faultsPart: Part = { title: "Faults between Kalends and the servers", run };

async function run(options: PartOptions): Promise<PartReport> {
  const reports: CellReport[] = [];
  const injected = (): number => reports.reduce((sum, report) => sum + report.injected, 0);
  for (let round = 0; round < (options.short ? 1 : roundsMost); round += 1) {
    if (round > 0 && injected() >= injectedLeast) break;
    const random = createRandom(options.seed + round);
    const groups = options.short ? coverOf(allCells(), random) : groupsOf(pairsOf(allCells(), random));
    const { makeDatabase } = options;
    const onGroup = (met: readonly CellReport[], done: number): void => {
      for (const report of met.filter(isWrong)) options.say(describe(report));
      if (done % 20 === 0) options.say(`faults: round ${round + 1}, ${done} of ${groups.length} runs`);
    };
    reports.push(...(await runMatrix({ groups, makeDatabase, onGroup })));
  }
  return { text: textOf(reports), failures: reports.filter(isWrong).map(describe) };
}

function isWrong(report: CellReport): boolean {
  const { recovered, lost, doubled, unasked, problems } = report;
  return !recovered || lost.length + doubled.length + unasked.length + problems.length > 0;
}

function describe({ fault, place, amount, lost, doubled, unasked, problems, recovered }: CellReport): string {
  const what = [
    ...(recovered ? [] : ["did not recover"]),
    ...[...lost, ...doubled].slice(0, 3),
    ...unasked.slice(0, 3).map((line) => `unasked deletion: ${line}`),
    ...problems.slice(0, 2),
  ];
  return `${fault} at ${place}, ${amount}: ${what.join("; ")}`;
}

function textOf(reports: readonly CellReport[]): string {
  const order = matrixFaults.map(({ name }) => name);
  const rows = rowsOf(reports).toSorted((a, b) => order.indexOf(a.fault) - order.indexOf(b.fault));
  const byPlace = rowsOf(reports, ({ place }) => place).toSorted((a, b) => a.fault.localeCompare(b.fault));
  return [tableOf("Fault", rows), tableOf("Kind of request", byPlace)].join("\n\n");
}
