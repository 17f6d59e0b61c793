import type { GuardLimits } from "./config.ts";
import { defaults } from "./defaults.ts";
import type { ConfigDraft } from "./draft.ts";
import type { ResolveContext } from "./resolve-context.ts";
import type { YamlPath } from "./yaml-path.ts";

const usual: GuardLimits = {
  removals: defaults.guard.removals,
  removalShare: parseShare(defaults.guard.removal_share) ?? 0,
  emptying: defaults.guard.emptying,
  rewrites: defaults.guard.rewrites,
  rewriteShare: parseShare(defaults.guard.rewrite_share) ?? 0,
};

/** The limits that stand at `path`, filled up with those that hold otherwise. */
export function resolveGuard(
  context: ResolveContext,
  path: YamlPath,
  draft: ConfigDraft["guard"],
  otherwise: GuardLimits = usual,
): GuardLimits {
  const share = (key: "removal_share" | "rewrite_share", fallback: number): number => {
    const written = draft?.[key];
    if (written === undefined) return fallback;
    const value = parseShare(written);
    if (value === undefined) {
      context.reporter.error([...path, key], "not a percentage", {
        found: true,
        allowed: "0% to 100%, such as 10%",
      });
    }
    return value ?? fallback;
  };
  return {
    removals: draft?.removals ?? otherwise.removals,
    removalShare: share("removal_share", otherwise.removalShare),
    emptying: draft?.emptying ?? otherwise.emptying,
    rewrites: draft?.rewrites ?? otherwise.rewrites,
    rewriteShare: share("rewrite_share", otherwise.rewriteShare),
  };
}

function parseShare(text: string): number | undefined {
  const match = /^(\d{1,3}(?:\.\d{1,3})?)\s*%$/.exec(text.trim());
  const percent = Number(match?.[1] ?? Number.NaN);
  return percent >= 0 && percent <= 100 ? percent / 100 : undefined;
}
