import { instantOf, wallAt, wallTime, type WallTime } from "./ical-time.ts";

/** The parts of an RRULE that decide which days an event falls on. */
export type RecurrenceRule = {
  readonly freq: string;
  readonly interval: number;
  readonly count: number | undefined;
  readonly until: string | undefined;
  readonly byDay: readonly { readonly nth: number; readonly day: number }[];
  readonly byMonthDay: readonly number[];
  readonly byMonth: readonly number[];
  readonly bySetPos: readonly number[];
};

const dayNames = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const dayMs = 24 * 3600 * 1000;
const stepMs = new Map([
  ["SECONDLY", 1000],
  ["MINUTELY", 60_000],
  ["HOURLY", 3_600_000],
]);

/** Reads an RRULE value; undefined where FREQ is missing or unknown, or INTERVAL or COUNT no positive number. */
export function parseRule(value: string): RecurrenceRule | undefined {
  const parts = new Map(
    value.split(";").map((part) => [part.split("=")[0]?.toUpperCase() ?? "", part.split("=")[1] ?? ""]),
  );
  const freq = parts.get("FREQ")?.toUpperCase() ?? "";
  if (!stepMs.has(freq) && !["DAILY", "WEEKLY", "MONTHLY", "YEARLY"].includes(freq)) return undefined;
  const interval = Number(parts.get("INTERVAL") ?? 1);
  const count = parts.has("COUNT") ? Number(parts.get("COUNT")) : undefined;
  if (!(interval >= 1) || (count !== undefined && !(count >= 1))) return undefined;
  const numbers = (key: string): number[] =>
    parts.get(key) ? (parts.get(key) ?? "").split(",").map(Number) : [];
  const byDay = (parts.get("BYDAY") ?? "").split(",").flatMap((entry) => {
    const found = /^([+-]?\d+)?(SU|MO|TU|WE|TH|FR|SA)$/.exec(entry.toUpperCase());
    return found ? [{ nth: Number(found[1] ?? 0), day: dayNames.indexOf(found[2] ?? "") }] : [];
  });
  return {
    freq,
    interval,
    count,
    until: parts.get("UNTIL"),
    byDay,
    byMonthDay: numbers("BYMONTHDAY"),
    byMonth: numbers("BYMONTH"),
    bySetPos: numbers("BYSETPOS"),
  };
}

/** Yields the wall times of a rule from `start` on, the start itself first, lazily, up to the year 2100. */
export function* ruleOccurrences(rule: RecurrenceRule, start: WallTime): Generator<number> {
  const until = untilWall(rule, start);
  const end = Math.min(until, Date.UTC(2100, 0, 1));
  let left = rule.count ?? Number.POSITIVE_INFINITY;
  yield start.wall;
  left -= 1;
  const timeOfDay = start.wall - floorDay(start.wall);
  for (let period = 0; left > 0; period += 1) {
    const step = stepMs.get(rule.freq);
    const candidates = step
      ? [start.wall + period * rule.interval * step]
      : periodDays(rule, start.wall, period).map((day) => day + timeOfDay);
    if ((candidates[0] ?? periodStart(rule, start.wall, period)) > end) return;
    for (const candidate of candidates) {
      if (candidate <= start.wall) continue;
      if (candidate > end || left <= 0) return;
      yield candidate;
      left -= 1;
    }
  }
}

function untilWall(rule: RecurrenceRule, start: WallTime): number {
  if (rule.until === undefined) return Number.POSITIVE_INFINITY;
  const until = wallTime(rule.until, start.zone);
  if (!until) return Number.POSITIVE_INFINITY;
  const wall = until.zone === start.zone ? until.wall : wallAt(instantOf(until), start.zone);
  return Math.max(wall, start.wall);
}

function floorDay(wall: number): number {
  return Math.floor(wall / dayMs) * dayMs;
}

