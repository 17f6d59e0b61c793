import { Worker } from "node:worker_threads";

/** How long the event loop may stand still: far longer than the longest query of the embedded database. */
const blockedSecondsMax = 120;
const beatMs = 1_000;

/** What the watching thread is given. `beats` is one counter that rises while the event loop turns. */
export type EventLoopWatchData = {
  readonly beats: SharedArrayBuffer;
  readonly blockedSecondsMax: number;
  readonly exitCode: number;
};

/**
 * Has another thread end this process with `exitCode` when the event loop has stood still for two minutes: then nothing
 * in it works, not even a signal is handled. Only seconds in which that thread was awake count, so that a machine that
 * was suspended raises no false alarm. `onFailed` is told when nobody watches any more.
 */
export function watchEventLoop(
  exitCode: number,
  onFailed: (error: unknown) => void,
  secondsMax = blockedSecondsMax,
): AsyncDisposable {
  const beats = new SharedArrayBuffer(4);
  const counter = new Int32Array(beats);
  const data: EventLoopWatchData = { beats, blockedSecondsMax: secondsMax, exitCode };
  const worker = new Worker(new URL("event-loop-thread.ts", import.meta.url), {
    workerData: data,
    // Those of this process need not fit a thread.
    execArgv: [],
  });
  worker.on("error", onFailed);
  worker.unref();
  const beat = setInterval(() => Atomics.add(counter, 0, 1), beatMs);
  beat.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(beat);
      await worker.terminate();
    },
  };
}
