import type { TranslatedEvent, Translation } from "../../calendar/candidate.ts";
import { fingerprintVersion } from "../../calendar/fingerprint.ts";
import { oneLine } from "../../calendar/people-text.ts";
import { meetingKey } from "../../calendar/slot.ts";
import { setTranslationBasis } from "../../store/accounts.ts";
import { unclaimedSlots } from "../../store/slots.ts";
import {
  commitTranslations,
  type DirtyEvent,
  type KeyInUse,
  keysOfAccount,
  type NewCandidate,
  takeDirtyEvents,
  type TranslationCommit,
} from "../../store/translations.ts";
import { type AccountInUse, accountsOfTarget } from "../account-in-use.ts";
import type { Context } from "../context.ts";
import { translateNative, translationWindow } from "./translate-native.ts";
import { isOwnObject, slotValues } from "../gather/slot-values.ts";

export type TranslateResult = {
  readonly translated: number;
  /** Waits until its account has finished all rounds: it looks like a second event with a known UID. */
  readonly deferred: number;
};

const batchSize = 200;

/** Turns the staged events of a target's accounts that changed into candidates and dirty keys. */
export async function translateTarget(
  context: Context,
  targetId: string,
  signal: AbortSignal,
): Promise<TranslateResult> {
  const deferred = new Set<number>();
  let translated = 0;
  for (;;) {
    signal.throwIfAborted();
    // Looked up for each batch: while a pull goes on, it may learn of what a translation depends on.
    const accounts = await accountsOfTarget(context, targetId);
    for (const entry of accounts) {
      await setTranslationBasis(context.db, entry.account, translationBasis(context, entry), targetId);
    }
    const byId = new Map(accounts.map((entry) => [entry.account.id, entry]));
    const events = await takeDirtyEvents(context.db, [...byId.keys()], deferred, batchSize);
    if (events.length === 0) return { translated, deferred: deferred.size };
    const commits = await translateBatch(context, events, byId, deferred);
    await commitTranslations(context.db, commits, context.clock.now());
    translated += commits.length;
    context.progress({ task: "translating", done: translated, total: null });
  }
}

/** Everything but the native form that a candidate of the account depends on, as text to compare. */
export function translationBasis(context: Context, { configured, account }: AccountInUse): string {
  const { targetId, priority, order, apart, source } = configured;
  const window = translationWindow(context.window());
  const { version } = source.translator;
  const { category_colors: colors } = account;
  return JSON.stringify([
    version,
    fingerprintVersion,
    context.zone,
    targetId,
    priority,
    order,
    apart,
    window,
    colors,
  ]);
}

async function translateBatch(
  context: Context,
  events: readonly DirtyEvent[],
  byId: ReadonlyMap<number, AccountInUse>,
  deferred: Set<number>,
): Promise<TranslationCommit[]> {
  const commits: TranslationCommit[] = [];
  for (const [accountId, own] of Map.groupBy(events, (event) => event.accountId)) {
    const entry = byId.get(accountId);
    if (entry === undefined) continue;
    const translations = own.map((event) => ({
      event,
      translation: event.gone ? null : translateOne(context, entry, event),
    }));
    const keys = await KeyBook.open(context, entry, translations);
    for (const { event, translation } of translations) {
      const commit = commitOf(entry, event, translation, keys);
      if (commit === "defer") deferred.add(event.stagedId);
      else commits.push(commit);
    }
  }
  return commits;
}

function translateOne(context: Context, entry: AccountInUse, event: DirtyEvent): Translation {
  if (isOwnObject(context, event.native)) {
    return { kind: "skipped", reason: "Kalends wrote it itself: its calendar is one of the targets." };
  }
  try {
    return translateNative(context, entry, event.native);
  } catch (error) {
    const text = oneLine(String(error instanceof Error ? error.message : error).slice(0, 200));
    context.log.error({ event: event.nativeId, calendar: event.calendar, err: error }, "translation failed");
    return { kind: "quarantined", reason: `It could not be translated: ${text}` };
  }
}

function commitOf(
  entry: AccountInUse,
  event: DirtyEvent,
  translation: Translation | null,
  keys: KeyBook,
): TranslationCommit | "defer" {
  const { stagedId, bodyHash } = event;
  if (translation === null) {
    keys.release(stagedId);
    return { stagedId, bodyHash, gone: true, state: "translated", reason: null, candidates: [] };
  }
  const left = { stagedId, bodyHash, gone: false };
  // What cannot be read is no removal: its last readable form stays where it is.
  if (translation.kind === "quarantined")
    return { ...left, state: "quarantined", reason: translation.reason, candidates: "kept" };
  if (translation.kind === "skipped") {
    keys.release(stagedId);
    return { ...left, state: "skipped", reason: translation.reason, candidates: [] };
  }
  const candidates: NewCandidate[] = [];
  for (const translated of translation.events) {
    const assigned = keys.assign(event, translated);
    if (assigned === "defer") return "defer";
    candidates.push(candidateOf(entry, event, translated, assigned));
  }
  const reason = translation.notes.length === 0 ? null : translation.notes.join(" ");
  return { ...left, state: "translated", reason, candidates };
}

