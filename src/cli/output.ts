import type { Progress } from "../reconcile/context.ts";

/** Where a command writes: a terminal, a pipe, or a client on the other end of the daemon's socket. */
export interface Output {
  /** Whether the answer is wanted as one JSON value. */
  readonly json: boolean;
  /** A line for a person; nothing where JSON is wanted. */
  print(line: string): void;
  /** The answer as JSON; nothing where text is wanted. */
  result(value: unknown): void;
  readonly progress: Progress;
}
