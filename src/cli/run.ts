import type { Logger } from "pino";
import { formatProblems } from "../config/format-problems.ts";
import { watchConfig } from "../config/watch.ts";
import { systemClock } from "../http/clock.ts";
import { watchEventLoop } from "../health/event-loop-watch.ts";
import { startHealthLoop } from "../schedule/health-loop.ts";
import { createJobQueue } from "../schedule/job-queue.ts";
import { type DaemonState, startDaemon } from "../schedule/daemon.ts";
import type { Application } from "./application.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { runCommand } from "./commands.ts";
import { serveCommands } from "./socket-server.ts";
import { takeOverEdits } from "./take-over.ts";

/** How long a daemon that stands still may try to end in good order. */
const lastChanceMs = 15_000;

/**
 * `kalends run`: the daemon. Ends on the signal, within ten seconds, with everything in hand recorded; or by itself
 * when it stands still.
 */
export async function runDaemon(application: Application, signal: AbortSignal): Promise<ExitCode> {
  const { log, environment } = application;
  await using stack = new AsyncDisposableStack();
  const unwatched = (error: unknown): void => log.error({ err: error }, "nobody watches the event loop");
  stack.use(watchEventLoop(exitCode.stalled, unwatched));
  const queue = stack.use(await createJobQueue(application.store.engine, log));
  const daemon = await startDaemon(queue, stateOf(application), Math.random);

  const edits = stack.use(
    takeOverEdits(
      async (config) => {
        await application.reconfigure(config);
        await daemon.configure(stateOf(application));
      },
      { log, clock: systemClock, signal },
    ),
  );
  const watcher = stack.use(
    watchConfig(
      environment.configPath,
      environment.variables,
      {
        onValid(config, warnings) {
          log.info({ warnings: warnings.length }, "the configuration has changed and is taken over");
          edits.take(config);
        },
        onInvalid(problems) {
          log.error(
            `the configuration has mistakes; going on with the last good one\n${formatProblems(problems, environment.configPath)}`,
          );
        },
        onFailed(error) {
          log.warn(
            { err: error },
            "edits of the configuration are no longer noticed; send SIGHUP after an edit",
          );
        },
      },
      { since: application.configFiles },
    ),
  );
  const onHangup = (): void => {
    watcher.reload().catch((error: unknown) => log.error({ err: error }, "reload failed"));
  };
  process.on("SIGHUP", onHangup);
  stack.defer(() => void process.off("SIGHUP", onHangup));

  // On PostgreSQL every command opens the database itself.
  if (application.store.engine.kind === "pglite") {
    stack.use(
      await serveCommands(environment.dataPath, (request, output, gone) =>
        runCommand(application, request, output, AbortSignal.any([gone, signal]), true),
      ),
    );
  }
  const health = stack.use(
    startHealthLoop({
      databaseIsEmbedded: application.store.engine.kind === "pglite",
      queue,
      jobs: daemon.jobs,
      current: () => ({ context: application.connections.context, config: application.config }),
    }),
  );
  log.info(describeStart(application), "kalends is running");
  const stalled = await Promise.race([until(signal), health.stalled]);
  if (stalled === undefined) {
    log.info("stopping");
    return exitCode.ok;
  }
  log.fatal(`${stalled} This process ends itself, and has to be started again.`);
  setTimeout(() => process.exit(exitCode.stalled), lastChanceMs).unref();
  return exitCode.stalled;
}

function stateOf({ connections: { context, borrow }, config: { schedule } }: Application): DaemonState {
  return { context, borrow, cron: schedule.pull, auditCron: schedule.audit };
}

function describeStart({ connections, config, store }: Application): Parameters<Logger["info"]>[0] {
  const accounts = connections.context.accounts.length;
  return {
    accounts,
    targets: config.targets.length,
    schedule: config.schedule.pull,
    database: store.engine.kind,
  };
}

function until(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
