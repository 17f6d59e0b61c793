import { type Clock, systemClock } from "./clock.ts";
import { RemoteError } from "./remote-error.ts";

/** How long a read may be repeated. When any of the bounds is reached the last error is thrown as it is. */
export type RetryPolicy = {
  /** Tries in all, the first included. */
  readonly attempts: number;
  readonly baseDelayMs: number;
  /** Cap on one back-off (not on a wait that the server asked for). */
  readonly maxDelayMs: number;
  /** Cap on the sum of all waits; a server that asks for more ends the budget at once. */
  readonly maxTotalWaitMs: number;
};

export type RetryContext = {
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** In [0, 1). */
  readonly random?: () => number;
};

/** A small budget for reads. */
export const readRetryPolicy: RetryPolicy = {
  attempts: 4,
  baseDelayMs: 500,
  maxDelayMs: 15_000,
  maxTotalWaitMs: 60_000,
};

/**
 * Runs an operation that is safe to repeat, and repeats it after RemoteError `transient` and `throttled`: exponential
 * back-off with full jitter, never before `retryAt`, within the policy's budget. Other errors pass through at once.
 *
 * @throws the last error, unchanged; RemoteError `aborted` when the signal fires while waiting.
 */
export async function withRetry<T>(
  operation: (attempt: number) => Promise<T>,
  policy: RetryPolicy,
  { signal, clock = systemClock, random = Math.random }: RetryContext,
): Promise<T> {
  let waited = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation(attempt);
    } catch (error) {
      if (!isPassing(error) || attempt >= policy.attempts) throw error;
      const ceiling = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
      const asked = error.retryAt === undefined ? 0 : error.retryAt - clock.now();
      const wait = Math.max(asked, random() * ceiling);
      waited += wait;
      if (waited > policy.maxTotalWaitMs) throw error;
      await clock.sleep(wait, signal);
    }
  }
}

function isPassing(error: unknown): error is RemoteError {
  return error instanceof RemoteError && (error.kind === "transient" || error.kind === "throttled");
}
