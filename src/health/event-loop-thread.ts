import { writeSync } from "node:fs";
import { Session } from "node:inspector";
import { workerData } from "node:worker_threads";
import type { EventLoopWatchData } from "./event-loop-watch.ts";
import { lookAgain, type Standstill } from "./standstill.ts";

// The thread of watchEventLoop: looks now and then whether the counter has moved.

const { beats, pace, exitCode }: EventLoopWatchData = workerData;
const { lookEveryMs, looksMax, forceAfterMs } = pace;
const counter = new Int32Array(beats);
let standstill: Standstill = { beats: Atomics.load(counter, 0), looks: 0 };

const looks = setInterval(() => {
  standstill = lookAgain(standstill, Atomics.load(counter, 0));
  if (standstill.looks < looksMax) return;
  clearInterval(looks);
  endProcess();
}, lookEveryMs);

function endProcess(): void {
  const seconds = (looksMax * lookEveryMs) / 1000;
  const msg = `The event loop has stood still for ${seconds} seconds: this process ends itself, and has to be started again.`;
  const time = new Date().toISOString();
  writeSync(2, `${JSON.stringify({ level: 60, time, msg })}\n`);
  // An exit of this thread would end nothing else; the inspector reaches into a loop that does not end.
  const session = new Session();
  session.connectToMainThread();
  session.post("Runtime.evaluate", { expression: `process.exit(${exitCode})` });
  // Where the main thread is not in JavaScript at all.
  setTimeout(() => process.kill(process.pid, "SIGKILL"), forceAfterMs);
}
