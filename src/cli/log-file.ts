import { type DestinationStream, pino } from "pino";

const retryAfterMs = 60_000;

/**
 * The rotated log file. What goes wrong with it (a full disk, a folder that is gone) must not stop the work that it
 * tells of: lines are left out, and a minute later it is tried again.
 *
 * @param onTrouble told once each time that the file stops taking lines.
 */
export function openLogFile(path: string, onTrouble: (error: Error) => void): DestinationStream {
  let current: ReturnType<typeof pino.transport> | null = null;
  let retryAt = 0;
  const open = (): ReturnType<typeof pino.transport> => {
    const options = { file: path, frequency: "daily", size: "50m", limit: { count: 14 }, mkdir: true };
    const opened = pino.transport({ target: "pino-roll", options });
    opened.on("error", (error: Error) => giveUp(error));
    return opened;
  };
  const giveUp = (error: Error): void => {
    if (current === null) return;
    current = null;
    retryAt = performance.now() + retryAfterMs;
    onTrouble(error);
  };
  return {
    write(line) {
      if (current === null && performance.now() < retryAt) return;
      current ??= open();
      try {
        current.write(line);
      } catch (error) {
        giveUp(error instanceof Error ? error : new Error(String(error)));
      }
    },
  };
}
