import type { WindowConfig } from "./config.ts";
import { defaults } from "./defaults.ts";
import type { ConfigDraft } from "./draft.ts";
import type { ResolveContext } from "./resolve-context.ts";

// Exchange expands a calendarView over at most 1,825 days.
const daysMax = 1825;

/** The window in days; a rebase interval that is not written is never longer than the future. */
export function resolveWindow(context: ResolveContext, draft: ConfigDraft["window"]): WindowConfig {
  const { reporter } = context;
  const pastDays = readDays(context, "past", draft?.past);
  const futureDays = readDays(context, "future", draft?.future);
  const rebaseWritten = reporter.has(["window", "rebase"]);
  const rebase = readDays(context, "rebase", draft?.rebase);
  const rebaseDays = rebaseWritten ? rebase : Math.min(rebase, futureDays);
  if (rebaseDays > futureDays) {
    reporter.error(["window", "rebase"], "the window would be moved on later than its future ends", {
      found: true,
      allowed: "at most the value of future",
    });
  }
  const days = pastDays + futureDays + rebaseDays;
  if (days > daysMax) {
    const sum = `past + future + rebase is ${pastDays} + ${futureDays} + ${rebaseDays} = ${days} days`;
    reporter.error(["window"], `${sum}, more than Microsoft Graph can answer`, {
      allowed: `at most ${daysMax} days together`,
      atKey: true,
    });
  }
  return { pastDays, futureDays, rebaseDays };
}

const daysPer = { d: 1, w: 7, y: 365 };

function readDays(context: ResolveContext, key: keyof typeof defaults.window, written?: string): number {
  const days = parseDays(written ?? defaults.window[key]);
  if (days !== undefined) return days;
  context.reporter.error(["window", key], "not a duration", {
    found: true,
    allowed: "a number of days, weeks or years such as 90d, 12w or 2y, at least 1d",
  });
  return parseDays(defaults.window[key]) ?? 1;
}

function parseDays(text: string): number | undefined {
  const match = /^([1-9]\d{0,5})([dwy])$/.exec(text.trim());
  const unit = match?.[2];
  if (unit !== "d" && unit !== "w" && unit !== "y") return undefined;
  return Number(match?.[1]) * daysPer[unit];
}
