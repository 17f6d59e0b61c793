import { loadConfig } from "../config/load.ts";
import type { Environment } from "../config/environment.ts";
import { formatProblems } from "../config/format-problems.ts";
import { counted } from "./counted.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";

/** `kalends check`: reads the configuration and everything it names, and says all that is wrong with it. */
export async function checkCommand(environment: Environment, output: Output): Promise<ExitCode> {
  const { configPath, variables } = environment;
  const loaded = await loadConfig(configPath, variables);
  if (loaded.kind === "invalid") {
    output.print(formatProblems(loaded.problems, configPath));
    const errors = loaded.problems.filter((problem) => problem.severity === "error").length;
    output.print(`${counted(errors, "error")}: mend the lines above and check again.`);
    output.result({ valid: false, problems: loaded.problems });
    return exitCode.config;
  }
  const { config, warnings } = loaded;
  if (warnings.length > 0) output.print(formatProblems(warnings, configPath));
  for (const source of config.sources) {
    const what =
      source.kind === "graph"
        ? `${mailboxes(source.mailboxes.length)}, ${source.cloud.graph.host}`
        : source.url.host;
    output.print(
      `${source.id}: ${source.kind}, ${what} → ${source.target}${source.enabled ? "" : " (switched off)"}`,
    );
  }
  output.print(
    `${configPath} is fine. Next: \`kalends plan\` shows what would be written, \`kalends run\` starts the daemon.`,
  );
  output.result({
    valid: true,
    problems: warnings,
    sources: config.sources.map(({ id, kind, target, enabled }) => ({ id, kind, target, enabled })),
  });
  return exitCode.ok;
}

function mailboxes(count: number): string {
  return count === 1 ? "1 mailbox" : `${count} mailboxes`;
}
