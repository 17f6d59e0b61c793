import type { CalendarZones } from "./calendar-zones.ts";
import { clipSeries, onlyStart, withLastDate } from "./clip-series.ts";
import { type Component, eventsOf, lineOf } from "./component.ts";
import { type ContentLine, contentLine, parameterOf } from "./content-line.ts";
import { dated, dateValuesOf, dayMs, isOnSameClock, parseDateValue } from "./date-value.ts";
import { allDates, eventTimes, firstDate } from "./event-times.ts";
import { exactWall, masterOf, overridesOf, untilWall } from "./recurrence.ts";
import { parseRule, type Rule, ruleStarts } from "./rule.ts";
import { isInRange, latest } from "./server-range.ts";
import { dateLine, isEmpty, isWalkable, rulesOf, type Series, withMaster } from "./server-series.ts";
import type { Window } from "./window.ts";

/** What the owner is told of a clipped series. */
export const clippedNote =
  "Servers cannot walk through the whole series (it is too long, or its rule is none that they follow): it is shown from the year before the window on.";

/**
 * What can be shown of an object. `fit`: the calendar, which is `clipped` (and so never writable) if a
 * series had to begin later or end earlier than it does. Reasons are full sentences.
 */
export type Fitted =
  | { readonly kind: "fit"; readonly calendar: Component; readonly clipped: boolean }
  /** Rightly no object: every instance is excluded, or all of it lies before the window. */
  | { readonly kind: "nothing"; readonly reason: string }
  /** No form of it is known that a server and a phone would survive. */
  | { readonly kind: "poison"; readonly reason: string };

/**
 * Keeps poison away: whatever makes sabre/dav fail for an object or for its whole calendar, or hides the object from
 * its queries, is brought into another form, of which every occurrence inside the window is the same. See
 * docs/adr/0009-poison-anchor.md. Whatever already fits is returned as it is.
 */
export function fitForServer(calendar: Component, zones: CalendarZones, window: Window): Fitted {
  const master = masterOf(calendar);
  const overrides = overridesOf(calendar);
  if (master === null) {
    const isGood = overrides.every((event) => isInRange(eventTimes(event, zones), zones));
    return isGood ? { kind: "fit", calendar, clipped: false } : poison(outOfRange);
  }
  const times = eventTimes(master, zones);
  if (times === null) return poison("Its start cannot be read.");
  const isSingle =
    overrides.length === 0 && lineOf(master, "RRULE") === null && lineOf(master, "RDATE") === null;
  if (isSingle) return fitSingle(calendar, master, zones);
  const rules = rulesOf(master);
  if (rules === null || !rules.every((rule) => hasReadableEnd(rule))) {
    const rule = lineOf(master, "RRULE")?.value ?? "";
    return poison(`Its recurrence rule cannot be expanded: ${rule.slice(0, 80)}`);
  }
  const given = { master, overrides, times, rules, zones, window };
  return fitSeries(calendar, given);
}

const outOfRange = "It lies before 1970 or after 2037, where servers cannot follow.";

function poison(reason: string): Fitted {
  return { kind: "poison", reason };
}

function hasReadableEnd(rule: Rule): boolean {
  return rule.until === null || parseDateValue(rule.until, null) !== null;
}

function fitSingle(calendar: Component, master: Component, zones: CalendarZones): Fitted {
  const times = eventTimes(master, zones);
  if (times === null || !isInRange(times, zones)) return poison(outOfRange);
  const isExcluded =
    lineOf(master, "EXDATE") !== null &&
    allDates(master, "EXDATE").some((date) => exactWall(date, times.start, zones) === times.start.wall);
  return isExcluded ? nothing() : { kind: "fit", calendar, clipped: false };
}

function nothing(reason = "Every occurrence of the series is cancelled."): Fitted {
  return { kind: "nothing", reason };
}

function fitSeries(calendar: Component, given: Series): Fitted {
  const readable = plain(withoutLostOverrides(given));
  if (isEmpty(readable)) return nothing();
  if (isWhole(readable)) return fit(calendar, given, withLastDate(readable), false);
  const clipped = clipSeries(readable);
  if (clipped === null)
    return poison("It has more occurrences around the window than servers can walk through.");
  if (clipped.kind === "nothing")
    return nothing("None of its occurrences lies in the window, and it is too long to be kept whole.");
  if (isEmpty(clipped.series)) return nothing();
  return fit(calendar, given, withLastDate(clipped.series), true);
}

function fit(calendar: Component, given: Series, fitted: Series, clipped: boolean): Fitted {
  const isSame = fitted.master === given.master && fitted.overrides.length === given.overrides.length;
  if (isSame && eventsOf(calendar)[0] === given.master) return { kind: "fit", calendar, clipped };
  // sabre takes the first event for the master (PDO::getDenormalizedData).
  const others = calendar.children.filter((child) => child.name !== "VEVENT");
  const children = [...others, fitted.master, ...fitted.overrides];
  return { kind: "fit", calendar: { ...calendar, children }, clipped };
}

