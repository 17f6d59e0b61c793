import { restorable } from "../../calendar/restorable.ts";
import type { Account } from "../../store/accounts.ts";
import { readBodies } from "../../store/journal.ts";
import { loadKeys, type StoredKey } from "../../store/keys.ts";
import { targetsAwaiting } from "../../store/standing-elsewhere.ts";
import type { Stands } from "../../store/pins.ts";
import { type AccountInUse, accountsInUse } from "../account-in-use.ts";
import type { KeyState, PinnedObject } from "../action.ts";
import type { Context } from "../context.ts";
import { coverageOf } from "./coverage.ts";

/** The state of meeting keys of a target as the plan needs it; writes nothing. */
export async function readKeyStates(
  context: Context,
  targetId: string,
  accounts: readonly AccountInUse[],
  keys: readonly string[],
): Promise<KeyState[]> {
  const settled = isTargetRead(context, targetId, accounts);
  const stored = await loadKeys(context.db, targetId, keys);
  const coveredBy = await coverageOf(context, targetId, accounts, stored);
  const pinned = await pinnedObjects(context, stored);
  const awaitedIn = await awaitedElsewhere(context, targetId, stored);
  return stored.map((state) => ({
    ...state,
    settled,
    awaitedIn: awaitedIn(state),
    pinned: pinned.get(state.key) ?? null,
    coveredBy: state.candidates.map(coveredBy).find((key) => key !== null) ?? null,
    candidates: state.candidates.map((candidate) => ({
      ...candidate,
      covered: coveredBy(candidate) !== null,
    })),
  }));
}

/** Where what stands here and has no candidate any more is to stand before it goes: its source writes elsewhere now. */
async function awaitedElsewhere(
  context: Context,
  targetId: string,
  stored: readonly StoredKey[],
): Promise<(state: StoredKey) => string | null> {
  const left = stored.flatMap(({ candidates, mapping }) => {
    const { accountId = null, identity = null } = mapping ?? {};
    return candidates.length > 0 || accountId === null || identity === null ? [] : [{ accountId, identity }];
  });
  if (left.length === 0) return () => null;
  const elsewhere = new Set(
    (await accountsInUse(context))
      .filter(({ configured }) => configured.targetId !== targetId)
      .map(({ account }) => account.id),
  );
  const moved = left.filter(({ accountId }) => elsewhere.has(accountId));
  const awaiting = await targetsAwaiting(context.db, targetId, moved);
  return ({ mapping }) => awaiting.get(`${mapping?.accountId} ${mapping?.identity}`) ?? null;
}

/** What is to stand by decisions of persons, read where something else may stand there, by meeting key. */
async function pinnedObjects(
  context: Context,
  stored: readonly StoredKey[],
): Promise<Map<string, NonNullable<KeyState["pinned"]>>> {
  const hashes = stored.flatMap(({ pinned, mapping }) => {
    const body = pinned?.stands?.body ?? null;
    return body === null || body === mapping?.sinkBase ? [] : [body];
  });
  const bodies = hashes.length === 0 ? new Map<string, string>() : await readBodies(context.db, hashes);
  const pins = new Map<string, NonNullable<KeyState["pinned"]>>();
  for (const { key, pinned } of stored) {
    if (pinned === null) continue;
    const { fingerprint, stands } = pinned;
    const body = stands?.body === undefined || stands.body === null ? undefined : bodies.get(stands.body);
    pins.set(key, { fingerprint, stands: stands === null ? null : pinnedObject(stands, body, context.zone) });
  }
  return pins;
}

/** With the fingerprint as it is computed today, where the body was read. */
function pinnedObject(stands: Stands, body: string | undefined, zone: string): PinnedObject {
  const made = body === undefined ? null : restorable(body, { uid: "restored", kalendsId: "restored" }, zone);
  if (made?.kind !== "object") return { ...stands, object: null };
  const { ics, summary, start, fingerprint } = made.object;
  return { ...stands, fingerprint, object: { ics, summary, startsAt: start } };
}

/**
 * Whether all is known that may have a place in the target: what nobody claims now, nobody will. Never where a source is
 * switched off, or none is there to be read.
 */
export function isTargetRead(
  context: Pick<Context, "switchedOff">,
  targetId: string,
  accounts: readonly AccountInUse[],
): boolean {
  const isComplete = context.switchedOff.every((source) => source.targetId !== targetId);
  return isComplete && accounts.length > 0 && areRead(accounts);
}

/** Whether all that these accounts have is known. */
export function areRead(accounts: readonly AccountInUse[]): boolean {
  return accounts.every(({ account }) => isRead(account));
}

function isRead(account: Account): boolean {
  return account.complete_at !== null && account.settled && account.last_error === null;
}
