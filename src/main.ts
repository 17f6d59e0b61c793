import { Command as Program, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { openApplication } from "./cli/application.ts";
import { checkCommand } from "./cli/check.ts";
import type { Options } from "./cli/command.ts";
import { describeError, exitCodeOf } from "./cli/command-error.ts";
import { runCommand } from "./cli/commands.ts";
import { type ExitCode, exitCode } from "./cli/exit-code.ts";
import type { Output } from "./cli/output.ts";
import { runDaemon } from "./cli/run.ts";
import { connectToDaemon, runInDaemon } from "./cli/socket-client.ts";
import { createTerminalOutput } from "./cli/terminal-output.ts";
import { type Environment, readEnvironment } from "./config/environment.ts";
import { formatProblems } from "./config/format-problems.ts";
import { loadConfig } from "./config/load.ts";
import { createLogger } from "./cli/logger.ts";

type GlobalOptions = { readonly config?: string; readonly data?: string; readonly json?: boolean };
type Invocation = { readonly name: string; readonly args: readonly string[]; readonly options: Options };

/** The `kalends` command. Resolves to the exit code; errors are printed here and nowhere else. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  // A reader that has seen enough (`kalends status | head`) does not end the work.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  const program = describeProgram();
  let invocation: Invocation | undefined;
  for (const command of program.commands) {
    command.action((...given: unknown[]) => {
      invocation = { name: command.name(), args: command.args, options: command.opts() };
      void given;
    });
  }
  try {
    program.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitCode.ok;
    // Printed already, as text: on standard error.
    using output = createTerminalOutput(argv.includes("--json"));
    output.result({ error: mistakeOf(error) });
    return exitCode.usage;
  }
  if (invocation === undefined) return exitCode.usage;
  const globals: GlobalOptions = program.opts();
  using output = createTerminalOutput(globals.json === true);
  try {
    return await dispatch(invocation, globals, output);
  } catch (error) {
    return explain(error, output);
  }
}

function mistakeOf({ code, message }: CommanderError): string {
  return code === "commander.help"
    ? "No command was given. `kalends --help` lists them."
    : message.replace(/^error: /, "");
}

const holdForms = `
kalends hold [list]                         what is held, and why
kalends hold show TARGET SOURCE             the events of one hold, and its mark
kalends hold approve TARGET SOURCE [MARK]   lets it pass with the next run
kalends hold reject TARGET SOURCE [MARK]    keeps what stands`;

function describeProgram(): Program {
  const program = new Program("kalends")
    .description("Keeps the calendars of Microsoft 365 mailboxes and CalDAV accounts in one CalDAV server.")
    .version(manifest.version)
    .option("-c, --config <file>", "configuration (default: $KALENDS_CONFIG or config/sources.yaml)")
    .option("-d, --data <folder>", "data folder (default: $KALENDS_DATA or data)")
    .option("--json", "answer with one JSON value on standard output")
    .exitOverride()
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 usage, 3 incomplete (tried again by itself), 4 held for a person, 5 busy, 70 stalled (start it again), 78 configuration.",
    );
  program.command("check").description("read the configuration and say all that is wrong with it");
  program
    .command("plan")
    .description("show what the next reconciliation would do; writes nothing to the target")
    .option("-s, --source <id>", "read only this source before planning")
    .option("-t, --target <id>", "plan only this target")
    .option("--offline", "plan from what is stored, without asking the sources");
  program
    .command("sync")
    .description("read all sources now and bring the targets up to date")
    .option("-s, --source <id>", "only this source");
  program.command("run").description("the daemon: do that on the schedule until stopped");
  program.command("status").description("how fresh everything is, and what is left out and why");
  program
    .command("audit")
    .description("list both ends in full, compare, and say what differs")
    .option("-s, --source <id>", "only this source")
    .option("-t, --target <id>", "only this target")
    .option("--deep", "read every object of the targets, whatever its ETag")
    .option("--repair", "put right what differs");
  program
    .command("hold")
    .description("plans that wait for a person: list them, show one, approve or reject it")
    .argument("[action]", "list, show, approve or reject", "list")
    .argument("[target]", "id of the target")
    .argument("[source]", "id of the source")
    .argument("[mark]", "of the set that was shown: another one is not approved or rejected")
    .addHelpText("after", holdForms);
  program
    .command("adopt")
    .description("take over objects in a target that another program wrote for the same meetings")
    .argument("<target>", "id of the target")
    .option("--yes", "carry it out after showing it");
  program
    .command("purge")
    .description("remove from the targets what was written from one source")
    .requiredOption("-s, --source <id>", "the source; it must not be in use any more")
    .option("--yes", "carry it out after showing it");
  program
    .command("history")
    .description(
      "what was done to an event or by a run, and why; without a name, the last runs that changed something",
    )
    .argument(
      "[event]",
      "part of its title, its object name, UID or id in its source; or the beginning of a run's id",
    )
    .option("--bodies", "show what stood there before and after, as iCalendar")
    .option("--limit <n>", "at most so many entries, the newest (default: 50)");
  program
    .command("undo")
    .description("put back what stood before a run, or before the last change of an event")
    .argument("<run or event>", "as in `kalends history`")
    .option("--yes", "carry it out after showing it");
  for (const command of program.commands) command.exitOverride();
  return program;
}

async function dispatch(invocation: Invocation, globals: GlobalOptions, output: Output): Promise<ExitCode> {
  const read = readEnvironment();
  if (read.kind === "invalid") {
    for (const { message } of read.problems) process.stderr.write(`kalends: ${message}\n`);
    output.result(
      invocation.name === "check" ? { valid: false, problems: read.problems } : { problems: read.problems },
    );
    return exitCode.config;
  }
  const environment: Environment = {
    ...read.environment,
    configPath: globals.config ?? read.environment.configPath,
    dataPath: globals.data ?? read.environment.dataPath,
  };
  if (invocation.name === "check") return checkCommand(environment, output);
  using stop = stopSignal();
  const request = {
    command: invocation.name,
    args: invocation.args,
    options: invocation.options,
    json: output.json,
  };
  if (invocation.name !== "run" && environment.databaseUrl === null) {
    const socket = await connectToDaemon(environment.dataPath);
    if (socket !== null) return runInDaemon(socket, request, output, stop.signal);
  }
  const loaded = await loadConfig(environment.configPath, environment.variables);
  if (loaded.kind === "invalid") {
    process.stderr.write(`${formatProblems(loaded.problems, environment.configPath)}\n`);
    output.result({ problems: loaded.problems });
    return exitCode.config;
  }
  const level = environment.logLevel ?? (invocation.name === "run" ? loaded.config.log.level : "error");
  const log = createLogger({ ...loaded.config.log, level }, process.stderr.isTTY, environment.color);
  if (invocation.name === "run" && loaded.warnings.length > 0)
    log.warn(formatProblems(loaded.warnings, environment.configPath));
  await using application = await openApplication(
    { environment, config: loaded.config, configFiles: loaded.files, log },
    invocation.name,
  );
  if (invocation.name === "run") return await runDaemon(application, stop.signal);
  try {
    return await runCommand(application, request, output, stop.signal, false);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    output.print("Stopped. The next run goes on from here.");
    return exitCode.incomplete;
  }
}

/** Fires on SIGINT and SIGTERM; a second one ends the process at once. */
function stopSignal(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}

function explain(error: unknown, output: Output): ExitCode {
  const message = describeError(error);
  process.stderr.write(`kalends: ${message}\n`);
  output.result({ error: message });
  return exitCodeOf(error);
}
