import type { Context } from "../reconcile/context.ts";
import { accountKey } from "../store/accounts.ts";
import { listHolds } from "../store/holds.ts";
import { type AccountStatus, accountStatus, type TargetStatus, targetStatus } from "../store/status.ts";
import type { Condition } from "./alerts.ts";
import { conditionsOf } from "./conditions.ts";
import {
  type AccountFreshness,
  accountFreshness,
  type TargetFreshness,
  targetFreshness,
} from "./freshness.ts";
import { type Readiness, readiness } from "./readiness.ts";
import type { HealthSettings } from "./settings.ts";

/** How everything that the configuration names stands now. */
export type HealthReport = {
  readonly accounts: readonly AccountFreshness[];
  readonly targets: readonly TargetFreshness[];
  readonly readiness: Readiness;
  readonly conditions: readonly Condition[];
};

/** Reads how the accounts and targets stand, and judges them. Asks no server and changes nothing. */
export async function checkHealth(context: Context, settings: HealthSettings): Promise<HealthReport> {
  const now = context.clock.now();
  const { auditMs, pullMs } = settings;
  const limitOf = (sourceId: string): number => settings.freshWithinMs.get(sourceId) ?? pullMs;

  const stored = new Map((await accountStatus(context.db)).map((status) => [keyOf(status), status]));
  const configured = context.accounts.flatMap((account) => {
    const status = stored.get(accountKey(account));
    return status === undefined ? [] : [{ status, targetId: account.targetId }];
  });
  const accounts = configured.map(({ status }) => {
    const limits = { pullMs: limitOf(status.source), auditMs };
    return { status, freshness: accountFreshness(status, limits, now) };
  });

  const ids = new Set(context.targets.map(({ id }) => id));
  const targets = (await targetStatus(context.db))
    .filter(({ target }) => ids.has(target))
    .map((status) => {
      const feeding = configured.filter(({ targetId }) => targetId === status.target);
      const limits = feeding.map(({ status: { source } }) => limitOf(source));
      return judgeTarget(
        status,
        feeding.map((account) => account.status),
        { pullMs: limits.length === 0 ? pullMs : Math.min(...limits), auditMs },
        now,
      );
    });

  const holds = (await listHolds(context.db)).filter(({ targetId }) => ids.has(targetId));
  const unread = context.accounts
    .filter((account) => !stored.has(accountKey(account)))
    .map(({ sourceId, name }) => neverRead(sourceId, name, limitOf(sourceId)));
  const judgedAccounts = [...accounts.map(({ freshness }) => freshness), ...unread];
  const judgedTargets = targets.map(({ freshness }) => freshness);
  return {
    accounts: judgedAccounts,
    targets: judgedTargets,
    readiness: readiness(judgedAccounts, judgedTargets),
    conditions: conditionsOf(accounts, targets, holds, settings.expiries, now),
  };
}

function judgeTarget(
  status: TargetStatus,
  feeding: readonly AccountStatus[],
  limits: { readonly pullMs: number; readonly auditMs: number },
  now: number,
) {
  return { status, freshness: targetFreshness(status, feeding, limits, now) };
}

/** An account that the database does not know yet. */
function neverRead(source: string, account: string, limitMs: number): AccountFreshness {
  const nothing = { completeAt: null, balancedAt: null, audit: "none" } as const;
  return { source, account, state: "never", overdue: false, limitMs, ...nothing };
}

function keyOf({ source, account }: AccountStatus): string {
  return accountKey({ sourceId: source, name: account });
}
