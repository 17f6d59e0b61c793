import type { ConfiguredTarget, Context } from "../reconcile/context.ts";
import type { Config } from "../config/config.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";

/** What a command works with: the open store behind a context, wherever it runs. */
export type Session = {
  readonly config: Config;
  readonly context: Context;
  /** The same, with a sink that reads and drops every write. */
  readonly dryRun: Context;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Whether a daemon holds the data folder; null on PostgreSQL, where any number of processes may be at work. */
  readonly daemon: boolean | null;
};

/** Options as strings, as they travel over the daemon's socket. */
export type Options = Readonly<Record<string, string | boolean>>;

/** A command that needs the store. Returns the exit code; throws for what nobody expected. */
export type Command = (session: Session, args: readonly string[], options: Options) => Promise<ExitCode>;

/** A mistake on the command line: printed without a stack. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws UsageError when the configuration has no such source. */
export function requireSource(config: Config, id: string): string {
  if (config.sources.some((source) => source.id === id)) return id;
  const known = config.sources.map((source) => source.id).join(", ");
  throw new UsageError(`There is no source ${JSON.stringify(id)}. The configuration has: ${known}.`);
}

/** @throws UsageError when the configuration has no such target. */
export function requireTarget(context: Context, id: string): ConfiguredTarget {
  const target = context.targets.find((candidate) => candidate.id === id);
  if (target !== undefined) return target;
  const known = context.targets.map((candidate) => candidate.id).join(", ");
  throw new UsageError(`There is no target ${JSON.stringify(id)}. The configuration has: ${known}.`);
}
