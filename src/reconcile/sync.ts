import pLimit from "p-limit";
import { type Account, ensureAccounts } from "../store/accounts.ts";
import { countDirtyKeys } from "../store/dirty-keys.ts";
import { retireOthers } from "../store/retired.ts";
import { ensureTarget } from "../store/targets.ts";
import { targetsLeft } from "../store/targets-left.ts";
import type { ConfiguredTarget, Context } from "./context.ts";
import { pullAccount, type PullResult } from "./pull/pull.ts";
import { type ReconcileOptions, type ReconcileResult, reconcileTarget } from "./reconcile.ts";
import { startWriter, together } from "./target-writer.ts";
import { type AccountInUse, accountsInUse } from "./account-in-use.ts";

export type SyncResult = {
  readonly pulls: ReadonlyArray<PullResult & { readonly source: string; readonly account: string }>;
  readonly targets: ReadonlyArray<ReconcileResult & { readonly target: string }>;
};

/** Accounts pulled at the same time. */
const pullsAtOnce = 4;

/** Makes the database know what the configuration names. Call before the first run and after every edit. */
export async function registerConfiguration(context: Context): Promise<AccountInUse[]> {
  for (const target of context.targets) await ensureTarget(context.db, target.id);
  await ensureAccounts(context.db, context.accounts);
  const accounts = await accountsInUse(context);
  await retireOthers(
    context.db,
    accounts.map((entry) => entry.account.id),
    context.clock.now(),
  );
  return accounts;
}

/** One pass over everything, or over one source: pull all accounts, then bring their targets up to date. */
export async function sync(
  context: Context,
  sourceId: string | null,
  signal: AbortSignal,
): Promise<SyncResult> {
  const accounts = await registerConfiguration(context);
  const chosen = accounts.filter(({ configured }) => sourceId === null || configured.sourceId === sourceId);
  const left = await targetsLeft(
    context.db,
    accounts.map(({ account, configured }) => ({ id: account.id, targetId: configured.targetId })),
  );
  const limit = pLimit(pullsAtOnce);
  const writers = targetsOf(context, chosen).map((target) =>
    startWriter(target.id, () => reconcileWithLog(context, target, signal)),
  );
  const pulls = await Promise.all(
    chosen.map(({ configured, account }) =>
      limit(async () => {
        const writer = writers.find((candidate) => candidate.targetId === configured.targetId);
        const onStaged = isFirstImport(account) ? () => writer?.notice() : undefined;
        const options = { onStaged, ignoreBackOff: true };
        const result = await pullAccount(context, configured, account, signal, options);
        return { source: configured.sourceId, account: configured.name, ...result };
      }),
    ),
  ).finally(() => writers.forEach((writer) => writer.finish()));
  const done = new Map(
    await Promise.all(writers.map(async (writer) => [writer.targetId, await writer.result] as const)),
  );
  // A source that has moved to another target leaves work in its old one as soon as the new one takes its events over:
  // that may have no source left, or was brought up to date meanwhile.
  for (const target of context.targets) {
    const before = done.get(target.id);
    if (before !== undefined && !(left.has(target.id) && hasReached(before))) continue;
    if ((await countDirtyKeys(context.db, target.id)) === 0) continue;
    const last = await reconcileWithLog(context, target, signal);
    done.set(target.id, before === undefined ? last : together(before, last));
  }
  return { pulls, targets: [...done].map(([target, result]) => ({ target, ...result })) };
}

/** Whether a pass could work on its target. */
function hasReached({ outcome }: ReconcileResult): boolean {
  return outcome === "complete" || outcome === "idle" || outcome === "held";
}

/**
 * Whether nothing of an account was ever read completely. Only then is it written page by page: later, the
 * guard is to see all that one pull brought at once.
 */
export function isFirstImport(account: Account): boolean {
  return account.complete_at === null;
}

/** Reconciles one target and writes its summary line. */
export async function reconcileWithLog(
  context: Context,
  target: ConfiguredTarget,
  signal: AbortSignal,
  options: ReconcileOptions = {},
): Promise<ReconcileResult> {
  const result = await reconcileTarget(context, target, signal, options);
  const { run, counts, translated, outcome, errors, holds } = result;
  const line = { run, target: target.id, outcome, translated, ...counts };
  if (errors.length + holds.length > 0) {
    context.log.warn({ ...line, errors, holds: holds.map((hold) => hold.reason) }, "reconciliation ended");
  } else if (outcome !== "idle") context.log.info(line, "reconciliation ended");
  return result;
}

function targetsOf(context: Context, accounts: readonly AccountInUse[]): ConfiguredTarget[] {
  const ids = new Set(accounts.map(({ configured }) => configured.targetId));
  return context.targets.filter((target) => ids.has(target.id));
}