function periodStart(rule: RecurrenceRule, start: number, period: number): number {
  const at = new Date(start);
  const steps = period * rule.interval;
  switch (rule.freq) {
    case "DAILY":
      return floorDay(start) + steps * dayMs;
    case "WEEKLY":
      return floorDay(start) - ((at.getUTCDay() + 6) % 7) * dayMs + steps * 7 * dayMs;
    case "MONTHLY":
      return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + steps, 1);
    default:
      return Date.UTC(at.getUTCFullYear() + steps, 0, 1);
  }
}

function periodDays(rule: RecurrenceRule, start: number, period: number): number[] {
  const first = periodStart(rule, start, period);
  const days = unfilteredDays(rule, start, first).filter(
    (day) => rule.byMonth.length === 0 || rule.byMonth.includes(new Date(day).getUTCMonth() + 1),
  );
  if (rule.bySetPos.length === 0) return days;
  return rule.bySetPos
    .flatMap((position) => days.at(position > 0 ? position - 1 : position) ?? [])
    .toSorted((a, b) => a - b);
}

function unfilteredDays(rule: RecurrenceRule, start: number, first: number): number[] {
  const at = new Date(start);
  switch (rule.freq) {
    case "DAILY":
      return [first].filter((day) => matchesWeekday(rule, day) && matchesMonthDay(rule, day));
    case "WEEKLY": {
      const wanted = rule.byDay.length > 0 ? rule.byDay.map((entry) => entry.day) : [at.getUTCDay()];
      return [0, 1, 2, 3, 4, 5, 6]
        .map((n) => first + n * dayMs)
        .filter((day) => wanted.includes(new Date(day).getUTCDay()));
    }
    case "MONTHLY":
      return monthDays(rule, new Date(first), at.getUTCDate());
    default: {
      const year = new Date(first).getUTCFullYear();
      const months = rule.byMonth.length > 0 ? rule.byMonth.map((month) => month - 1) : [at.getUTCMonth()];
      const wholeYear = rule.byMonth.length === 0 && rule.byDay.length > 0 && rule.byMonthDay.length === 0;
      if (wholeYear) return nthDays(rule, first, Date.UTC(year + 1, 0, 1));
      return months
        .toSorted((a, b) => a - b)
        .flatMap((month) => monthDays(rule, new Date(Date.UTC(year, month, 1)), at.getUTCDate()));
    }
  }
}

function monthDays(rule: RecurrenceRule, month: Date, startDay: number): number[] {
  const first = month.getTime();
  const next = Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 1);
  if (rule.byMonthDay.length === 0 && rule.byDay.length === 0) {
    const day = first + (startDay - 1) * dayMs;
    return day < next ? [day] : [];
  }
  if (rule.byMonthDay.length === 0) return nthDays(rule, first, next);
  const days: number[] = [];
  for (let day = first; day < next; day += dayMs) {
    if (matchesMonthDay(rule, day) && matchesWeekday(rule, day)) days.push(day);
  }
  return days;
}

function nthDays(rule: RecurrenceRule, first: number, next: number): number[] {
  const days = new Set<number>();
  for (const entry of rule.byDay) {
    const matching: number[] = [];
    for (let day = first; day < next; day += dayMs) {
      if (new Date(day).getUTCDay() === entry.day) matching.push(day);
    }
    const chosen = entry.nth === 0 ? matching : [matching.at(entry.nth > 0 ? entry.nth - 1 : entry.nth)];
    for (const day of chosen) if (day !== undefined) days.add(day);
  }
  return [...days].toSorted((a, b) => a - b);
}

function matchesWeekday(rule: RecurrenceRule, day: number): boolean {
  return rule.byDay.length === 0 || rule.byDay.some((entry) => entry.day === new Date(day).getUTCDay());
}

function matchesMonthDay(rule: RecurrenceRule, day: number): boolean {
  if (rule.byMonthDay.length === 0) return true;
  const at = new Date(day);
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  return rule.byMonthDay.some((wanted) => (wanted > 0 ? wanted : last + 1 + wanted) === at.getUTCDate());
}
