/** What the trouble is, where an error comes from the database or the disk under it rather than from a query of ours. */
export type DatabaseTrouble = {
  /** Whether it is expected to pass without a person. */
  readonly heals: boolean;
  /** A sentence: what to do, or that nothing needs to be done. */
  readonly remedy: string;
};

/** The PostgreSQL server that `DATABASE_URL` names cannot be reached. The message names it, and says why. */
export class DatabaseUnreachableError extends Error {
  override readonly name = "DatabaseUnreachableError";

  constructor(host: string, port: number, why: Error) {
    // Of several addresses of a host each has its error, and the whole has no message.
    const reasons = why instanceof AggregateError ? why.errors.map(messageOf) : [messageOf(why)];
    super(`The database at ${host}:${port} cannot be reached: ${reasons.join(", ")}.`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const roomRemedy =
  "The disk is full: make room where the data folder (or PostgreSQL) keeps its files. Nothing was lost; the next run goes on.";
const awayRemedy =
  "The database cannot be reached: see that PostgreSQL runs and that DATABASE_URL leads to it. The next run goes on by itself.";
const startRemedy =
  "See that PostgreSQL runs there and that DATABASE_URL leads to it, and start the command again.";
const brokenRemedy =
  "The embedded database has stopped working, most often because of a full or failing disk. Start Kalends again when that is mended; nothing that was written down is lost.";

/** SQLSTATE classes and codes: https://www.postgresql.org/docs/15/errcodes-appendix.html */
const awayStates = /^(?:08...|57P0[1-3]|53300)$/;
const awayCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
]);
const fullCodes = new Set(["53100", "ENOSPC", "EDQUOT"]);

/** Null where the error says nothing of that kind. */
export function databaseTrouble(error: unknown): DatabaseTrouble | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof DatabaseUnreachableError) return { heals: true, remedy: startRemedy };
    const code = "code" in at ? String(at.code) : "";
    if (fullCodes.has(code) || /no space left on device/i.test(at.message))
      return { heals: false, remedy: roomRemedy };
    if (
      awayStates.test(code) ||
      awayCodes.has(code) ||
      /^Connection terminated|^timeout exceeded when trying to connect/.test(at.message)
    )
      return { heals: true, remedy: awayRemedy };
    if (at.message.startsWith("PGlite is clos") || at.name === "RuntimeError")
      return { heals: false, remedy: brokenRemedy };
  }
  return null;
}
