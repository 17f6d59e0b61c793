import type { Application } from "./application.ts";
import { adoptCommand } from "./adopt.ts";
import { auditCommand } from "./audit.ts";
import { type Command, UsageError } from "./command.ts";
import type { ExitCode } from "./exit-code.ts";
import { historyCommand } from "./history.ts";
import { holdCommand } from "./hold.ts";
import type { Output } from "./output.ts";
import { planCommand } from "./plan.ts";
import { purgeCommand } from "./purge.ts";
import type { SocketRequest } from "./socket-protocol.ts";
import { statusCommand } from "./status.ts";
import { syncCommand } from "./sync.ts";
import { undoCommand } from "./undo.ts";

/** The commands that need the store: they run here, or in the daemon that holds it. */
const commands: Readonly<Record<string, Command>> = {
  plan: planCommand,
  sync: syncCommand,
  status: statusCommand,
  hold: holdCommand,
  audit: auditCommand,
  adopt: adoptCommand,
  purge: purgeCommand,
  history: historyCommand,
  undo: undoCommand,
};

/** Runs one of the commands on an open application. */
export async function runCommand(
  application: Application,
  request: SocketRequest,
  output: Output,
  signal: AbortSignal,
  insideDaemon: boolean,
): Promise<ExitCode> {
  const command = commands[request.command];
  if (command === undefined) throw new UsageError(`There is no command ${JSON.stringify(request.command)}.`);
  const { context, dryRun, borrow } = application.connections;
  // An edit of the configuration does not close them meanwhile.
  using loans = new DisposableStack();
  loans.use(borrow());
  const session = {
    config: application.config,
    context: { ...context, progress: output.progress },
    dryRun: { ...dryRun, progress: output.progress },
    output,
    signal,
    daemon: application.store.engine.kind === "pglite" ? insideDaemon : null,
  };
  return command(session, request.args, request.options);
}
