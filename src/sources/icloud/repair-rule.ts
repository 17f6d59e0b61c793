import type { CalendarZones } from "../../calendar/calendar-zones.ts";
import { type DateValue, dayMs, formatDateValue } from "../../calendar/date-value.ts";
import { parseRule, ruleStarts } from "../../calendar/rule.ts";
import type { Zone } from "../../calendar/zones.ts";
import { readDate } from "./date-text.ts";
import { withoutSkip } from "./skipped-days.ts";

/** A rule in the words that servers know; or why there is none, a full sentence. */
export type RepairedRule =
  | { readonly kind: "rule"; readonly text: string }
  | { readonly kind: "problem"; readonly problem: string };

type Surroundings = {
  readonly zones: CalendarZones;
  /** Where the days of the object begin (see `ownZone`). */
  readonly own: Zone;
  readonly notes: Set<string>;
};

const weekday = /^([+-]?)(\d{0,2})(SU|MO|TU|WE|TH|FR|SA)$/;

/** Least and most of the numbers in each list (RFC 5545 3.3.10); negative ones count from the end. */
const limits: ReadonlyMap<string, readonly [number, number]> = new Map([
  ["BYSECOND", [0, 59]],
  ["BYMINUTE", [0, 59]],
  ["BYHOUR", [0, 23]],
  ["BYMONTHDAY", [1, 31]],
  ["BYYEARDAY", [1, 366]],
  ["BYWEEKNO", [1, 53]],
  ["BYMONTH", [1, 12]],
  ["BYSETPOS", [1, 366]],
]);
const fromEnd = new Set(["BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"]);
const frequencies = /^(?:YEARLY|MONTHLY|WEEKLY|DAILY|HOURLY|MINUTELY|SECONDLY)$/;

/**
 * Repairs an RRULE: values out of range go, an end is of the kind of the start (in UTC for a zone's), and of two
 * ends the earlier counts. A rule that nobody could keep to is refused.
 */
export function repairRule(
  text: string,
  start: DateValue,
  { zones, own, notes }: Surroundings,
): RepairedRule {
  const given = partsOf(text);
  const frequency = given.get("FREQ") ?? "";
  if (!frequencies.test(frequency)) return unreadable(text);
  const scale = given.get("RSCALE");
  if (scale !== undefined && scale !== "GREGORIAN")
    return problem(
      `It recurs by the ${scale.slice(0, 20).toLowerCase()} calendar, which servers do not know.`,
    );
  const skips = /^(?:FORWARD|BACKWARD)$/.test(given.get("SKIP") ?? "") && canSkip(given, frequency, start);
  const parts = skips ? withoutSkip(given, start) : given;
  if (parts === null)
    return problem("Its rule moves days that a month lacks (SKIP), which servers do not know.");
  if (skips)
    notes.add("Its rule moves days that a month lacks (SKIP); it is told in words that servers know.");
  const hasOrdinals = frequency === "MONTHLY" || (frequency === "YEARLY" && !parts.has("BYWEEKNO"));
  const kept = new Map<string, string>();
  for (const [name, value] of parts) {
    const repaired = repairPart(name, value, hasOrdinals);
    if (repaired === undefined) return unreadable(text);
    if (repaired !== null) kept.set(name, repaired);
    if (repaired !== value && name !== "RSCALE" && name !== "SKIP") {
      const instead = repaired === null ? "it was left out" : `${repaired} was put in its place`;
      notes.add(`Its rule had ${name.slice(0, 20)}=${value.slice(0, 40)}: ${instead}.`);
    }
  }
  const end = kept.get("UNTIL");
  if (end !== undefined) {
    const until = readDate(end, null);
    if (until === null) return problem(`The end of its rule cannot be read: ${end.slice(0, 40)}.`);
    const last = untilLike(until, start, own, zones);
    if (last.wall < comparable(start, zones)) {
      notes.add("Its rule ends before it begins; its first occurrence is shown.");
      kept.delete("UNTIL");
      kept.set("COUNT", "1");
    } else {
      const written = formatDateValue(last);
      if (written !== end) notes.add(`Its rule ended at ${end.slice(0, 40)}, which is ${written} here.`);
      kept.set("UNTIL", written);
      dropLaterEnd(kept, start, last, zones);
    }
  }
  return { kind: "rule", text: [...kept].map(([name, value]) => `${name}=${value}`).join(";") };
}

function problem(text: string): RepairedRule {
  return { kind: "problem", problem: text };
}

function unreadable(text: string): RepairedRule {
  return problem(`Its recurrence rule cannot be expanded: ${text.slice(0, 80)}`);
}

