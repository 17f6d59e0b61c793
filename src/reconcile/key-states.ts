import type { Account } from "../store/accounts.ts";
import { loadKeys } from "../store/keys.ts";
import type { AccountInUse } from "./account-in-use.ts";
import type { KeyState } from "./action.ts";
import type { Context } from "./context.ts";
import { coverageOf } from "./coverage.ts";

/** The state of meeting keys of a target as the plan needs it; writes nothing. */
export async function readKeyStates(
  context: Context,
  targetId: string,
  accounts: readonly AccountInUse[],
  keys: readonly string[],
): Promise<KeyState[]> {
  const settled = areRead(accounts);
  const stored = await loadKeys(context.db, targetId, keys);
  const isCovered = await coverageOf(context, targetId, accounts, stored);
  return stored.map((state) => ({
    ...state,
    settled,
    candidates: state.candidates.map((candidate) => ({ ...candidate, covered: isCovered(candidate) })),
  }));
}

/** Whether all that the accounts have is known. */
export function areRead(accounts: readonly AccountInUse[]): boolean {
  return accounts.every(({ account }) => isRead(account));
}

function isRead(account: Account): boolean {
  return account.complete_at !== null && account.settled && account.last_error === null;
}
