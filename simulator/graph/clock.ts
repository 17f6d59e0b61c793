/** The simulator's time in epoch milliseconds: a base clock and what tests added to it. */
export type Clock = { now(): number; advance(ms: number): void };

/** A clock on top of another one (the system's by default). */
export function createClock(base: () => number = Date.now): Clock {
  let added = 0;
  return {
    now: () => base() + added,
    advance: (ms) => {
      added += ms;
    },
  };
}
