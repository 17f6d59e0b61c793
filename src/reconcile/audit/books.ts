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
import { classOfEvent, classOfKey, type EventClass, type Fate, fatesOf } from "./key-class.ts";
import { isTargetRead, readKeyStates } from "../gather/key-states.ts";
import { chooseWinner, planKey } from "../plan.ts";
import { translationBasis } from "../translate/translate.ts";

/** How many staged events there are of each class; their sum is `staged`. */
export type EventCounts = Readonly<Record<EventClass, number>> & {
  readonly staged: number;
  /** Of the mapped ones: ended before the window, and kept. */
  readonly aged: number;
};

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
  /** Objects found that nobody can own yet, because not every source is read. */
  readonly unclaimed: number;
  /** Keys that wait for a person. */
  readonly held: number;
  /** Recorded objects that were looked at: under a key or under none. */
  readonly objects: number;
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
  const held = new Set(
    [...(await holdsBefore(context.db, targetId)).values()].flatMap((hold) => [...hold.held]),
  );
  const fates = new Map<number, Fate[]>();
  const agedEvents = new Set<number>();
  const findings: BookFinding[] = [];
  let heldKeys = 0;
  let objects = 0;
  let unclaimed = 0;
  for (const keys of chunks(await listKeys(context.db, targetId), pageSize)) {
    const dirty = await dirtyAmong(context.db, targetId, keys);
    for (const state of await readKeyStates(context, targetId, accounts, keys)) {
      const step = planKey(state, from);
      const isToBeTranslated = state.candidates.some(({ stagedId }) => waiting.has(stagedId));
      const explained = classOfKey(state, step, { isDirty: dirty.has(state.key), held, isToBeTranslated });
      if (explained.kind === "unplanned")
        findings.push({ kind: "unplanned", state, action: explained.action });
      if (state.mapping !== null) objects += 1;
      if (explained.kind === "held") heldKeys += 1;
      if (explained.kind === "unclaimed") unclaimed += 1;
      for (const [{ stagedId }, fate] of fatesOf(state, explained)) {
        const own = fates.get(stagedId) ?? [];
        fates.set(stagedId, own);
        own.push(fate);
      }
      const winner = chooseWinner(state.candidates);
      if (explained.kind === "mapped" && winner !== undefined && (winner.endsAt ?? from) < from)
        agedEvents.add(winner.stagedId);
    }
  }
  const settled = isTargetRead(context, targetId, accounts);
  for (const one of recorded) {
    if (one.key !== null) continue;
    objects += 1;
    if (one.sourceId !== null || settled) findings.push({ kind: "unclaimed", recorded: one });
    else unclaimed += 1;
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
  return { events: { ...counts, staged: events.length, aged }, unclaimed, held: heldKeys, objects, findings };
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
