import type { Clock } from "../http/clock.ts";
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

type Reading = { readonly now: number; readonly uptime: number };

function readingOf(clock: Clock): Reading {
  return { now: clock.now(), uptime: clock.uptime() };
}

/**
 * The uptime cannot be set, but stands still where a virtual machine was paused, or a suspension is not counted; the
 * clock then jumps. So either is enough, and a jump back as well: asking once too often costs one query.
 */
function mayBeDue(since: Reading, at: Reading): boolean {
  return at.uptime - since.uptime >= renewEveryMs || Math.abs(at.now - since.now) >= renewEveryMs;
}

export interface LeaseGuard {
  /**
   * Call before each write: renews the lease when a third of its time has passed, or may have.
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
  let renewed = readingOf(context.clock);
  const lease = await takeLease(context.db, key, context.holder);
  if (lease === null) return null;
  const lost = new AbortController();
  const guard: LeaseGuard = {
    async check() {
      const asked = readingOf(context.clock);
      if (!mayBeDue(renewed, asked)) return;
      if (!(await keepLease(context.db, lease))) {
        lost.abort();
        throw new LeaseLostError(key);
      }
      // From before the question: the lease lasts no shorter than we believe.
      renewed = asked;
    },
  };
  // A single answer may take longer than the lease lasts. What goes wrong here comes out at the next check.
  const renewal = setInterval(() => void guard.check().catch(() => undefined), renewEveryMs / 2);
  try {
    return await work(guard, AbortSignal.any([signal, lost.signal]));
  } finally {
    clearInterval(renewal);
    // It runs out by itself; what the work came to counts.
    await releaseLease(context.db, lease).catch((error: unknown) =>
      context.log.warn({ err: error, key }, "the lease could not be given back; it runs out in a minute"),
    );
  }
}
