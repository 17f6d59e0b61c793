import { writeSync } from "node:fs";
import { Session } from "node:inspector";
import { workerData } from "node:worker_threads";
import type { EventLoopWatchData } from "./event-loop-watch.ts";

// The thread of watchEventLoop: looks each second whether the counter has moved.

const { beats, blockedSecondsMax, exitCode }: EventLoopWatchData = workerData;
const counter = new Int32Array(beats);
let seen = Atomics.load(counter, 0);
let blockedSeconds = 0;

const looks = setInterval(() => {
  const now = Atomics.load(counter, 0);
  blockedSeconds = now === seen ? blockedSeconds + 1 : 0;
  seen = now;
  if (blockedSeconds < blockedSecondsMax) return;
  clearInterval(looks);
  endProcess();
}, 1_000);

function endProcess(): void {
  const msg = `The event loop has stood still for ${blockedSeconds} seconds: this process ends itself, and has to be started again.`;
  const time = new Date().toISOString();
  writeSync(2, `${JSON.stringify({ level: 60, time, msg })}\n`);
  // An exit of this thread would end nothing else; the inspector reaches into a loop that does not end.
  const session = new Session();
  session.connectToMainThread();
  session.post("Runtime.evaluate", { expression: `process.exit(${exitCode})` });
  // Where the main thread is not in JavaScript at all.
  setTimeout(() => process.kill(process.pid, "SIGKILL"), 5_000);
}
