import { type Component, lineOf, valueOf } from "./component.ts";
import { dateValuesOf, parseDateValue } from "./date-value.ts";
import { parseRule, ruleStarts } from "./rule.ts";
import { type Zone, zoneOfOffsets } from "./zones.ts";

/** From `at` (an instant) on, the offset in milliseconds is `to`; before it was `from`. */
type Onset = { readonly at: number; readonly from: number; readonly to: number };

const horizon = Date.UTC(2100, 0, 1);
const mostOnsets = 2_000;

/** The rules of a VTIMEZONE (RFC 5545 3.6.5) whose name says nothing; null if it has no readable observance. */
export function observanceZone(block: Component): Zone | null {
  const onsets = block.children.flatMap(onsetsOf).toSorted((a, b) => a.at - b.at);
  const first = onsets[0];
  if (first === undefined) return null;
  const offsetAt = (instant: number): number =>
    onsets.findLast((onset) => onset.at <= instant)?.to ?? first.from;
  return zoneOfOffsets(offsetAt);
}

function onsetsOf(observance: Component): Onset[] {
  const start = parseDateValue(valueOf(observance, "DTSTART") ?? "", null);
  const from = parseOffset(valueOf(observance, "TZOFFSETFROM") ?? "");
  const to = parseOffset(valueOf(observance, "TZOFFSETTO") ?? "");
  if (start === null || from === null || to === null) return [];
  const dates = lineOf(observance, "RDATE");
  const listed = dates === null ? [] : (dateValuesOf(dates) ?? []).map((value) => value.wall);
  const walls = new Set([start.wall, ...listed, ...repeated(observance, start.wall, from)]);
  return [...walls].map((wall) => ({ at: wall - from, from, to }));
}

function repeated(observance: Component, start: number, from: number): readonly number[] {
  const rule = parseRule(valueOf(observance, "RRULE") ?? "");
  if (rule === null) return [];
  const until = rule.until === null ? null : parseDateValue(rule.until, null);
  const last = until?.form === "utc" ? until.wall + from : (until?.wall ?? null);
  const found = ruleStarts(rule, { start, until: last, from: start, to: horizon, limit: mostOnsets });
  return found.kind === "starts" ? found.walls : [];
}

function parseOffset(text: string): number | null {
  const [, sign, hours, minutes, seconds] = /^([+-])(\d{2})(\d{2})(\d{2})?$/.exec(text.trim()) ?? [];
  if (sign === undefined) return null;
  const size = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds ?? 0) * 1_000;
  return sign === "-" ? -size : size;
}
