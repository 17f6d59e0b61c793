import { type Component, serialiseComponent, valueOf } from "./component.ts";
import { parseDateValue } from "./date-value.ts";
import { allDates } from "./event-times.ts";
import { parseRule, ruleStarts } from "./rule.ts";
import { type Zone, zoneOfOffsets } from "./zones.ts";

/** From `at` (an instant) on, the offset in milliseconds is `to`; before it was `from`. */
type Onset = { readonly at: number; readonly from: number; readonly to: number };

const horizon = Date.UTC(2100, 0, 1);
/** Far beyond any block in the field; what a hostile one may cost is bounded for the block as a whole. */
const mostObservances = 64;
const mostOnsets = 4_000;

/**
 * The rules of a VTIMEZONE (RFC 5545 3.6.5) whose name says nothing; null if it has no readable observance, or
 * more of them or more onsets than a time zone can have.
 */
export function observanceZone(block: Component): Zone | null {
  const observances = new Map(block.children.map((child) => [serialiseComponent(child), child]));
  if (observances.size > mostObservances) return null;
  const byInstant = new Map<number, Onset>();
  for (const observance of observances.values()) {
    const found = onsetsOf(observance, mostOnsets - byInstant.size);
    if (found === null) return null;
    for (const onset of found) byInstant.set(onset.at, onset);
  }
  const onsets = [...byInstant.values()].toSorted((a, b) => a.at - b.at);
  const first = onsets[0];
  if (first === undefined) return null;
  return zoneOfOffsets((instant) => onsets[countUntil(onsets, instant) - 1]?.to ?? first.from);
}

/** How many of the onsets, which are in order, lie at the instant or before it. */
function countUntil(onsets: readonly Onset[], instant: number): number {
  let low = 0;
  let high = onsets.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((onsets[middle]?.at ?? Number.POSITIVE_INFINITY) <= instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** None for an observance that cannot be read; null for one with more than `limit`, or a rule finer than MONTHLY. */
function onsetsOf(observance: Component, limit: number): readonly Onset[] | null {
  const start = parseDateValue(valueOf(observance, "DTSTART") ?? "", null);
  const from = parseOffset(valueOf(observance, "TZOFFSETFROM") ?? "");
  const to = parseOffset(valueOf(observance, "TZOFFSETTO") ?? "");
  if (start === null || from === null || to === null) return [];
  const repeats = repeated(observance, start.wall, from, limit);
  if (repeats === null) return null;
  const listed = allDates(observance, "RDATE").map((value) => value.wall);
  const walls = new Set([start.wall, ...listed, ...repeats]);
  return walls.size > limit ? null : [...walls].map((wall) => ({ at: wall - from, from, to }));
}

function repeated(
  observance: Component,
  start: number,
  from: number,
  limit: number,
): readonly number[] | null {
  const rule = parseRule(valueOf(observance, "RRULE") ?? "");
  if (rule === null) return [];
  // No clock changes so often, and finer rules take long even where they give nothing.
  if (rule.frequency !== "YEARLY" && rule.frequency !== "MONTHLY") return null;
  const until = rule.until === null ? null : parseDateValue(rule.until, null);
  const last = until?.form === "utc" ? until.wall + from : (until?.wall ?? null);
  const found = ruleStarts(rule, { start, until: last, from: start, to: horizon, limit });
  switch (found.kind) {
    case "starts":
      return found.walls;
    case "unsupported":
      return [];
    case "too-many":
      return null;
    default:
      return found satisfies never;
  }
}

function parseOffset(text: string): number | null {
  const [, sign, hours, minutes, seconds] = /^([+-])(\d{2})(\d{2})(\d{2})?$/.exec(text.trim()) ?? [];
  if (sign === undefined) return null;
  const size = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds ?? 0) * 1_000;
  return sign === "-" ? -size : size;
}
