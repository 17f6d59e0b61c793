import type { ResolveContext } from "./resolve-context.ts";
import type { YamlPath } from "./yaml-path.ts";

const daysPer = { d: 1, w: 7, y: 365 };

/** A duration in whole days, such as `90d`; undefined after reporting that it is none. */
export function readDays(context: ResolveContext, path: YamlPath, written: string): number | undefined {
  const days = parseDays(written);
  if (days !== undefined) return days;
  context.reporter.error(path, "not a duration", {
    found: true,
    allowed: "a number of days, weeks or years such as 90d, 12w or 2y, at least 1d",
  });
  return undefined;
}

/** The same without a report. */
export function parseDays(text: string): number | undefined {
  const match = /^([1-9]\d{0,5})([dwy])$/.exec(text.trim());
  const unit = match?.[2];
  if (unit !== "d" && unit !== "w" && unit !== "y") return undefined;
  return Number(match?.[1]) * daysPer[unit];
}
