import { dirname, resolve } from "node:path";
import { checkReferences } from "./check-references.ts";
import { checkStructure } from "./check-structure.ts";
import type { Config, SourceConfig } from "./config.ts";
import { defaults } from "./defaults.ts";
import type { ConfigDraft } from "./draft.ts";
import type { FilesSeen } from "./file-reader.ts";
import { createFileReader } from "./file-reader.ts";
import type { Variables } from "./interpolate.ts";
import type { Problem } from "./problem.ts";
import { createReporter } from "./reporter.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { resolveGuard } from "./resolve-guard.ts";
import { resolveJournal } from "./resolve-journal.ts";
import { resolveAlerts } from "./resolve-alerts.ts";
import { checkFreshness, resolveFreshness } from "./resolve-freshness.ts";
import { resolveSchedule } from "./resolve-schedule.ts";
import { resolveSink } from "./resolve-sink.ts";
import { resolveSource } from "./resolve-source.ts";
import { resolveTargets } from "./resolve-targets.ts";
import { resolveTimezone } from "./resolve-timezone.ts";
import { resolveWindow } from "./resolve-window.ts";
import { readYamlTree } from "./yaml-tree.ts";

/** `problems` holds errors and warnings; `files` is what was read, for noticing changes. */
export type LoadResult =
  | {
      readonly kind: "ok";
      readonly config: Config;
      readonly warnings: readonly Problem[];
      readonly files: FilesSeen;
    }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[]; readonly files: FilesSeen };

/**
 * Reads the configuration file and everything it names (secrets, certificates). Finds all mistakes at
 * once, in the order of the file. Never throws for what stands in a file.
 *
 * @param path of the YAML file; relative paths in it start at its folder
 * @param variables what `${NAME}` refers to
 * @param now for dates of certificates and secrets
 */
export async function loadConfig(path: string, variables: Variables, now = new Date()): Promise<LoadResult> {
  const file = resolve(path);
  const files = createFileReader();
  const content = await files.read(file);
  if (content.kind === "failed") {
    const problem: Problem = {
      line: 1,
      column: 1,
      path: "",
      message: `the configuration file ${content.reason}`,
      severity: "error",
    };
    return { kind: "invalid", problems: [problem], files: files.seen() };
  }
  const tree = readYamlTree(content.text, variables);
  const reporter = createReporter(tree);
  const context: ResolveContext = { reporter, files, folder: dirname(file), now };
  const config = tree.unreadable
    ? undefined
    : await resolveConfig(context, checkStructure(tree.value, reporter));
  const problems = reporter.problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  if (config === undefined || problems.some(({ severity }) => severity === "error")) {
    return { kind: "invalid", problems, files: files.seen() };
  }
  return { kind: "ok", config, warnings: problems, files: files.seen() };
}

/** Undefined where something required is missing, which has been reported by then. */
async function resolveConfig(context: ResolveContext, draft: ConfigDraft): Promise<Config | undefined> {
  checkReferences(draft, context.reporter);
  const timezone = resolveTimezone(context, draft.timezone);
  const schedule = resolveSchedule(context, draft.schedule, timezone);
  const window = resolveWindow(context, draft.window);
  const guard = resolveGuard(context, ["guard"], draft.guard);
  const freshness = resolveFreshness(context, draft.freshness);
  const journal = resolveJournal(context, draft.journal);
  const alerts = await resolveAlerts(context, draft.alerts);
  const targets = resolveTargets(context, draft.calendars);
  const sink = await resolveSink(context, draft.sink);
  const sources: SourceConfig[] = [];
  for (const [order, source] of (draft.sources ?? []).entries()) {
    const resolved =
      source && (await resolveSource(context, source, order, { guard, freshWithinMs: freshness.pullMs }));
    if (resolved !== undefined) sources.push(resolved);
  }
  if (sink === undefined) return undefined;
  const file = (written: string | undefined) =>
    written === undefined ? null : resolve(context.folder, written);
  const config: Config = {
    timezone,
    schedule,
    window,
    guard,
    freshness,
    journal,
    alerts,
    sink,
    targets,
    sources,
    installationKeyFile: file(draft.installation_key_file),
    log: { level: draft.log?.level ?? defaults.log.level, file: file(draft.log?.file) },
  };
  checkFreshness(context, config);
  return config;
}
