import { type Cell, groupsOf } from "./cells.ts";
import { type CellGroup, type CellReport, runCells } from "./run-cell.ts";
import { startWorld, type World } from "./world.ts";

export type MatrixOptions = {
  readonly groups: readonly CellGroup[];
  readonly makeDatabase: () => Promise<string>;
  /** Told after each group. */
  readonly onGroup?: (reports: readonly CellReport[], done: number) => void;
  /** Ends before the next group when it says so. */
  readonly isEnough?: (reports: readonly CellReport[]) => boolean;
};

/** Runs groups of cells one after the other in one running world; a world that does not heal is replaced. */
export async function runMatrix(options: MatrixOptions): Promise<CellReport[]> {
  const reports: CellReport[] = [];
  let world: World | null = null;
  try {
    const again: Cell[] = [];
    const queue = [...options.groups];
    for (let index = 0; index < queue.length; index += 1) {
      const group = queue[index] ?? [];
      if (options.isEnough?.(reports) === true) break;
      world ??= await startWorld(options.makeDatabase);
      const met = await runCells(world, group);
      reports.push(...met.filter(({ injected }) => injected > 0));
      // Now and then the request is not sent: a daily listing takes its place. Once more, later.
      again.push(...group.filter((cell, at) => met[at]?.injected === 0 && !again.includes(cell)));
      if (index === options.groups.length - 1) queue.push(...groupsOf(again));
      options.onGroup?.(met, index + 1);
      if (met.some(({ recovered }) => !recovered)) {
        await world[Symbol.asyncDispose]();
        world = null;
      }
    }
  } finally {
    await world?.[Symbol.asyncDispose]();
  }
  return reports;
}
