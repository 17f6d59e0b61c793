import type { TargetConfig } from "./config.ts";
import type { ConfigDraft } from "./draft.ts";
import type { ResolveContext } from "./resolve-context.ts";

/** The target calendars, in the order of the file. */
export function resolveTargets(context: ResolveContext, draft: ConfigDraft["calendars"]): TargetConfig[] {
  if (draft === undefined) return [];
  const { reporter } = context;
  return Object.entries(draft).flatMap(([id, target]) => {
    const color = target?.color ?? null;
    if (color !== null && !/^#[0-9A-Fa-f]{6}$/.test(color)) {
      reporter.error(["calendars", id, "color"], "not a colour", {
        found: true,
        allowed: 'six hexadecimal digits in quotes, such as "#2563EB"',
      });
    }
    return target?.name === undefined ? [] : [{ id, name: target.name, color, was: target.was ?? null }];
  });
}
