import { type CronDate, CronExpressionParser } from "cron-parser";

const dayMs = 86_400_000;
/** Firing days that are looked at: with one a week that is more than a year. */
const daysMax = 60;

/**
 * The longest time between two firings of a cron expression of five fields, in milliseconds of the wall
 * clock (a change of the offset makes it an hour more or less); null for one that fires once at most.
 */
export function longestGapMs(expression: string, now: Date): number | null {
  const { fields } = CronExpressionParser.parse(expression);
  const minutes = fields.hour.values.flatMap((hour) =>
    fields.minute.values.map((minute) => hour * 60 + minute),
  );
  const first = minutes[0] ?? 0;
  const last = minutes.at(-1) ?? 0;
  const within = Math.max(0, ...minutes.slice(1).map((minute, index) => minute - (minutes[index] ?? 0)));
  const days = daysBetween(expression.split(" ").slice(2), now);
  return days === null ? null : Math.max(within * 60_000, days * dayMs - (last - first) * 60_000);
}

/** The most days from one day that fires to the next. */
function daysBetween(dayFields: readonly string[], now: Date): number | null {
  if (dayFields.every((field) => field === "*")) return 1;
  // In UTC every day has 24 hours.
  const atNoon = ["0", "12", ...dayFields].join(" ");
  const days = CronExpressionParser.parse(atNoon, { tz: "UTC", currentDate: now });
  let before: CronDate | undefined;
  let longest: number | null = null;
  for (let count = 0; count < daysMax && days.hasNext(); count += 1) {
    const day = days.next();
    if (before !== undefined) longest = Math.max(longest ?? 0, (day.getTime() - before.getTime()) / dayMs);
    before = day;
  }
  return longest;
}