function candidateOf(
  entry: AccountInUse,
  event: DirtyEvent,
  translated: TranslatedEvent,
  assigned: AssignedKey,
): NewCandidate {
  const { configured, account } = entry;
  return {
    account_id: account.id,
    source_id: configured.sourceId,
    target_id: configured.targetId,
    meeting_key: assigned.meetingKey,
    base_key: assigned.baseKey,
    meeting_uid: translated.meetingUid,
    instance: translated.instance,
    identity: assigned.identity,
    priority: configured.priority,
    source_order: configured.order,
    retired: event.vanished,
    fingerprint: translated.object.fingerprint,
    summary: translated.object.summary,
    starts_at: translated.object.start,
    ends_at: translated.object.end,
  };
}

type AssignedKey = { readonly meetingKey: string; readonly baseKey: string; readonly identity: string };

/**
 * Gives each event of one account its meeting key. The first event with a UID has the plain key; a
 * second one in the same account has its identity in the key, and keeps it as long as it lives.
 */
class KeyBook {
  readonly #entry: AccountInUse;
  readonly #claimedElsewhere: (keys: AssignedKey) => boolean;
  /** Whether the account's last pull finished everywhere. */
  readonly #settled: boolean;
  /** Plain and extended keys in use, with the staged row that has them. */
  readonly #owners: Map<string, Omit<KeyInUse, "meetingKey">>;

  private constructor(
    entry: AccountInUse,
    inUse: { readonly settled: boolean; readonly keys: readonly KeyInUse[] },
    claimedElsewhere: (keys: AssignedKey) => boolean,
  ) {
    this.#entry = entry;
    this.#settled = inUse.settled;
    this.#owners = new Map(inUse.keys.map(({ meetingKey: key, ...owner }) => [key, owner]));
    this.#claimedElsewhere = claimedElsewhere;
  }

  static async open(
    context: Context,
    entry: AccountInUse,
    translations: ReadonlyArray<{ event: DirtyEvent; translation: Translation | null }>,
  ): Promise<KeyBook> {
    const { configured, account } = entry;
    const wanted = translations.flatMap(({ event, translation }) =>
      translation?.kind === "translated"
        ? translation.events.map((translated) => extendedKey(entry, event, translated))
        : [],
    );
    const values = (keys: AssignedKey): string[] => slotValues(context, configured.targetId, keys.meetingKey);
    const waiting = await unclaimedSlots(context.db, configured.targetId, wanted.flatMap(values));
    const bases = [...new Set(wanted.map((keys) => keys.baseKey))];
    const inUse = await keysOfAccount(context.db, account.id, configured.targetId, bases);
    return new KeyBook(
      entry,
      inUse,
      (keys) => waiting.size > 0 && values(keys).some((value) => waiting.has(value)),
    );
  }

  release(stagedId: number): void {
    for (const [key, owner] of this.#owners) if (owner.stagedId === stagedId) this.#owners.delete(key);
  }

  assign(event: DirtyEvent, translated: TranslatedEvent): AssignedKey | "defer" {
    const plain = plainKey(this.#entry, translated);
    const extended = extendedKey(this.#entry, event, translated);
    const hasExtended =
      this.#owners.get(extended.meetingKey)?.stagedId === event.stagedId || this.#claimedElsewhere(extended);
    const plainOwner = this.#owners.get(plain.meetingKey);
    const plainIsFree = plainOwner === undefined || plainOwner.stagedId === event.stagedId;
    // The other one may be about to go: an event that moves between two calendars is seen twice for a while.
    const mayBecomeFree = !this.#settled || plainOwner?.leaving === true;
    if (!hasExtended && !plainIsFree && mayBecomeFree) return "defer";
    const assigned = !hasExtended && plainIsFree ? plain : extended;
    this.#owners.set(assigned.meetingKey, { stagedId: event.stagedId, leaving: event.leaving });
    return assigned;
  }
}

function plainKey({ configured }: AccountInUse, translated: TranslatedEvent): AssignedKey {
  const apart = configured.apart ? configured.sourceId : null;
  const parts = { meetingUid: translated.meetingUid, apart };
  return {
    meetingKey: meetingKey({ ...parts, instance: translated.instance, extra: null }),
    baseKey: meetingKey({ ...parts, instance: null, extra: null }),
    identity: translated.identity,
  };
}

/** For CalDAV the identity is the UID, so the href tells two objects with one UID apart. */
function extendedKey(entry: AccountInUse, event: DirtyEvent, translated: TranslatedEvent): AssignedKey {
  const plain = plainKey(entry, translated);
  const identity =
    translated.identity === event.nativeId ? event.nativeId : `${translated.identity} ${event.nativeId}`;
  const apart = entry.configured.apart ? entry.configured.sourceId : null;
  return {
    ...plain,
    identity,
    meetingKey: meetingKey({
      meetingUid: translated.meetingUid,
      instance: translated.instance,
      apart,
      extra: identity,
    }),
  };
}
