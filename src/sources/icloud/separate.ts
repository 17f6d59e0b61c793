import type { CalendarZones } from "../../calendar/calendar-zones.ts";
import { type Component, lineOf, mapEvents } from "../../calendar/component.ts";
import { type ContentLine, contentLine } from "../../calendar/content-line.ts";
import { type DateValue, dated, dateValuesOf, dayMs, parseDuration } from "../../calendar/date-value.ts";
import { eventTimes, firstDate } from "../../calendar/event-times.ts";
import { instanceName, partName } from "../../calendar/instance.ts";
import { masterOf, overridesOf, withEndOf } from "../../calendar/recurrence.ts";
import { parseRule } from "../../calendar/rule.ts";
import { listed, movedTo } from "./listed.ts";
import { isWalkable, mostListed, startsOf } from "./series-rule.ts";
import { originalWall } from "./series-form.ts";

/** A calendar with one meeting in it, and the instance or part that it is (see TranslatedEvent). */
export type Part = { readonly calendar: Component; readonly instance: string | null };

/** How far occurrences have to be right: wall clocks. */
export type Horizon = { readonly from: number; readonly until: number };

export type Parts =
  | { readonly kind: "parts"; readonly parts: readonly Part[] }
  | { readonly kind: "problem"; readonly problem: string };

/**
 * Takes apart what sabre/vobject cannot read as one series: a rule and RDATEs, several rules, periods of their own
 * length; and turns an EXRULE, and a rule that it cannot walk through, into dates. Together the parts have the
 * occurrences of the whole. The first one keeps the place of the series.
 */
export function separate(part: Part, zones: CalendarZones, horizon: Horizon, notes: Set<string>): Parts {
  const master = masterOf(part.calendar);
  const start = master === null ? null : firstDate(master, "DTSTART");
  if (master === null || start === null) return { kind: "parts", parts: [part] };
  const rules = valuesOf(master, "RRULE");
  const [first] = rules;
  const hasDates = lineOf(master, "RDATE") !== null || lineOf(master, "EXRULE") !== null;
  if (!hasDates && (first === undefined || (rules.length === 1 && isWalkable(first, start, horizon.until))))
    return { kind: "parts", parts: [part] };
  const excluded = new Set(wallsOf(master, "EXDATE"));
  return partsOf({ part, master, start, zones, horizon, notes, excluded, taken: new Set(), events: [] });
}

function valuesOf(event: Component, name: string): string[] {
  return event.lines.filter((line) => line.name === name).map((line) => line.value);
}

type Surroundings = {
  readonly zones: CalendarZones;
  readonly horizon: Horizon;
  readonly notes: Set<string>;
};

/** A series that is being taken apart. */
type Separation = Surroundings & {
  readonly part: Part;
  readonly master: Component;
  readonly start: DateValue;
  readonly excluded: Set<number>;
  /** Starts that a part has already. */
  readonly taken: Set<number>;
  readonly events: {
    /** Null for what keeps the place of the series. */
    readonly name: string | null;
    readonly event: Component;
    readonly starts: ReadonlySet<number>;
  }[];
};

/** Nobody makes a series of more rules; each costs an expansion. */
const mostRules = 20;

function partsOf(it: Separation): Parts {
  const { zones, horizon, notes } = it;
  if (it.master.lines.filter((line) => /^(?:RRULE|EXRULE)$/.test(line.name)).length > mostRules)
    return problem("It has more recurrence rules than make sense.");
  for (const text of valuesOf(it.master, "EXRULE")) {
    const walls = startsOf(text, it.start, zones, horizon.until, false);
    if (walls === null) return problem("Its EXRULE has too many dates to be excluded one by one.");
    for (const wall of walls) it.excluded.add(wall);
    notes.add("Its EXRULE, which servers do not know, became single exceptions.");
  }
  const rules = valuesOf(it.master, "RRULE").filter((text) => !isOnce(text));
  if (rules.length > 1) notes.add("It has several rules: each became a series of its own.");
  const dates = listedStarts(it, rules.length === 0);
  for (const [at, text] of rules.entries()) {
    const complaint = addRule(it, text, at === 0 ? null : `rule ${at + 1}`);
    if (complaint !== null) return problem(complaint);
  }
  const complaint = addDates(it, dates, rules.length === 0 ? null : "dates");
  if (complaint !== null) return problem(complaint);
  addPeriods(it);
  return { kind: "parts", parts: assigned(it) };
}

function isOnce(text: string): boolean {
  return parseRule(text)?.count === 1;
}

/** Starts by RDATE alone; with no rule, DTSTART is one of them. */
function listedStarts(it: Separation, withStart: boolean): number[] {
  const length = eventTimes(it.master, it.zones)?.length ?? 0;
  const own = periodsOf(it.master).filter((period) => period.length === length);
  const walls = [...wallsOf(it.master, "RDATE"), ...own.map((period) => period.start)];
  return withStart ? [it.start.wall, ...walls] : walls;
}