function isWhole(series: Series): boolean {
  const { times, rules, zones } = series;
  const isTooFar = rules.some((rule) => (untilWall(rule, times.start, zones) ?? 0) > latest);
  if (isTooFar || !isInRange(times, zones) || !isWalkable(series)) return false;
  const [rule] = rules;
  if (rule === undefined || rule.count === null) return true;
  return rule.until === null && !goesBeyond(series, rule);
}

/** True if a counted series may end where servers cannot follow. */
function goesBeyond({ times }: Series, rule: Rule): boolean {
  const days = { YEARLY: 366, MONTHLY: 31, WEEKLY: 7, DAILY: 1, HOURLY: 1, MINUTELY: 1, SECONDLY: 1 };
  // A glance: BY parts that seldom come true may stretch it twentyfold.
  const reach = days[rule.frequency] * rule.interval * (rule.count ?? 0) * dayMs;
  const isPlain = [...rule.parts.keys()].every((name) => /^(?:FREQ|INTERVAL|COUNT|WKST)$/.test(name));
  if (times.start.wall + reach * (isPlain ? 1 : 20) <= latest) return false;
  const request = { start: times.start.wall, until: null, from: latest, to: latest * 4, limit: 1 };
  const found = ruleStarts(rule, request);
  return found.kind !== "starts" || found.walls.length > 0;
}

/** Overrides that lie where servers cannot follow are left out, and their occurrences excluded. */
function withoutLostOverrides(series: Series): Series {
  const { master, overrides, zones } = series;
  const kept = overrides.filter((event) => isInRange(eventTimes(event, zones), zones));
  if (kept.length === overrides.length) return series;
  const excluded = overrides.flatMap((event) => {
    const original = kept.includes(event) ? null : firstDate(event, "RECURRENCE-ID");
    if (original === null) return [];
    return [dated("EXDATE", original)];
  });
  const lines = [...master.lines, ...excluded];
  return { ...series, overrides: kept, master: { ...master, lines } };
}

/** Lines in the one form that sabre reads: no parts of others in a rule; single dates in order, on the series' own clock. */
function plain(series: Series): Series {
  const { master, overrides, times } = series;
  const ruled = master.lines.map((line) =>
    line.name === "RRULE" ? plainRule(line, times.start.form === "date") : line,
  );
  const lines = areDatesPlain(series)
    ? ruled
    : [...ruled.filter((line) => line.name !== "RDATE"), dateLine("RDATE", times.start, datesOf(series))];
  const hasRule = lineOf(master, "RRULE") !== null;
  const needsRule = !hasRule && (overrides.length > 0 || lineOf(master, "RDATE") !== null);
  if (!needsRule && lines.every((line, index) => line === master.lines[index])) return series;
  return withMaster(series, { ...master, lines: needsRule ? [...lines, onlyStart] : lines }) ?? series;
}

function datesOf({ master, times, zones }: Series): number[] {
  const walls = allDates(master, "RDATE").map((date) => exactWall(date, times.start, zones));
  return [...new Set(walls)].toSorted((a, b) => a - b);
}

/** Whether sabre reads the RDATEs as they stand: it takes no periods and no TZID, and the last for the latest. */
function areDatesPlain(series: Series): boolean {
  const { master, times, zones } = series;
  const lines = master.lines.filter((line) => line.name === "RDATE");
  const values = lines.flatMap((line) => dateValuesOf(line) ?? []);
  const walls = values.map((value) => exactWall(value, times.start, zones));
  return (
    !lines.some((line) => /PERIOD/i.test(parameterOf(line, "VALUE") ?? "")) &&
    values.every((value) => value.form === "utc" || isOnSameClock(value, times.start)) &&
    walls.every((wall, index) => index === 0 || wall > (walls[index - 1] ?? wall))
  );
}

/** sabre refuses a rule with any part that it does not know; hours of a day that has none mean nothing. */
function plainRule(line: ContentLine, isDay: boolean): ContentLine {
  const rule = parseRule(line.value);
  const foreign = isDay ? /^(?:X-.*|RSCALE|SKIP|BYHOUR|BYMINUTE|BYSECOND)$/ : /^(?:X-.*|RSCALE|SKIP)$/;
  const isForeign = (name: string): boolean => foreign.test(name);
  if (rule === null || ![...rule.parts.keys()].some(isForeign)) return line;
  const kept = [...rule.parts].filter(([name]) => !isForeign(name));
  return contentLine("RRULE", kept.map(([name, value]) => `${name}=${value}`).join(";"));
}
