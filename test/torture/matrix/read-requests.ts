import type { Household } from "../../../simulator/household.ts";

/** How the sources were read since the last `forgetTraffic`. */
export function readRequests({ graph, icloud }: Household): {
  /** Pages of plain calendar views, which Graph is asked for where delta does not serve. */
  readonly plainViews: number;
  /** sync-collection REPORTs. */
  readonly syncs: number;
} {
  return {
    plainViews: graph.requests().filter(({ url }) => /\/calendarView\?/.test(url)).length,
    syncs: icloud.control.requests().filter(({ report }) => report === "sync-collection").length,
  };
}
