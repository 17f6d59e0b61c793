import { instancesOf } from "./instances.ts";
import type { Folder, Item } from "./model.ts";
import type { Delivery, Round, SyncState } from "./sync-states.ts";
import type { Switches } from "./switches.ts";

type Unit = readonly Delivery[];

/** The first round of a sync state: everything in the span. */
export function initialRound(state: SyncState, switches: Switches, now: number): Round {
  const { folder } = state.calendar;
  const logEnd = visibleEnd(folder, switches, now);
  const units = [...folder.items.values()].map((item) => unitOf(item, state, switches, false));
  return { units: units.filter((unit) => unit.length > 0), logEnd };
}

/** A later round: what the log says happened since, whatever it was and wherever it lies in time. */
export function incrementalRound(state: SyncState, logStart: number, switches: Switches, now: number): Round {
  const { folder } = state.calendar;
  const logEnd = Math.max(logStart, visibleEnd(folder, switches, now));
  if (logEnd === logStart && switches.replays === 0) return { units: [], logEnd };
  const changes = new Map<string, { removed: Set<string>; stored: boolean }>();
  for (const entry of folder.log.slice(Math.max(0, logStart - switches.replays), logEnd)) {
    const change = changes.get(entry.immutableId) ?? { removed: new Set<string>(), stored: false };
    changes.set(entry.immutableId, change);
    if (entry.kind === "removed") change.removed.add(entry.id);
    else change.stored = true;
  }
  const units: Unit[] = [];
  for (const [immutableId, change] of changes) {
    const item = folder.items.get(immutableId);
    const removed = [...change.removed].map((id): Delivery => {
      return { kind: "removed", id, immutableId, returned: item !== undefined };
    });
    if (removed.length > 0) units.push(removed);
    if (item === undefined || !change.stored) continue;
    const unit = unitOf(item, state, switches, removed.length > 0);
    // Not in the span, and perhaps never was: Graph calls it removed all the same.
    const outside: Unit = [{ kind: "removed", id: item.id, immutableId, returned: false }];
    units.push(unit.length > 0 ? unit : outside);
  }
  return { units: switches.duplicates ? withDuplicates(units, folder) : units, logEnd };
}

/** A single event, or a series whole: every occurrence in the span, after its master. */
function unitOf(item: Item, state: SyncState, switches: Switches, returned: boolean): Unit {
  const { immutableId } = item;
  const instances = instancesOf(item, state.from, state.until, switches.monthEnd);
  if (instances.length === 0) return [];
  const whole: Delivery = { kind: "item", immutableId, returned, outdated: false };
  if (item.recurrence === null) return [whole];
  const occurrences = instances.map(
    ({ day }): Delivery => ({
      kind: "instance",
      immutableId,
      returned,
      day: day ?? 0,
    }),
  );
  return switches.mastersInDelta ? [whole, ...occurrences] : occurrences;
}

/** Outdated forms in front, and the first unit once more at the end. */
function withDuplicates(units: readonly Unit[], folder: Folder): Unit[] {
  const outdated = units.flatMap((unit) =>
    unit
      .filter((delivery) => delivery.kind === "item")
      .filter(({ immutableId }) => (folder.items.get(immutableId)?.previous ?? null) !== null)
      .map((delivery): Unit => [{ ...delivery, outdated: true }]),
  );
  return [...outdated, ...units, ...units.slice(0, 1)];
}

/** The log's length without the entries that are too young to be seen. */
function visibleEnd(folder: Folder, switches: Switches, now: number): number {
  let end = folder.log.length;
  while (end > 0 && (folder.log[end - 1]?.at ?? 0) + switches.processingDelayMs > now) end -= 1;
  return end;
}
