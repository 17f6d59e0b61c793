import type { TargetCollection } from "../../sink/sink.ts";
import {
  keysWithoutSlot,
  type RecordedObject,
  recordedObjects,
  wantedAmong,
} from "../../store/audit-target.ts";
import { keysOfSlots } from "../../store/slots.ts";
import type { Context } from "../context.ts";
import { slotValues } from "../gather/slot-values.ts";
import { compareSink, namesToRead, type SinkCounts, type SinkFinding } from "./compare-sink.ts";
import { readObjects } from "./read-objects.ts";

/** The meeting keys of objects that are not on record under one, by slot, and whether an event wants them. */
export type Leads = ReadonlyMap<string, { readonly key: string; readonly isWanted: boolean }>;

/** How a target and what is on record of it compare. */
export type SinkLook = {
  readonly recorded: readonly RecordedObject[];
  readonly findings: readonly SinkFinding[];
  readonly counts: SinkCounts;
  /** One sentence for each object that cannot be read and is not on record. */
  readonly errors: readonly string[];
};

/** Lists a target in full and holds it against what is on record. @throws RemoteError */
export async function lookAtSink(
  context: Context,
  targetId: string,
  collection: TargetCollection,
  deep: boolean,
  signal: AbortSignal,
): Promise<SinkLook> {
  const listing = await collection.list(signal);
  const recorded = await recordedObjects(context.db, targetId, null);
  const asked = namesToRead(listing, recorded, deep);
  const objects = await readObjects(context, targetId, collection, { names: asked, recorded }, signal);
  // Not one object of all that are there: nothing was looked at.
  if (objects.outage !== null && objects.unread.size >= listing.size) throw objects.outage;
  const { findings, counts } = compareSink({ listing, recorded, asked: new Set(asked), ...objects });
  const names = new Set(recorded.map(({ name }) => name));
  const errors = [...objects.unread].flatMap(([name, reason]) =>
    names.has(name) ? [] : [`${name} in target ${targetId} cannot be read and is left alone: ${reason}`],
  );
  return { recorded, findings, counts, errors };
}

/** The keys of these slots: as they are known, or of the events whose keys lead there. */
export async function leadsOf(context: Context, targetId: string, slots: readonly string[]): Promise<Leads> {
  const leads = new Map<string, { readonly key: string; readonly isWanted: boolean }>();
  if (slots.length === 0) return leads;
  const known = await keysOfSlots(context.db, targetId, slots);
  const wanted = await wantedAmong(context.db, targetId, [...known.values()]);
  for (const [slot, key] of known) leads.set(slot, { key, isWanted: wanted.has(key) });
  const open = new Set(slots.filter((slot) => !leads.has(slot)));
  if (open.size === 0) return leads;
  for (const key of await keysWithoutSlot(context.db, targetId))
    for (const slot of slotValues(context, targetId, key))
      if (open.has(slot)) leads.set(slot, { key, isWanted: true });
  return leads;
}