function addRule(it: Separation, text: string, name: string | null): string | null {
  const { zones, horizon, notes } = it;
  const walls = startsOf(text, it.start, zones, horizon.until, name === null);
  if (walls === null)
    return `Its recurrence rule has more occurrences than can be looked through: ${text.slice(0, 80)}`;
  const starts = walls.filter((wall) => !it.taken.has(wall));
  const first = starts[0];
  if (first === undefined) return null;
  if (!isWalkable(text, it.start, horizon.until)) {
    notes.add(
      "Its rule is none that servers can follow: its occurrences around the window became single dates.",
    );
    return addDates(
      it,
      starts.filter((wall) => wall >= horizon.from),
      name,
    );
  }
  const moved = movedTo(it.master, first, zones);
  const rule = parseRule(text);
  const gone = walls.filter((wall) => it.excluded.has(wall) || it.taken.has(wall));
  const gaps = gone.length > mostListed ? gone.filter((wall) => wall >= horizon.from) : gone;
  if (gaps.length > mostListed) return "It has too many exceptions to be written one by one.";
  const kept = moved.lines.filter((line) => !/^(?:RRULE|EXRULE|RDATE|EXDATE)$/.test(line.name));
  // COUNT counts from where the series begins.
  const before = walls.filter((wall) => wall < first).length;
  const count = rule?.count ?? null;
  const counted =
    rule === null || count === null || before === 0
      ? text
      : withEndOf(rule, { count: count - before }, it.start, zones);
  const exceptions = gaps
    .filter((wall) => wall >= first)
    .map((wall) => dated("EXDATE", { ...it.start, wall }));
  const event = { ...moved, lines: [...kept, contentLine("RRULE", counted), ...exceptions] };
  add(it, name, event, starts);
  return null;
}

function addDates(it: Separation, walls: readonly number[], name: string | null): string | null {
  const starts = [...new Set(walls)]
    .filter((wall) => !it.taken.has(wall) && !it.excluded.has(wall))
    .toSorted((a, b) => a - b);
  if (starts.length === 0) return null;
  if (starts.length > mostListed) return "It has too many dates to be written one by one.";
  const left = new Set(starts);
  const hasOverrides = overridesOf(it.part.calendar).some((event) =>
    left.has(originalWall(event) ?? Number.NaN),
  );
  add(it, name, listed(it.master, starts, it.zones, hasOverrides), starts);
  return null;
}

/** A period that is longer or shorter than the rest is an event of its own. */
function addPeriods(it: Separation): void {
  for (const { start, length } of periodsOf(it.master)) {
    if (it.taken.has(start) || it.excluded.has(start)) continue;
    const value = { ...it.start, wall: start };
    const whole = it.start.form === "date" ? Math.max(1, Math.ceil(length / dayMs)) * dayMs : length;
    const end = { ...it.start, wall: start + whole };
    const kept = it.master.lines.flatMap((line): ContentLine[] => {
      if (line.name === "DTSTART") return [dated("DTSTART", value), dated("DTEND", end)];
      return /^(?:DTEND|DURATION|RRULE|EXRULE|RDATE|EXDATE)$/.test(line.name) ? [] : [line];
    });
    const name = `period ${instanceName(value, it.zones.of(it.start))}`;
    add(it, name, { ...it.master, lines: kept }, [start]);
  }
}

function add(it: Separation, name: string | null, event: Component, starts: readonly number[]): void {
  for (const wall of starts) it.taken.add(wall);
  it.events.push({ name, event, starts: new Set(starts) });
}

/** Each override goes with the part that has its occurrence; an odd one stays with the first. */
function assigned(it: Separation): Part[] {
  const { calendar, instance } = it.part;
  const overrides = overridesOf(calendar);
  const owner = (override: Component): number => {
    const wall = originalWall(override) ?? Number.NaN;
    return Math.max(
      0,
      it.events.findIndex((one) => one.starts.has(wall)),
    );
  };
  const owners = new Map(overrides.map((override) => [override, owner(override)]));
  return it.events.map(({ name, event }, at) => ({
    calendar: mapEvents(calendar, (one) => {
      if (one === it.master) return event;
      return owners.get(one) === at ? one : null;
    }),
    instance: name === null ? instance : partName(instance, name),
  }));
}

function problem(text: string): Parts {
  return { kind: "problem", problem: text };
}

/** Starts that are listed in the form of the series, without periods. */
function wallsOf(event: Component, name: string): number[] {
  return event.lines
    .filter((line) => line.name === name && !line.value.includes("/"))
    .flatMap((line) => dateValuesOf(line)?.map((value) => value.wall) ?? []);
}

function periodsOf(event: Component): { readonly start: number; readonly length: number }[] {
  return event.lines.flatMap((line) => {
    if (line.name !== "RDATE") return [];
    const [, lengthText] = line.value.split("/");
    const length = lengthText === undefined ? null : parseDuration(lengthText);
    const start = dateValuesOf(line)?.[0];
    if (length === null || start === undefined) return [];
    return [{ start: start.wall, length: length.days * dayMs + length.ms }];
  });
}
