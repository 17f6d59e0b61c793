/** One thing that is wrong (or doubtful) in the configuration file. Holds no secret: see reporter.ts. */
export type Problem = {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** `sources[1].cloud`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong and, where it is not obvious, what to do. */
  readonly message: string;
  /** What stands there, as it is written in the file. */
  readonly found?: string;
  /** What may stand there. */
  readonly allowed?: string;
  /** The nearest allowed word. */
  readonly suggestion?: string;
  readonly severity: "error" | "warning";
};
