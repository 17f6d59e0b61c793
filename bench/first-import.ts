import { sync } from "../src/reconcile/sync.ts";
import type { TargetCollection } from "../src/sink/sink.ts";
import { startHouseholdProcess } from "./household-process.ts";
import { startKalends } from "./kalends-in-process.ts";

const eventsPerSource = 667;
/** What one PUT takes a Baikal on SQLite beside the network; 10 to 14 ms were measured on a real one. */
const writeDelayMs = 10;

/**
 * A first import of 2,000 events against the rate at which the same target takes PUTs from one writer,
 * in the same run. Both go through the same sink, over TLS, to the same simulated Baikal.
 */
export async function firstImport(): Promise<void> {
  await using household = await startHouseholdProcess(eventsPerSource);
  await using kalends = await startKalends(household);
  await setSwitches(household.baikalControl, { writeDelayMs });
  const { context } = kalends;
  const signal = new AbortController().signal;

  const importStart = performance.now();
  const result = await sync(context, null, signal);
  const importMs = performance.now() - importStart;
  const created = result.targets.reduce((total, target) => total + target.counts.created, 0);

  const bodies = await bodiesOf(await context.sink.openTarget(spec("all"), null, signal), signal);
  const raw = await context.sink.openTarget(spec("raw"), null, signal);
  const rawStart = performance.now();
  for (let index = 0; index < created; index += 1) {
    await raw.create(`raw-${index}.ics`, bodies[index % bodies.length] ?? "", signal);
  }
  const rawMs = performance.now() - rawStart;
  const rate = (ms: number): string => (created / (ms / 1000)).toFixed(1);
  console.log(
    `first import: ${created} events, ${rate(importMs)}/s; raw PUTs of one writer: ${rate(rawMs)}/s; ratio ${(rawMs / importMs).toFixed(2)} (aim: 0.9 or better)`,
  );
}

async function bodiesOf(collection: TargetCollection, signal: AbortSignal): Promise<string[]> {
  const names = [...(await collection.list(signal)).keys()];
  const bodies: string[] = [];
  for await (const batch of collection.read(names, signal)) bodies.push(...batch.map((object) => object.ics));
  return bodies;
}

function spec(id: string): { id: string; name: string; color: null; writable: boolean } {
  return { id, name: id === "all" ? "All Events" : id, color: null, writable: false };
}

async function setSwitches(control: string, switches: Readonly<Record<string, unknown>>): Promise<void> {
  const response = await fetch(control, {
    method: "POST",
    body: JSON.stringify({ method: "setSwitches", arguments: [switches] }),
  });
  if (!response.ok)
    throw new Error(`The simulator's control API answered ${response.status}: ${await response.text()}`);
}
