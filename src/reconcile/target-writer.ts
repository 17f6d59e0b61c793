import type { ReconcileResult } from "./reconcile.ts";

/** Keeps one target up to date while its sources are being read. */
export type TargetWriter = {
  readonly targetId: string;
  /** What all its passes did together; the outcome is the last one's. */
  readonly result: Promise<ReconcileResult>;
  /** Something was staged: it may be looked at already. */
  notice(): void;
  /** Nothing more will be staged: one more look, and the end. */
  finish(): void;
};

/** Starts waiting for notices. A pass that could not do its work is not repeated before the end. */
export function startWriter(targetId: string, reconcile: () => Promise<ReconcileResult>): TargetWriter {
  let noticed = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  let isFinished = false;

  const run = async (): Promise<ReconcileResult> => {
    let total: ReconcileResult | undefined;
    for (;;) {
      await Promise.race([noticed.promise, finished.promise]);
      noticed = Promise.withResolvers<void>();
      const isLast = isFinished;
      const result = await reconcile();
      total = total === undefined ? result : together(total, result);
      if (isLast) return total;
      if (result.outcome !== "complete" && result.outcome !== "idle") await finished.promise;
    }
  };
  const result = run();
  // Whoever waits for the result hears of it; if reading fails first, nobody does.
  result.catch(() => undefined);
  return {
    targetId,
    result,
    notice: () => noticed.resolve(),
    finish: () => {
      isFinished = true;
      finished.resolve();
    },
  };
}

/** What two passes over a target did; the outcome is the last one's. */
export function together(before: ReconcileResult, last: ReconcileResult): ReconcileResult {
  const didSomething = before.outcome !== "idle" && last.outcome === "idle";
  return {
    run: last.run ?? before.run,
    outcome: didSomething ? before.outcome : last.outcome,
    counts: {
      created: before.counts.created + last.counts.created,
      updated: before.counts.updated + last.counts.updated,
      removed: before.counts.removed + last.counts.removed,
      adopted: before.counts.adopted + last.counts.adopted,
      refused: before.counts.refused + last.counts.refused,
      postponed: last.counts.postponed,
    },
    translated: before.translated + last.translated,
    holds: last.holds,
    errors: last.errors,
    warnings: [...new Set([...before.warnings, ...last.warnings])],
  };
}
