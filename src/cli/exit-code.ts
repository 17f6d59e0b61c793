/** What a command's exit code says; documented in docs/cli.md. */
export const exitCode = {
  ok: 0,
  /** Something failed that is not expected to heal by itself. */
  failed: 1,
  /** The command line was wrong. */
  usage: 2,
  /** Part of the work is left; it is tried again by itself. */
  incomplete: 3,
  /** Something waits for a person: a hold, a foreign target. */
  held: 4,
  /** Another process is at work on the same data. */
  busy: 5,
  /** The daemon stood still and ended itself, to be started again (sysexits EX_SOFTWARE). */
  stalled: 70,
  /** The configuration cannot be used (sysexits EX_CONFIG). */
  config: 78,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
