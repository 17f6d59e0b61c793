import { dayMs } from "./date-value.ts";

/** Onsets of one year after the other that one RRULE gives. `rule` has no UNTIL. */
export type YearlyRun = { readonly onsets: readonly number[]; readonly rule: string };

/** Fewer than these are no rule: they may fall alike by chance. */
const fewest = 3;

const weekdays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/**
 * Splits wall clocks (milliseconds as if UTC, in order) into runs that follow a yearly rule (month, time of day, and
 * a date or a weekday within seven dates) and those that follow none. The last run is as long as it can be: of all
 * rules, its is the one that may go on.
 */
export function yearlyRuns(walls: readonly number[]): {
  readonly runs: readonly YearlyRun[];
  readonly single: readonly number[];
} {
  const runs: YearlyRun[] = [];
  const single: number[] = [];
  for (let end = walls.length; end > 0; ) {
    const run = lastRun(walls.slice(0, end));
    if (run === null) single.unshift(...walls.slice(end - 1, end));
    else runs.unshift(run);
    end -= run?.onsets.length ?? 1;
  }
  return { runs, single };
}

/** The longest run that ends with the last wall clock; null where that follows no rule. */
function lastRun(walls: readonly number[]): YearlyRun | null {
  let run: YearlyRun | null = null;
  for (let length = 2; length <= walls.length; length++) {
    const onsets = walls.slice(-length);
    const rule = ruleOf(onsets);
    if (rule === null) break;
    run = { onsets, rule };
  }
  return run !== null && run.onsets.length >= fewest ? run : null;
}

/** The RRULE that gives exactly these wall clocks, one a year; null if there is none. */
function ruleOf(walls: readonly number[]): string | null {
  const dates = walls.map((wall) => new Date(wall));
  const [first] = dates;
  if (first === undefined) return null;
  const month = first.getUTCMonth();
  const isYearly = dates.every(
    (date, index) =>
      date.getUTCFullYear() === first.getUTCFullYear() + index &&
      date.getUTCMonth() === month &&
      date.getTime() % dayMs === first.getTime() % dayMs,
  );
  if (!isYearly) return null;
  const days = dates.map((date) => date.getUTCDate());
  const [weekday, ...others] = new Set(dates.map((date) => weekdays[date.getUTCDay()] ?? ""));
  const onWeekday = weekday === undefined || others.length > 0 ? null : weekdayRule(weekday, days, dates);
  const onDate = new Set(days).size === 1 ? `BYMONTHDAY=${days[0]}` : null;
  const by = onWeekday ?? onDate;
  return by === null ? null : `FREQ=YEARLY;BYMONTH=${month + 1};${by}`;
}

function weekdayRule(weekday: string, days: readonly number[], dates: readonly Date[]): string | null {
  const earliest = Math.min(...days);
  const latest = Math.max(...days);
  if (latest - earliest > 6) return null;
  if (dates.every(isInLastWeek)) return `BYDAY=-1${weekday}`;
  const nth = [1, 2, 3, 4].find((week) => earliest > (week - 1) * 7 && latest <= week * 7);
  if (nth !== undefined) return `BYDAY=${nth}${weekday}`;
  const from = Math.max(1, latest - 6);
  const week = [0, 1, 2, 3, 4, 5, 6].map((step) => from + step);
  return `BYDAY=${weekday};BYMONTHDAY=${week.join(",")}`;
}

function isInLastWeek(date: Date): boolean {
  return new Date(date.getTime() + 7 * dayMs).getUTCMonth() !== date.getUTCMonth();
}
