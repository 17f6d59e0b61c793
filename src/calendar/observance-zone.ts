import { type Component, valueOf } from "./component.ts";
import { type DateValue, dayMs, parseDateValue } from "./date-value.ts";
import { allDates } from "./event-times.ts";
import { observanceOnsets } from "./observance-rule.ts";
import { parseRule, type Rule } from "./rule.ts";
import { type Zone, zoneOfOffsets } from "./zones.ts";

/** From `at` (an instant) on, the offset in milliseconds is `to`; before it was `from`. */
type Onset = { readonly at: number; readonly from: number; readonly to: number };

/** Far beyond any block in the field; what a hostile one may cost is bounded for the block as a whole. */
const mostObservances = 64;
const mostCopies = 1_000;
const mostOnsets = 4_000;

/** In UTF-16 units; more than `mostOnsets` of them take. */
const longestBlock = 200_000;

/** By the text of the observances: a program writes the same ones into each of its objects. */
const remembered = new Map<string, Zone | null>();
const mostRemembered = 200;
const longestRemembered = 4_000;

/**
 * The rules of a VTIMEZONE (RFC 5545 3.6.5) whose name says nothing; null if it has no readable observance, one with a
 * rule that no time zone has, or more observances or onsets than a time zone can have.
 */
export function observanceZone(block: Component): Zone | null {
  const observances = distinctObservances(block);
  if (observances === null) return null;
  const text = [...observances.keys()].join("\n");
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const zone = readZone(observances);
  if (remembered.size < mostRemembered && text.length <= longestRemembered) remembered.set(text, zone);
  return zone;
}

/** True for a VTIMEZONE that a reader can take for one: an observance with a start and offsets, and not too many. */
export function isReadableBlock(block: Component): boolean {
  const observances = [...(distinctObservances(block)?.values() ?? [])];
  return observances.some((one) => readObservance(one) !== null);
}

function readZone(observances: ReadonlyMap<string, Component>): Zone | null {
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

/** By text, so that copies count once; null for too many. */
function distinctObservances(block: Component): ReadonlyMap<string, Component> | null {
  if (block.children.length > mostCopies) return null;
  const distinct = new Map<string, Component>();
  let length = 0;
  for (const child of block.children) {
    if (child.name !== "STANDARD" && child.name !== "DAYLIGHT") continue;
    const text = child.lines.map((line) => line.text).join("\n");
    length += text.length;
    if (length > longestBlock) return null;
    distinct.set(text, child);
  }
  return distinct.size > mostObservances ? null : distinct;
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

/** A STANDARD or DAYLIGHT: first onset (a wall clock before the change) and offsets, in milliseconds (east). */
export type ReadObservance = {
  readonly start: number;
  readonly from: number;
  readonly to: number;
  readonly rule: Rule | null;
};

/**
 * Reads a STANDARD or DAYLIGHT (RFC 5545 3.6.5); an absent TZOFFSETFROM is no change. Null without a readable DTSTART
 * and TZOFFSETTO, or with a rule that is none or has no readable end.
 */
export function readObservance(observance: Component): ReadObservance | null {
  const start = parseDateValue(valueOf(observance, "DTSTART") ?? "", null);
  const to = parseOffset(valueOf(observance, "TZOFFSETTO") ?? "");
  const from = parseOffset(valueOf(observance, "TZOFFSETFROM") ?? "") ?? to;
  if (start === null || from === null || to === null) return null;
  const text = valueOf(observance, "RRULE");
  const rule = text === null ? null : parseRule(text);
  const isRead = text === null || (rule !== null && isReadableEnd(rule.until));
  return !isRead ? null : { start: wallOf(start, from), from, to, rule };
}

function isReadableEnd(until: string | null): boolean {
  return until === null || parseDateValue(until, null) !== null;
}

/** Onsets are wall clocks before the change; one in UTC is an instant. */
function wallOf(value: DateValue, from: number): number {
  return value.form === "utc" ? value.wall + from : value.wall;
}

/** None for an observance that cannot be read; null for one with more than `limit`, or a rule that no zone has. */
function onsetsOf(observance: Component, limit: number): readonly Onset[] | null {
  const read = readObservance(observance);
  if (read === null) return [];
  const { start, from, to } = read;
  const repeats = repeated(read, limit);
  if (repeats === null) return null;
  const listed = allDates(observance, "RDATE").map((value) => wallOf(value, from));
  const walls = new Set([start, ...listed, ...repeats]);
  return walls.size > limit ? null : [...walls].map((wall) => ({ at: wall - from, from, to }));
}

function repeated({ start, from, rule }: ReadObservance, limit: number): readonly number[] | null {
  if (rule === null) return [];
  const end = rule.until === null ? null : parseDateValue(rule.until, null);
  const last = end === null ? null : wallOf(end, from);
  // A date includes its day.
  return observanceOnsets(rule, {
    start,
    until: last === null || end?.form !== "date" ? last : last + dayMs - 1,
    limit,
  });
}

function parseOffset(text: string): number | null {
  const match = /^([+-]?)(\d{2}):?(\d{2})(?::?(\d{2}))?$/.exec(text.trim());
  if (match === null) return null;
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(2).map((part) => Number(part ?? 0));
  const size = hours * 3_600_000 + minutes * 60_000 + seconds * 1_000;
  if (size >= dayMs) return null;
  return match[1] === "-" ? -size : size;
}
