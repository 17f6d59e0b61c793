import type { PGlite } from "@electric-sql/pglite";

/**
 * Calls back when the embedded database has stopped for good: PostgreSQL ends itself where it can no longer write its
 * log (PANIC), and starts again from there. PGlite cannot start again inside this process: whatever is asked of it from
 * then on is never answered, so that only ending the process helps.
 */
export function watchForPanic(pglite: PGlite, onPanic: (error: Error) => void): void {
  const execute = pglite.execProtocolStream.bind(pglite);
  pglite.execProtocolStream = async (...args) => {
    try {
      return await execute(...args);
    } catch (error) {
      if (error instanceof Error && isPanic(error)) onPanic(error);
      throw error;
    }
  };
}

function isPanic(error: Error): boolean {
  return error.name === "RuntimeError" || ("severity" in error && error.severity === "PANIC");
}
