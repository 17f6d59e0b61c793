import { setImmediate, setTimeout } from "node:timers/promises";

/** Waits; with 0 for one turn of the event loop, so that requests that came together overlap. */
export async function pause(ms: number): Promise<void> {
  if (ms > 0) await setTimeout(ms);
  else await setImmediate();
}
