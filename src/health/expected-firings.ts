import { CronExpressionParser } from "cron-parser";

/** How often a schedule fires after `from` and up to `until` (epoch milliseconds); at most `countMax`. */
export function expectedFirings(
  schedule: { readonly cron: string; readonly timezone: string },
  from: number,
  until: number,
  countMax: number,
): number {
  const { cron, timezone } = schedule;
  const firings = CronExpressionParser.parse(cron, { tz: timezone, currentDate: new Date(from) });
  let count = 0;
  while (count < countMax && firings.next().getTime() <= until) count += 1;
  return count;
}
