/** Limits of a source that tests of other things need not name. */
export const usualLimits = {
  guard: { removals: 10, removalShare: 0.1, emptying: 5, rewrites: 10, rewriteShare: 0.5 },
  freshWithinMs: 3_600_000,
};
