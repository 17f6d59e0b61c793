import { type Logger, pino, type TransportTargetOptions } from "pino";
import type { LogConfig } from "../config/config.ts";

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
  const targets: TransportTargetOptions[] = [
    terminal
      ? {
          target: "pino-pretty",
          level,
          options: { destination: 2, colorize: color, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss" },
        }
      : { target: "pino/file", level, options: { destination: 2 } },
  ];
  if (config.file !== null) {
    targets.push({
      target: "pino-roll",
      level,
      options: { file: config.file, frequency: "daily", size: "50m", limit: { count: 14 }, mkdir: true },
    });
  }
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: redacted, censor: "[secret]" },
    },
    pino.transport({ targets }),
  );
}
