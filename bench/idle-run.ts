import { sync } from "../src/reconcile/sync.ts";
import { startHouseholdProcess } from "./household-process.ts";
import { startKalends } from "./kalends-in-process.ts";

const runs = 15;
/** Few series: they say nothing about an idle run, and expanding them keeps the simulator busy for minutes. */
const seriesShare = 0.03;

/** An idle run over 200 and over 20,000 events: it must cost what changed, not what exists. */
export async function idleRun(): Promise<void> {
  const small = await medianIdleMs(67);
  const large = await medianIdleMs(6667);
  console.log(
    `idle run: ${small.toFixed(1)} ms over 200 events, ${large.toFixed(1)} ms over 20,000; ratio ${(large / small).toFixed(2)} (aim: 1.3 or less)`,
  );
}

async function medianIdleMs(eventsPerSource: number): Promise<number> {
  await using household = await startHouseholdProcess(eventsPerSource, seriesShare);
  await using kalends = await startKalends(household);
  const signal = new AbortController().signal;
  await sync(kalends.context, null, signal);
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    await sync(kalends.context, null, signal);
    times.push(performance.now() - start);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN;
}
