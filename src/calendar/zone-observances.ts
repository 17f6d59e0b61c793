import { yearlyRuns } from "./yearly-onsets.ts";
import type { ZoneChange } from "./zone-changes.ts";

/** A part of a VTIMEZONE: its onsets (wall clocks before the change, in order, at least one) and offsets in milliseconds. */
export type Observance = {
  readonly kind: "STANDARD" | "DAYLIGHT";
  readonly from: number;
  readonly to: number;
  readonly onsets: readonly number[];
  /** RRULE that gives the onsets, without UNTIL; null where they follow none. */
  readonly rule: string | null;
  /** True where the rule goes on after the last onset. */
  readonly isOpen: boolean;
};

const longestSummer = 330 * 86_400_000;

/**
 * The observances (RFC 5545 3.6.5) that give exactly these changes up to the end of `lastYear`; changes of the year
 * after it are only looked at. The rules that are followed then go on for ever if they lead there and back again.
 */
export function observancesOf(changes: readonly ZoneChange[], lastYear: number): readonly Observance[] {
  const known = changes
    .map((change, index) => ({ ...change, kind: kindOf(change, changes[index + 1]) }))
    .filter(({ at, from }) => yearOf(at + from) <= lastYear);
  const alike = Map.groupBy(known, ({ kind, from, to }) => `${kind} ${from} ${to}`);
  const parts = [...alike.values()].flatMap(splitByRule);
  const last = parts.filter((part) => part.rule !== null && yearOf(part.onsets.at(-1)) === lastYear);
  const [one, other] = last;
  const isCycle = last.length === 2 && one?.from === other?.to && one?.to === other?.from;
  return parts
    .map((part) => ({ ...part, isOpen: isCycle && last.includes(part) }))
    .toSorted((a, b) => (a.onsets[0] ?? 0) - (b.onsets[0] ?? 0));
}

/** Summer time is ahead of what was before and of what comes after, which it does within the year. */
function kindOf(change: ZoneChange, next: ZoneChange | undefined): Observance["kind"] {
  const isAhead = change.to > change.from && next !== undefined && next.to < change.to;
  return isAhead && next.at - change.at < longestSummer ? "DAYLIGHT" : "STANDARD";
}

type KnownChange = ZoneChange & { readonly kind: Observance["kind"] };

/** One observance for each run of years that a rule gives, and one for all other onsets of this kind. */
function splitByRule(changes: readonly KnownChange[]): Observance[] {
  const [first] = changes;
  if (first === undefined) return [];
  const { kind, from, to } = first;
  const { runs, single } = yearlyRuns(changes.map((change) => change.at + from));
  const ruled = runs.map(({ onsets, rule }) => ({ kind, from, to, onsets, rule, isOpen: false }));
  return single.length === 0
    ? ruled
    : [...ruled, { kind, from, to, onsets: single, rule: null, isOpen: false }];
}

function yearOf(wall: number | undefined): number {
  return new Date(wall ?? 0).getUTCFullYear();
}
