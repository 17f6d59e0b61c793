import { RemoteError } from "../http/remote-error.ts";
import { longestBackOffMs } from "../store/work.ts";

const firstMs = 30_000;
const longestMs = 30 * 60_000;

/**
 * When a mailbox, account or target that failed may be tried again: epoch milliseconds. Doubles from
 * 30 seconds to 30 minutes, and never earlier than the service asked for, but for more than an hour.
 *
 * @param failures how often in a row, from 1.
 */
export function backOff(failures: number, error: unknown, now: number): number {
  const wait = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 10));
  const asked = error instanceof RemoteError ? (error.retryAt ?? 0) : 0;
  return Math.min(Math.max(now + wait, asked), now + longestBackOffMs);
}
