import { kalendsId } from "../../calendar/slot.ts";
import {
  entriesOfEvent,
  entriesOfRun,
  entriesSince,
  type JournalEntry,
  readBodies,
} from "../../store/journal.ts";
import { loadKeys } from "../../store/keys.ts";
import { pinsOfRun } from "../../store/pins.ts";
import { slotsOfKeys } from "../../store/slots.ts";
import { chunks } from "../../store/staging.ts";
import type { Context } from "../context.ts";
import { changeOf } from "./journal-change.ts";
import { planObject, type UndoItem } from "./undo-object.ts";
import { wantedNow } from "../gather/wanted-now.ts";

/** What is to be undone: a whole run in one target (by its full id), or the last change of one event. */
export type UndoSelector =
  | { readonly kind: "run"; readonly targetId: string; readonly run: string }
  | { readonly kind: "event"; readonly targetId: string; readonly slot: string };

export type UndoPlan = {
  readonly targetId: string;
  /** The run that is undone, in part where the selector was an event. */
  readonly run: string;
  readonly items: readonly UndoItem[];
};

/** What an undo would do as of now: a function of what is stored. Null where nothing was ever changed. */
export async function planUndo(context: Context, selector: UndoSelector): Promise<UndoPlan | null> {
  const { targetId } = selector;
  const found =
    selector.kind === "run" ? await runToUndo(context, selector) : await lastOfEvent(context, selector);
  if (found === null) return null;
  const items: UndoItem[] = [];
  for (const part of chunks([...Map.groupBy(found.entries, (entry) => entry.slot).values()], 200))
    items.push(...(await planPart(context, selector, found.run, part)));
  return { targetId, run: found.run, items };
}

type Undone = { readonly run: string; readonly entries: readonly JournalEntry[] };

async function runToUndo(
  context: Context,
  { run, targetId }: Extract<UndoSelector, { kind: "run" }>,
): Promise<Undone | null> {
  const entries = (await entriesOfRun(context.db, run)).filter(
    (entry) => entry.target === targetId && (entry.kind === "keep" || changeOf(entry).kind !== "none"),
  );
  return entries.length === 0 ? null : { run, entries };
}

/** So far back an event's last change is looked for. */
const farBack = 500;

async function lastOfEvent(
  context: Context,
  { targetId, slot }: Extract<UndoSelector, { kind: "event" }>,
): Promise<Undone | null> {
  const entries = await entriesOfEvent(context.db, targetId, slot, farBack);
  const last = entries.findLast((entry) => entry.kind === "keep" || changeOf(entry).kind !== "none");
  if (last === undefined) return null;
  return { run: last.run, entries: entries.filter((entry) => entry.run === last.run) };
}

async function planPart(
  context: Context,
  selector: UndoSelector,
  run: string,
  objects: ReadonlyArray<readonly JournalEntry[]>,
): Promise<UndoItem[]> {
  const { db } = context;
  const { targetId } = selector;
  const slotNames = objects.flatMap(([entry]) => entry?.slot ?? []);
  const from = Math.min(...objects.flatMap(([entry]) => entry?.id ?? []));
  const since = Map.groupBy(await entriesSince(db, targetId, slotNames, from), (entry) => entry.slot);
  const keys = objects.flatMap((own) => own.at(-1)?.key ?? []);
  const states = await loadKeys(db, targetId, keys);
  const stateOf = new Map(states.map((state) => [state.key, state]));
  const slots = await slotsOfKeys(db, targetId, keys);
  const wanted = await wantedNow(context, targetId, states);
  const hashes = [...since.values()]
    .flat()
    .flatMap(({ before, after }) => [before ?? [], after ?? []].flat());
  const standing = states.flatMap(({ mapping }) => mapping?.sinkBase ?? []);
  const bodies = await readBodies(db, [...hashes, ...standing]);
  const kept = await pinsOfRun(db, targetId, run);
  return objects.flatMap((own): UndoItem[] => {
    const [first] = own;
    if (first === undefined) return [];
    const { title } = own.at(-1) ?? first;
    const key = own.at(-1)?.key ?? null;
    const slot = key === null ? undefined : slots.get(key);
    const state = key === null ? undefined : stateOf.get(key);
    const refused = (reason: string): UndoItem[] => [{ kind: "refused", slot: first.slot, title, reason }];
    if (own.every((entry) => entry.kind === "keep")) {
      if (key === null || !kept.has(key))
        return [{ kind: "nothing", slot: first.slot, title, reason: "the decision does not hold any more" }];
      return [{ kind: "release", slot: first.slot, title, key }];
    }
    if (key === null || slot === undefined || state === undefined)
      return refused("its place in the target is not known any more");
    const id = kalendsId(context.installationKey, targetId, slot.slot, slot.uid);
    const object = {
      key,
      slot,
      entries: (since.get(slot.slot) ?? []).filter((entry) => entry.id >= first.id),
      standing: state.mapping,
      wanted: wanted.get(key) ?? null,
      // A whole run takes the series back as well.
      isShownBySeries: selector.kind === "event" && state.candidates.length > 0 && !wanted.has(key),
      bodies,
      stamp: { uid: slot.uid, kalendsId: id },
      zone: context.zone,
    };
    return [planObject(object, run)];
  });
}
