import type { Household } from "../../simulator/household.ts";

/** Requests since the last `forgetTraffic`, by who was asked. */
export type Traffic = {
  /** Graph, by mailbox: requests without those for tokens and listings of calendars with their categories. */
  readonly agency: number;
  readonly company: number;
  readonly icloud: number;
  readonly sink: number;
  /** PUT and DELETE that took effect in the target. */
  readonly writes: number;
  readonly listings: number;
};

export function forgetTraffic({ graph, icloud, baikal }: Household): void {
  graph.resetCounters();
  icloud.control.clearCounters();
  baikal.control.clearCounters();
}

export function trafficOf({ graph, icloud, baikal, mailboxes }: Household): Traffic {
  const asked = graph.requests().filter(({ server }) => server === "graph");
  const of = (mailbox: string): number =>
    asked.filter(({ url }) => decodeURIComponent(url).includes(mailbox) && !isListing(url)).length;
  const writes = Object.values(baikal.control.counters().writes);
  return {
    agency: of(mailboxes.agency),
    company: of(mailboxes.company),
    icloud: icloud.control.requests().length,
    sink: baikal.control.requests().length,
    writes: writes.reduce((sum, { puts, deletes }) => sum + puts + deletes, 0),
    listings: asked.filter(({ url }) => isListing(url)).length,
  };
}

function isListing(url: string): boolean {
  return /\/calendars(\?|$)|\/masterCategories$/.test(url);
}

/** Everybody who would have been written to, by whichever server. */
export function mailOf({ graph, icloud, baikal }: Household): readonly unknown[] {
  return [...graph.counters().mail, ...icloud.control.counters().mail, ...baikal.control.counters().mail];
}
