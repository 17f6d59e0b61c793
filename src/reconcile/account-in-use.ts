import { type Account, accountKey, findAccount, keyOfRow, listAccounts } from "../store/accounts.ts";
import type { ConfiguredAccount, Context } from "./context.ts";

/** An account of the configuration with its row. */
export type AccountInUse = { readonly configured: ConfiguredAccount; readonly account: Account };

/** The configured accounts with their rows as they are now. */
export async function accountsInUse(context: Context): Promise<AccountInUse[]> {
  const rows = new Map((await listAccounts(context.db)).map((row) => [keyOfRow(row), row]));
  return context.accounts.flatMap((configured) => {
    const account = rows.get(accountKey(configured));
    return account === undefined ? [] : [{ configured, account }];
  });
}

/** Those that write to a target. */
export async function accountsOfTarget(context: Context, targetId: string): Promise<AccountInUse[]> {
  return (await accountsInUse(context)).filter(({ configured }) => configured.targetId === targetId);
}

/** One configured account, by `source/account`, with its row as it is now. */
export async function accountInUse(context: Context, key: string): Promise<AccountInUse | undefined> {
  const configured = context.accounts.find((candidate) => accountKey(candidate) === key);
  if (configured === undefined) return undefined;
  const account = await findAccount(context.db, configured.sourceId, configured.name);
  return account === undefined ? undefined : { configured, account };
}
