import type { WindowConfig } from "./config.ts";
import { defaults } from "./defaults.ts";
import type { ConfigDraft } from "./draft.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { parseDays, readDays } from "./resolve-days.ts";

// Exchange expands a calendarView over at most 1,825 days.
const daysMax = 1825;

/** The window in days; a rebase interval that is not written is never longer than the future. */
export function resolveWindow(context: ResolveContext, draft: ConfigDraft["window"]): WindowConfig {
  const { reporter } = context;
  const pastDays = readKey(context, "past", draft?.past);
  const futureDays = readKey(context, "future", draft?.future);
  const rebaseWritten = reporter.has(["window", "rebase"]);
  const rebase = readKey(context, "rebase", draft?.rebase);
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

function readKey(context: ResolveContext, key: keyof typeof defaults.window, written?: string): number {
  const fallback = defaults.window[key];
  return readDays(context, ["window", key], written ?? fallback) ?? parseDays(fallback) ?? 1;
}