function partsOf(text: string): Map<string, string> {
  const parts = new Map<string, string>();
  for (const part of text.toUpperCase().split(";")) {
    const at = part.indexOf("=");
    const name = part.slice(0, at === -1 ? undefined : at).trim();
    const value = at === -1 ? "" : part.slice(at + 1).replace(/\s/g, "");
    // An end that says nothing is no reason to go on for ever.
    const isSaid = value !== "" || name === "COUNT" || name === "UNTIL";
    if (name !== "" && isSaid && !parts.has(name)) parts.set(name, value);
  }
  return parts;
}

/** True where a month or year may lack the day of the rule. */
function canSkip(parts: ReadonlyMap<string, string>, frequency: string, start: DateValue): boolean {
  if (frequency !== "MONTHLY" && frequency !== "YEARLY") return false;
  const days = parts.get("BYMONTHDAY")?.split(",") ?? [String(new Date(start.wall).getUTCDate())];
  return parts.has("BYYEARDAY") || days.some((day) => Math.abs(Number(day)) > 28);
}

/** The part's value as it may stand; null where the part goes, undefined where nobody knows what it means. */
function repairPart(name: string, value: string, hasOrdinals: boolean): string | null | undefined {
  switch (name) {
    case "FREQ":
    case "UNTIL":
      return value;
    case "INTERVAL":
      return /^\d{1,9}$/.test(value) && Number(value) > 0 ? value : null;
    case "COUNT":
      if (!/^\+?\d+$/.test(value)) return undefined;
      return Number(value) === 0 ? "1" : String(Math.min(Number(value), 999_999_999));
    case "WKST":
      return weekday.exec(value)?.[2] === "" ? value.slice(-2) : null;
    case "BYDAY":
      return weekdays(value, hasOrdinals);
    default:
      // What a rule of another kind means cannot be guessed (BYEASTER); anything else says nothing.
      return name.startsWith("BY") && !limits.has(name) ? undefined : numbers(name, value);
  }
}

/** Ordinals count in a month or a year only, and not beside the number of a week. */
function weekdays(value: string, hasOrdinals: boolean): string | null {
  const days = value.split(",").flatMap((day) => {
    const [, sign = "", ordinal = "", name] = weekday.exec(day) ?? [];
    if (name === undefined) return [];
    const isPlain = !hasOrdinals || ordinal === "" || Number(ordinal) === 0;
    return [isPlain ? name : `${sign}${Number(ordinal)}${name}`];
  });
  return days.length === 0 ? null : [...new Set(days)].join(",");
}

function numbers(name: string, value: string): string | null {
  const limit = limits.get(name);
  if (limit === undefined) return null;
  const [least, most] = limit;
  const kept = value.split(",").filter((text) => {
    if (!/^[+-]?\d{1,3}$/.test(text)) return false;
    const number = Number(text);
    const size = number < 0 && fromEnd.has(name) ? -number : number;
    return size >= least && size <= most;
  });
  return kept.length === 0 ? null : kept.join(",");
}

/** UNTIL as RFC 5545 3.3.10 has it: a date for dates, a floating time for floating ones, else UTC. */
function untilLike(until: DateValue, start: DateValue, own: Zone, zones: CalendarZones): DateValue {
  if (start.form === "date") return { form: "date", wall: lastDay(until, own) };
  const zone = zones.of(start);
  const isUtc = until.form === "utc";
  // A day takes in all of itself.
  const wall = until.form === "date" ? until.wall + dayMs - 1_000 : until.wall;
  if (start.form === "floating") return { form: "floating", wall: isUtc ? zone.toWall(wall) : wall };
  return { form: "utc", wall: isUtc ? wall : zone.toInstant(wall) };
}

/** Some end a series of whole days at either end of a day in UTC, others at the end of their own. */
function lastDay(until: DateValue, own: Zone): number {
  const isOfUtc = [0, dayMs - 1_000].includes(until.wall % dayMs);
  const local = until.form === "utc" && !isOfUtc ? own.toWall(until.wall) : until.wall;
  return Math.floor(local / dayMs) * dayMs;
}

function comparable(start: DateValue, zones: CalendarZones): number {
  return start.form === "zoned" ? zones.instant(start) : start.wall;
}

function dropLaterEnd(
  kept: Map<string, string>,
  start: DateValue,
  until: DateValue,
  zones: CalendarZones,
): void {
  const count = kept.get("COUNT");
  if (count === undefined) return;
  const endless = [...kept].filter(([name]) => name !== "COUNT" && name !== "UNTIL");
  const rule = parseRule(endless.map(([name, value]) => `${name}=${value}`).join(";"));
  const to = until.form === "utc" ? zones.of(start).toWall(until.wall) : until.wall;
  const request = { start: start.wall, until: null, from: start.wall, to, limit: Number(count) };
  const found = rule === null ? null : ruleStarts(rule, request);
  kept.delete(found?.kind === "starts" && found.walls.length < Number(count) ? "COUNT" : "UNTIL");
}
