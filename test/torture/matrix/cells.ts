import type { Random } from "../../../simulator/graph/random.ts";
import { matrixFaults, type NamedFault } from "./faults.ts";
import type { Place } from "./place.ts";
import { places } from "./places.ts";

/** How often a fault strikes in one run. */
export const amounts = { once: 1, twice: 2, always: null } as const;
export type Amount = keyof typeof amounts;

/** One fault at one kind of request. */
export type Cell = { readonly fault: NamedFault; readonly place: Place; readonly amount: Amount };

/** All cells that make sense, in a fixed order. */
export function allCells(): Cell[] {
  const chosen = Object.keys(amounts).filter((name): name is Amount => name in amounts);
  return places.flatMap((place) =>
    matrixFaults
      .filter((fault) => fits(fault, place))
      .flatMap((fault) => chosen.map((amount) => ({ fault, place, amount }))),
  );
}

/** Every pair of a fault and a kind of request once, each with an amount that the seed decides, in an order of its own. */
export function pairsOf(cells: readonly Cell[], random: Random): Cell[] {
  const pairs = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = `${cell.fault.name}\n${cell.place.name}`;
    pairs.set(key, [...(pairs.get(key) ?? []), cell]);
  }
  return shuffle(
    [...pairs.values()].map((pair) => random.pick(pair)),
    random,
  );
}

/**
 * So few cells that every fault and every kind of request is among them, in groups of cells at servers that do not
 * depend on each other.
 */
export function coverOf(cells: readonly Cell[], random: Random): Cell[][] {
  const wanted = new Set(cells.flatMap(({ fault, place }) => [`fault ${fault.name}`, `place ${place.name}`]));
  const news = ({ fault, place }: Cell): number =>
    [`fault ${fault.name}`, `place ${place.name}`].filter((name) => wanted.has(name)).length;
  // Often is dearer than once, and shows no more here.
  const left = shuffle(cells, random).toSorted(
    (a, b) => Number(a.amount === "always") - Number(b.amount === "always"),
  );
  const groups: Cell[][] = [];
  while (wanted.size > 0) {
    const group: Cell[] = [];
    for (const domain of ["graph", "icloud", "sink"] as const) {
      const best = left
        .filter(({ place }) => place.domain === domain)
        .reduce<Cell | null>(
          (chosen, cell) => (news(cell) > (chosen === null ? 0 : news(chosen)) ? cell : chosen),
          null,
        );
      if (best === null) continue;
      group.push(best);
      wanted.delete(`fault ${best.fault.name}`);
      wanted.delete(`place ${best.place.name}`);
    }
    groups.push(group);
  }
  return groups;
}

/** Cells in groups at servers that do not depend on each other, in their order. */
export function groupsOf(cells: readonly Cell[]): Cell[][] {
  const byDomain = ["graph", "icloud", "sink"].map((domain) =>
    cells.filter(({ place }) => place.domain === domain),
  );
  const longest = Math.max(...byDomain.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => byDomain.flatMap((queue) => queue[index] ?? []));
}

function shuffle<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, at: random.integer(0, 0xffff_ffff) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function fits({ fault, needs }: NamedFault, { speaks, etags, lists }: Place): boolean {
  if (fault.kind === "etag") return etags === true;
  if (fault.kind === "page") return lists === true;
  if (needs === "json") return speaks === "json" && lists === true;
  if (needs === "xml") return speaks === "xml" || speaks === "calendar-xml";
  if (needs === "calendar") return speaks === "calendar" || speaks === "calendar-xml";
  // A success that is none: only an audit can find out.
  if (speaks === "nothing" && (fault.kind === "empty" || (fault.kind === "status" && fault.status < 300)))
    return etags === true;
  // Nothing is in the answers to writes but headers.
  return speaks !== "nothing" || !["truncated", "corrupt", "gzip", "content-type"].includes(fault.kind);
}
