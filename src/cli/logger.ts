import { type Logger, pino, type StreamEntry } from "pino";
import type { LogConfig } from "../config/config.ts";
import { openLogFile } from "./log-file.ts";

/** Everything that may hold a secret, wherever it stands in a logged object. */
const redacted = [
  "authorization",
  "cookie",
  "set-cookie",
  "password",
  "secret",
  "access_token",
  "client_assertion",
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `headers["${name}"]`]);

/**
 * The process's log: JSON lines on standard error, pretty on a terminal, and a rotated file beside it
 * where the configuration names one.
 */
export function createLogger(config: LogConfig, terminal: boolean, color: boolean): Logger {
  const { level } = config;
  const toError = terminal
    ? pino.transport({
        target: "pino-pretty",
        options: { destination: 2, colorize: color, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss" },
      })
    : pino.transport({ target: "pino/file", options: { destination: 2 } });
  // Whoever read it is gone: no reason to end the work.
  toError.on("error", () => undefined);
  const streams: StreamEntry[] = [{ level: "trace", stream: toError }];
  const { file } = config;
  if (file !== null) {
    const onTrouble = (error: Error): void =>
      logger.error(
        { err: error },
        `the log file ${file} cannot be written; these lines go on here alone, and the file is tried again in a minute`,
      );
    streams.push({ level: "trace", stream: openLogFile(file, onTrouble) });
  }
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: redacted, censor: "[secret]" },
    },
    pino.multistream(streams),
  );
  return logger;
}
