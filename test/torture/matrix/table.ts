import type { CellReport } from "./run-cell.ts";

/** One fault, over all kinds of requests that it was tried at. */
export type MatrixRow = {
  readonly fault: string;
  readonly cells: number;
  readonly requests: number;
  readonly injected: number;
  readonly recovered: number;
  readonly lost: number;
  readonly doubled: number;
  readonly unasked: number;
};

/** Adds the cells up by fault, in the order in which faults first appear; cells that met no request are left out. */
export function rowsOf(
  reports: readonly CellReport[],
  by: (report: CellReport) => string = ({ fault }) => fault,
): MatrixRow[] {
  const rows = new Map<string, MatrixRow>();
  for (const report of reports) {
    if (report.injected === 0) continue;
    const name = by(report);
    const row = rows.get(name) ?? empty(name);
    rows.set(name, {
      fault: name,
      cells: row.cells + 1,
      requests: row.requests + report.requests,
      injected: row.injected + report.injected,
      recovered: row.recovered + (report.recovered ? 1 : 0),
      lost: row.lost + report.lost.length,
      doubled: row.doubled + report.doubled.length,
      unasked: row.unasked + report.unasked.length,
    });
  }
  return [...rows.values()];
}

function empty(fault: string): MatrixRow {
  return { fault, cells: 0, requests: 0, injected: 0, recovered: 0, lost: 0, doubled: 0, unasked: 0 };
}

const columns = ["cells", "requests", "injected", "recovered", "lost", "doubled", "unasked"] as const;
const titles = ["Cells", "Requests", "Injected", "Recovered", "Lost", "Doubled", "Unasked deletions"];

/** The rows and their sum as a Markdown table. */
export function tableOf(title: string, rows: readonly MatrixRow[]): string {
  const sum = rows.reduce(
    (total, row) => ({
      ...total,
      ...Object.fromEntries(columns.map((column) => [column, total[column] + row[column]])),
    }),
    empty("**Sum**"),
  );
  const lines = [...rows, sum].map((row) => [row.fault, ...columns.map((column) => String(row[column]))]);
  return [[title, ...titles], ["---", ...columns.map(() => "--:")], ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
