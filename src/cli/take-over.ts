import type { Logger } from "pino";
import type { Config } from "../config/config.ts";
import type { Clock } from "../http/clock.ts";

/** Takes edits of the configuration over, one after the other. */
export type TakeOver = AsyncDisposable & {
  /** The newest edit; an older one that is still waiting is dropped. */
  take(config: Config): void;
};

const pauseMs = 30_000;

/** An edit that cannot be taken over is tried again until that succeeds or a newer one comes. */
export function takeOverEdits(
  apply: (config: Config) => Promise<void>,
  parts: { readonly log: Logger; readonly clock: Clock; readonly signal: AbortSignal },
): TakeOver {
  let waiting: Config | null = null;
  let running: Promise<void> | null = null;

  const run = async (): Promise<void> => {
    for (;;) {
      const config = waiting;
      if (config === null || parts.signal.aborted) return;
      try {
        await apply(config);
        if (waiting === config) waiting = null;
      } catch (error) {
        parts.log.error({ err: error }, "the new configuration could not be taken over; trying again");
        await parts.clock.sleep(pauseMs, parts.signal).catch(() => undefined);
      }
    }
  };

  const start = (): void => {
    running ??= run().finally(() => {
      running = null;
      // An edit that came just as the last one was through.
      if (waiting !== null && !parts.signal.aborted) start();
    });
  };

  return {
    take(config) {
      waiting = config;
      start();
    },
    async [Symbol.asyncDispose]() {
      await running;
    },
  };
}
