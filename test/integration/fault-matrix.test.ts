import { describe, expect, it } from "vitest";
import { freshDatabase } from "../fresh-database.ts";
import { createRandom } from "../../simulator/graph/random.ts";
import { allCells, coverOf } from "../torture/matrix/cells.ts";
import { matrixFaults } from "../torture/matrix/faults.ts";
import { places } from "../torture/matrix/places.ts";
import type { CellReport } from "../torture/matrix/run-cell.ts";
import { runMatrix } from "../torture/matrix/run-matrix.ts";
import { rowsOf, tableOf } from "../torture/matrix/table.ts";

describe("every fault, and every kind of request", { timeout: 300_000 }, () => {
  it("loses, doubles and removes nothing, says what happened, and is made good", async () => {
    const groups = coverOf(allCells(), createRandom(20_261_122));

    const reports = await runMatrix({ groups, makeDatabase: freshDatabase });

    process.stdout.write(`${tableOf("Fault", rowsOf(reports))}\n`);
    expect(reports.filter(isWrong)).toEqual([]);
    expect(reports.filter(({ problems }) => problems.length > 0)).toEqual([]);
    expect(new Set(reports.map(({ fault }) => fault))).toEqual(new Set(matrixFaults.map(({ name }) => name)));
    expect(new Set(reports.map(({ place }) => place))).toEqual(new Set(places.map(({ name }) => name)));
  });
});

function isWrong({ recovered, lost, doubled, unasked }: CellReport): boolean {
  return !recovered || lost.length + doubled.length + unasked.length > 0;
}
