import {
  dirtyAmong,
  type EventForAudit,
  eventsForAudit,
  listKeys,
  type RecordedObject,
} from "../../store/audit-target.ts";
import { holdsBefore } from "../../store/holds.ts";
import { chunks } from "../../store/staging.ts";
import { type AccountInUse, accountsInUse } from "../account-in-use.ts";
import type { Action, KeyState } from "../action.ts";
import type { Context } from "../context.ts";
import { classOfEvent, classOfKey, type EventClass, type Fate, fatesOf, type KeyClass } from "./key-class.ts";
import { isTargetRead, readKeyStates } from "../gather/key-states.ts";
import { chooseWinner, planKey } from "../plan.ts";
import { translationBasis } from "../translate/translate.ts";

/** How many staged events there are of each class; their sum is `staged`. */
export type EventCounts = Readonly<Record<EventClass, number>> & {
  readonly staged: number;
  /** Of the mapped ones: ended before the window, and kept. */
  readonly aged: number;
};

/** What an object on record stands for, as its meeting is explained: see KeyClass. `unaccounted`: a difference. */
type ObjectClass =
  | "mapped"
  | "held"
  | "refused"
  | "waiting"
  | "kept"
  | "retired"
  | "unclaimed"
  | "unaccounted";

/** How many recorded objects there are of each class. `withoutEvent` of them are all: no event has their place any more. */
export type ObjectCounts = Readonly<Record<ObjectClass, number>> & { readonly withoutEvent: number };

/** Something that the books do not explain. */
export type BookFinding =
  /** The plan would do something, and nothing makes it do so. */
  | { readonly kind: "unplanned"; readonly state: KeyState; readonly action: Action }
  /** A staged event without a class. */
  | { readonly kind: "unaccounted"; readonly event: EventForAudit }
  /** An object under no key, which all sources together do not account for, or which has an owner. */
  | { readonly kind: "unclaimed"; readonly recorded: RecordedObject };

export type Books = {
  readonly events: EventCounts;
  /** Recorded objects, under a key or under none. */
  readonly objects: ObjectCounts;
  /** Meeting keys of which something is left to do, by the next run or by a person. */
  readonly openKeys: ReadonlyMap<string, "waiting" | "held">;
  /** Ids of the staged events that are to be translated. */
  readonly untranslated: ReadonlySet<number>;
  readonly findings: readonly BookFinding[];
};

const pageSize = 500;

const noEvents: Readonly<Record<EventClass, number>> = {
  mapped: 0,
  shadowed: 0,
  skipped: 0,
  quarantined: 0,
  held: 0,
  refused: 0,
  waiting: 0,
  kept: 0,
  outside: 0,
  retired: 0,
  unaccounted: 0,
};

const noObjects: Readonly<Record<ObjectClass, number>> = {
  mapped: 0,
  held: 0,
  refused: 0,
  waiting: 0,
  kept: 0,
  retired: 0,
  unclaimed: 0,
  unaccounted: 0,
};

/** Explains every staged event and every recorded object of a target by the plan itself; writes nothing. */
export async function keepBooks(
  context: Context,
  targetId: string,
  accounts: readonly AccountInUse[],
  recorded: readonly RecordedObject[],
): Promise<Books> {
  const stale = await accountsToTranslate(context);
  const ids = accounts.map(({ account }) => account.id);
  const events = await eventsForAudit(context.db, targetId, ids);
  const waiting = new Set(
    events
      .filter(({ isDirty, accountId }) => isDirty || stale.has(accountId))
      .map(({ stagedId }) => stagedId),
  );
  const { from } = context.window();
  const held = await waitingForPerson(context, targetId);
  const fates = new Map<number, Fate[]>();
  const agedEvents = new Set<number>();
  const findings: BookFinding[] = [];
  const openKeys = new Map<string, "waiting" | "held">();
  const objects = { ...noObjects };
  let withoutEvent = 0;
  for (const keys of chunks(await listKeys(context.db, targetId), pageSize)) {
    const dirty = await dirtyAmong(context.db, targetId, keys);
    for (const state of await readKeyStates(context, targetId, accounts, keys)) {
      const step = planKey(state, from);
      const isToBeTranslated = state.candidates.some(({ stagedId }) => waiting.has(stagedId));
      const explained = classOfKey(state, step, { isDirty: dirty.has(state.key), held, isToBeTranslated });
      if (explained.kind === "unplanned")
        findings.push({ kind: "unplanned", state, action: explained.action });
      if (explained.kind === "held" || explained.kind === "waiting") openKeys.set(state.key, explained.kind);
      const winner = chooseWinner(state.candidates);
      if (state.mapping !== null) {
        objects[classOfObject(explained)] += 1;
        if (winner === undefined) withoutEvent += 1;
      }
      for (const [{ stagedId }, fate] of fatesOf(state, explained)) {
        const own = fates.get(stagedId) ?? [];
        fates.set(stagedId, own);
        own.push(fate);
      }
      if (explained.kind === "mapped" && winner !== undefined && (winner.endsAt ?? from) < from)
        agedEvents.add(winner.stagedId);
    }
  }
  const settled = isTargetRead(context, targetId, accounts);
  for (const one of recorded) {
    if (one.key !== null) continue;
    const isExplained = one.sourceId === null && !settled;
    objects[isExplained ? "unclaimed" : "unaccounted"] += 1;
    withoutEvent += 1;
    if (!isExplained) findings.push({ kind: "unclaimed", recorded: one });
  }
  const counts = { ...noEvents };
  let aged = 0;
  for (const event of events) {
    const isToBeTranslated = waiting.has(event.stagedId);
    const kind = classOfEvent({ ...event, isToBeTranslated }, fates.get(event.stagedId) ?? []);
    counts[kind] += 1;
    if (kind === "mapped" && agedEvents.has(event.stagedId)) aged += 1;
    const isNamed = fates.get(event.stagedId)?.includes("unplanned") === true;
    if (kind === "unaccounted" && !isNamed) findings.push({ kind: "unaccounted", event });
  }
  return {
    events: { ...counts, staged: events.length, aged },
    objects: { ...objects, withoutEvent },
    openKeys,
    untranslated: waiting,
    findings,
  };
}

/** What is held in a target (`delete SLOT`, `update SLOT`); what was approved waits for nobody but the next run. */
async function waitingForPerson(context: Context, targetId: string): Promise<ReadonlySet<string>> {
  const holds = [...(await holdsBefore(context.db, targetId)).values()];
  const open = holds.filter(({ held, approved }) => ![...held].every((name) => approved.has(name)));
  return new Set(open.flatMap(({ held }) => [...held]));
}

/** What the object of a meeting stands for. */
function classOfObject({ kind }: KeyClass): ObjectClass {
  switch (kind) {
    case "mapped":
    case "held":
    case "refused":
    case "waiting":
    case "kept":
    case "retired":
    case "unclaimed":
      return kind;
    // The last two: meetings of which nothing stands.
    case "unplanned":
    case "outside":
    case "nothing":
      return "unaccounted";
    default:
      return kind satisfies never;
  }
}

/** Accounts of which every event is to be translated again, because what that depends on has changed. */
async function accountsToTranslate(context: Context): Promise<ReadonlySet<number>> {
  const accounts = await accountsInUse(context);
  return new Set(
    accounts
      .filter((entry) => entry.account.translation_basis !== translationBasis(context, entry))
      .map(({ account }) => account.id),
  );
}
