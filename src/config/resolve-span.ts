import type { ResolveContext } from "./resolve-context.ts";
import type { YamlPath } from "./yaml-path.ts";

const msPer = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** Beyond this a limit is a slip of the pen, and dates could overflow. */
const longestMs = 366 * msPer.d;

/** A time span such as `36h`, in milliseconds; undefined after reporting that it is none. */
export function readSpan(context: ResolveContext, path: YamlPath, written: string): number | undefined {
  const ms = parseSpan(written);
  if (ms !== undefined && ms <= longestMs) return ms;
  context.reporter.error(path, "not a time span", {
    found: true,
    allowed: "a number of minutes, hours, days or weeks such as 30m, 36h, 2d or 1w, at most 366d",
  });
  return undefined;
}

/** The same without a report and without a limit. */
export function parseSpan(text: string): number | undefined {
  const match = /^([1-9]\d{0,5})([mhdw])$/.exec(text.trim());
  const unit = match?.[2];
  if (unit !== "m" && unit !== "h" && unit !== "d" && unit !== "w") return undefined;
  return Number(match?.[1]) * msPer[unit];
}

/** Milliseconds as an owner writes them: `90m`, `36h`, `7d`. */
export function formatSpan(ms: number): string {
  const minutes = Math.round(ms / msPer.m);
  if (minutes % 60 !== 0) return `${minutes}m`;
  const hours = minutes / 60;
  return hours % 24 === 0 && hours >= 48 ? `${hours / 24}d` : `${hours}h`;
}
