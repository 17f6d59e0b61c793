import type { Component } from "./component.ts";
import { contentLine } from "./content-line.ts";
import { formatDateValue } from "./date-value.ts";
import { type Observance, observancesOf } from "./zone-observances.ts";
import { isIanaZone, tableOf, writtenName } from "./zones.ts";

/** The VTIMEZONE of a zone and the TZID it goes by: the present name (see `writtenName`). */
export type TimeZoneBlock = { readonly tzid: string; readonly component: Component };

/** Older than events that have a time of day; bounds what a block holds. */
const firstYear = 1950;
/** Changes are asked for up to the end of this year; rules that are followed then go on. */
const lastYear = 2037;
/** In eleven years each date falls on each weekday, so that the rule of so many is certain. */
const yearsOfRule = 11;

const blocks = new Map<string, TimeZoneBlock>();
const mostBlocks = 2_000;

/**
 * The VTIMEZONE of an IANA zone (RFC 5545 3.6.5) by the machine's tz database, right from the start of the year of
 * `from` on (a wall clock, milliseconds as if UTC; nothing before 1951 is described). The same object each time for the
 * same year. Null if `zone` is no IANA zone.
 */
export function timeZoneBlock(zone: string, from: number): TimeZoneBlock | null {
  if (!isIanaZone(zone)) return null;
  const tzid = writtenName(zone);
  const year = startYear(from);
  const key = `${tzid} ${year}`;
  const remembered = blocks.get(key);
  if (remembered !== undefined) return remembered;
  const block = { tzid, component: composeBlock(tzid, year) };
  if (blocks.size >= mostBlocks) blocks.clear();
  blocks.set(key, block);
  return block;
}

/** The year before: whatever a zone changes every year, it has changed once before the first event. */
function startYear(from: number): number {
  const year = new Date(from).getUTCFullYear();
  return Math.max(firstYear, Math.min(Number.isNaN(year) ? firstYear : year - 1, lastYear - yearsOfRule));
}

function composeBlock(tzid: string, year: number): Component {
  const { changes, offsetAt } = tableOf(tzid);
  const start = Date.UTC(year, 0, 1);
  const found = changes(start, Date.UTC(lastYear + 2, 0, 1));
  const [first] = found;
  const isChangedInTime = first !== undefined && first.at < Date.UTC(year + 1, 0, 1);
  const offset = offsetAt(start);
  // Readers differ on what holds before the first onset: one has to lie before the first event.
  const initial: Observance = {
    kind: "STANDARD",
    from: offset,
    to: offset,
    onsets: [start],
    rule: null,
    isOpen: false,
  };
  const observances = [...(isChangedInTime ? [] : [initial]), ...observancesOf(found, lastYear)];
  return {
    name: "VTIMEZONE",
    lines: [contentLine("TZID", tzid), contentLine("X-LIC-LOCATION", tzid)],
    children: observances.map(composeObservance),
  };
}

function composeObservance({ kind, from, to, onsets, rule, isOpen }: Observance): Component {
  const [first = 0] = onsets;
  const last = onsets.at(-1) ?? first;
  const until = isOpen ? "" : `;UNTIL=${formatDateValue({ form: "utc", wall: last - from })}`;
  // One to a line and DTSTART among them: some readers take no other list, or no DTSTART beside one.
  const listed = rule !== null || onsets.length === 1 ? [] : onsets;
  return {
    name: kind,
    lines: [
      contentLine("DTSTART", formatDateValue({ form: "floating", wall: first })),
      ...(rule === null ? [] : [contentLine("RRULE", rule + until)]),
      ...listed.map((wall) => contentLine("RDATE", formatDateValue({ form: "floating", wall }))),
      contentLine("TZOFFSETFROM", formatOffset(from)),
      contentLine("TZOFFSETTO", formatOffset(to)),
    ],
    children: [],
  };
}

/** A UTC-OFFSET (RFC 5545 3.3.14) of milliseconds east: `+0530`, with seconds (`-004430`) only where there are some. */
export function formatOffset(offset: number): string {
  const seconds = Math.abs(offset) / 1_000;
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts.slice(0, parts[2] === 0 ? 2 : 3).map((part) => String(part).padStart(2, "0"));
  return `${offset < 0 ? "-" : "+"}${shown.join("")}`;
}
