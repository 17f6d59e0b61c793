import { RemoteError } from "../http/remote-error.ts";
import { LeaseLostError } from "../reconcile/with-lease.ts";
import { databaseTrouble } from "../store/database-error.ts";
import { FolderLockedError } from "../store/folder-lock.ts";
import { InstallationKeyError } from "../store/installation-key.ts";
import { FolderError } from "../store/make-folder.ts";
import { UsageError } from "./command.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";

/** A command that failed inside the daemon: its message, and the exit code that it would have had here. */
export class CommandFailedError extends Error {
  override readonly name = "CommandFailedError";
  readonly code: ExitCode;

  constructor(message: string, code: ExitCode) {
    super(message);
    this.code = code;
  }
}

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandFailedError) return error.code;
  if (error instanceof UsageError) return exitCode.usage;
  if (error instanceof FolderLockedError) return exitCode.busy;
  if (error instanceof InstallationKeyError || error instanceof FolderError) return exitCode.config;
  if (error instanceof LeaseLostError) return exitCode.incomplete;
  if (error instanceof RemoteError) return error.willRecover ? exitCode.incomplete : exitCode.failed;
  return databaseTrouble(error)?.heals === true ? exitCode.incomplete : exitCode.failed;
}

/** What the user is told of it: what was attempted, why it failed, and what can be done. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof RemoteError) return [error.message, error.remedy ?? ""].join("\n").trimEnd();
  const { cause } = error;
  const message = cause instanceof Error ? `${error.message}\n  because: ${cause.message}` : error.message;
  const trouble = databaseTrouble(error);
  return trouble === null ? message : `${message}\n${trouble.remedy}`;
}
