import { listAccounts } from "../../store/accounts.ts";
import type { AccountInUse } from "../account-in-use.ts";
import type { PlanCandidate } from "../action.ts";
import type { Context } from "../context.ts";
import type { TranslatedAccount } from "./translate-native.ts";

/** The accounts of these candidates by id, also those that are not configured any more. `natives`: by staged id. */
export async function accountsBehind(
  context: Context,
  accounts: readonly AccountInUse[],
  candidates: ReadonlyArray<Pick<PlanCandidate, "accountId" | "stagedId">>,
  natives: ReadonlyMap<number, { readonly native: string }>,
): Promise<ReadonlyMap<number, TranslatedAccount>> {
  const byId = new Map<number, TranslatedAccount>(accounts.map((entry) => [entry.account.id, entry]));
  const former = candidates.filter(({ accountId }) => !byId.has(accountId));
  if (former.length === 0) return byId;
  const rows = new Map((await listAccounts(context.db)).map((account) => [account.id, account]));
  for (const { accountId, stagedId } of former) {
    const account = rows.get(accountId);
    const native = natives.get(stagedId)?.native;
    if (account === undefined || native === undefined) continue;
    byId.set(accountId, { account, configured: { source: { translator: context.translatorOf(native) } } });
  }
  return byId;
}
