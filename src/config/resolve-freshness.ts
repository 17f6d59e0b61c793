import type { Config, FreshnessConfig } from "./config.ts";
import { defaults } from "./defaults.ts";
import type { ConfigDraft } from "./draft.ts";
import { longestGapMs } from "./longest-gap.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { formatSpan, parseSpan, readSpan } from "./resolve-span.ts";
import type { YamlPath } from "./yaml-path.ts";
import { formatPath } from "./yaml-path.ts";

/** The limits of freshness that hold where a source has none of its own. */
export function resolveFreshness(context: ResolveContext, draft: ConfigDraft["freshness"]): FreshnessConfig {
  const read = (key: keyof typeof defaults.freshness): number => {
    const written = draft?.[key];
    const value = written === undefined ? undefined : readSpan(context, ["freshness", key], written);
    return value ?? parseSpan(defaults.freshness[key]) ?? 0;
  };
  return { pullMs: read("pull"), auditMs: read("audit") };
}

const hourMs = 3_600_000;

function ownLimit(order: number): YamlPath {
  return ["sources", order, "fresh_within"];
}

/** Warns of limits that the schedule itself breaks: what they watch would be stale again and again. */
export function checkFreshness(context: ResolveContext, config: Config): void {
  const { reporter } = context;
  const check = (schedule: "pull" | "audit", limit: YamlPath, limitMs: number): void => {
    const gapMs = longestGapMs(config.schedule[schedule], context.now);
    if (gapMs === null || gapMs <= limitMs) return;
    const gap = formatSpan(gapMs > 3 * hourMs ? Math.ceil(gapMs / hourMs) * hourMs : gapMs);
    const path = [limit, ["schedule", schedule]].find((candidate) => reporter.has(candidate)) ?? limit;
    reporter.warning(
      path,
      `schedule.${schedule} pauses for up to ${gap}, longer than the ${formatSpan(limitMs)} of ${formatPath(limit)}: it would be stale without being at fault`,
      { allowed: `a limit above ${gap}, or a schedule that fires more often` },
    );
  };
  check("audit", ["freshness", "audit"], config.freshness.auditMs);
  const inUse = config.sources.filter(({ enabled }) => enabled);
  if (inUse.some(({ order }) => !reporter.has(ownLimit(order))))
    check("pull", ["freshness", "pull"], config.freshness.pullMs);
  for (const { order, freshWithinMs } of inUse)
    if (reporter.has(ownLimit(order))) check("pull", ownLimit(order), freshWithinMs);
}
