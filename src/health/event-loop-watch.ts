import { Worker } from "node:worker_threads";

/** How often is looked, how many looks in a row may find the event loop where it was, and how long the end may take. */
type WatchPace = {
  readonly lookEveryMs: number;
  readonly looksMax: number;
  /** Then the process is killed. */
  readonly forceAfterMs: number;
};

/** Two minutes: far longer than the longest query of the embedded database. */
const usualPace: WatchPace = { lookEveryMs: 1_000, looksMax: 120, forceAfterMs: 5_000 };

/** What the watching thread is given. `beats` is one counter that rises while the event loop turns. */
export type EventLoopWatchData = {
  readonly beats: SharedArrayBuffer;
  readonly pace: WatchPace;
  readonly exitCode: number;
};

/**
 * Has another thread end this process with `exitCode` when the event loop has stood still for two minutes: then nothing
 * in it works, not even a signal is handled. Only time in which that thread was awake counts, so that a machine that
 * was suspended raises no false alarm. `onFailed` is told when nobody watches any more.
 */
export function watchEventLoop(
  exitCode: number,
  onFailed: (error: unknown) => void,
  pace = usualPace,
): AsyncDisposable {
  const beats = new SharedArrayBuffer(4);
  const counter = new Int32Array(beats);
  const data: EventLoopWatchData = { beats, pace, exitCode };
  const worker = new Worker(new URL("event-loop-thread.ts", import.meta.url), {
    workerData: data,
    // Those of this process need not fit a thread.
    execArgv: [],
  });
  worker.on("error", onFailed);
  worker.unref();
  const beat = setInterval(() => Atomics.add(counter, 0, 1), pace.lookEveryMs);
  beat.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(beat);
      await worker.terminate();
    },
  };
}
