import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../src/http/clock.ts";

/** A clock that waiting moves on instead of stopping for: retries and back-off cost a test no time. */
export type TestClock = Clock & {
  /** Lets time pass, in milliseconds. */
  advance(ms: number): void;
  /** Somebody sets the clock: by so many milliseconds, either way. No time passes. */
  set(byMs: number): void;
};

/** A Sunday: three weeks after New York's clocks went back, 15 weeks before they go forward. */
const today = Date.parse("2026-11-22T15:00:00Z");

/** The same day for every run, so that generated events are the same ones. */
export function createTestClock(): TestClock {
  const startedAt = performance.now();
  let ahead = 0;
  let setBy = 0;
  const uptime = (): number => performance.now() - startedAt + ahead;
  return {
    now: () => Math.floor(today + uptime() + setBy),
    uptime,
    advance: (ms) => {
      ahead += ms;
    },
    set: (byMs) => {
      setBy += byMs;
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      ahead += Math.max(0, ms);
      await nextTurn();
    },
  };
}
