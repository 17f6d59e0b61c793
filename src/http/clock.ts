import { uptime } from "node:os";
import { RemoteError } from "./remote-error.ts";

/** The clock port: everything that waits or compares with now takes one, so that tests need not wait. */
export type Clock = {
  /** Epoch milliseconds. May jump either way when the machine's clock is set. */
  now(): number;
  /**
   * Milliseconds that never go back: since the machine started, the time that it was suspended included where the
   * system counts it. For spans inside one process; says nothing to another.
   */
  uptime(): number;
  /** Resolves after `ms`; throws RemoteError `aborted` as soon as the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now(), uptime: () => uptime() * 1000, sleep };

/** Beyond this setTimeout fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/** By the clock that the timers go by, which nobody can set. */
async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  const until = performance.now() + ms;
  do {
    await oneTimer(Math.min(Math.max(0, until - performance.now()), longestTimerMs), signal);
  } while (performance.now() < until);
}

function oneTimer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new RemoteError("aborted", "waiting was cancelled", { cause: signal?.reason }));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
