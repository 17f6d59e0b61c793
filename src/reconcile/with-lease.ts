import { keepLease, leaseSeconds, releaseLease, takeLease } from "../store/leases.ts";
import type { Context } from "./context.ts";

/** The lease was lost: another process may be at work. Nothing more may be written. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";

  constructor(key: string) {
    super(
      `The lease ${key} was lost (this process was paused, or the database was away). The next run goes on.`,
    );
  }
}

const renewEveryMs = (leaseSeconds * 1000) / 3;

export interface LeaseGuard {
  /**
   * Call before each write: renews the lease when a third of its time has passed.
   *
   * @throws LeaseLostError when it is no longer ours.
   */
  check(): Promise<void>;
}

/**
 * Runs `work` while holding a lease, and gives it back. Null when somebody else holds it. The signal
 * given to the work also fires when the lease is lost.
 */
export async function withLease<T>(
  context: Context,
  key: string,
  signal: AbortSignal,
  work: (lease: LeaseGuard, signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const lease = await takeLease(context.db, key, context.holder);
  if (lease === null) return null;
  const lost = new AbortController();
  let renewedAt = context.clock.now();
  const guard: LeaseGuard = {
    async check() {
      if (context.clock.now() - renewedAt < renewEveryMs) return;
      if (!(await keepLease(context.db, lease))) {
        lost.abort();
        throw new LeaseLostError(key);
      }
      renewedAt = context.clock.now();
    },
  };
  // A single answer may take longer than the lease lasts. What goes wrong here comes out at the next check.
  const renewal = setInterval(() => void guard.check().catch(() => undefined), renewEveryMs);
  try {
    return await work(guard, AbortSignal.any([signal, lost.signal]));
  } finally {
    clearInterval(renewal);
    await releaseLease(context.db, lease);
  }
}
