import type { Context } from "../reconcile/context.ts";
import { pullAccount } from "../reconcile/pull.ts";
import {
  type AccountInUse,
  accountInUse,
  accountsInUse,
  accountsOfTarget,
} from "../reconcile/account-in-use.ts";
import { isFirstImport, reconcileWithLog, registerConfiguration } from "../reconcile/sync.ts";
import { translationBasis } from "../reconcile/translate.ts";
import { LeaseLostError } from "../reconcile/with-lease.ts";
import { accountKey } from "../store/accounts.ts";
import { prune } from "../store/prune.ts";
import { hasWork } from "../store/work.ts";
import type { JobQueue } from "./job-queue.ts";

/** What the daemon's jobs work on; replaced as a whole when the configuration changes. */
export type DaemonState = { readonly context: Context; readonly cron: string };

export type Daemon = {
  /** Takes a new configuration: registers it, moves the schedules, and pulls everything. */
  configure(state: DaemonState): Promise<void>;
};

const pullConcurrency = 4;
const reconcileConcurrency = 2;
/** Sources of one schedule do not all start in the same second. */
const jitterSeconds = 20;
const pruneIntervalMs = 86_400_000;

/** Starts the workers: a due schedule becomes pull jobs, a pull that staged something a reconcile job. */
export async function startDaemon(
  queue: JobQueue,
  first: DaemonState,
  random: () => number,
): Promise<Daemon> {
  let state = first;
  let prunedAt = 0;

  await queue.work("due", 1, async (sourceId) => {
    for (const entry of await accountsInUse(state.context)) {
      if (entry.configured.sourceId !== sourceId || !mayPull(state.context, entry)) continue;
      await queue.enqueue("pull", accountKey(entry.configured), Math.floor(random() * jitterSeconds));
    }
    if (state.context.clock.now() - prunedAt >= pruneIntervalMs) {
      prunedAt = state.context.clock.now();
      await prune(state.context.db, prunedAt);
    }
    // Also without any change: a target that failed is tried again when its back-off is over.
    for (const target of await targetsWithWork(state.context)) await queue.enqueue("reconcile", target);
  });

  await queue.work("pull", pullConcurrency, async (key, signal) => {
    const { context } = state;
    const entry = await accountInUse(context, key);
    if (entry === undefined || !mayPull(context, entry)) return;
    const { configured, account } = entry;
    const onStaged = (): void => {
      queue
        .enqueue("reconcile", configured.targetId)
        .catch((error: unknown) => context.log.error({ err: error }, "job queue"));
    };
    await survive(context, `pull of ${key}`, async () => {
      await pullAccount(context, configured, account, signal, isFirstImport(account) ? onStaged : undefined);
    });
    if (await needsWork(context, configured.targetId)) await queue.enqueue("reconcile", configured.targetId);
  });

  await queue.work("reconcile", reconcileConcurrency, async (targetId, signal) => {
    const { context } = state;
    const target = context.targets.find((candidate) => candidate.id === targetId);
    if (target === undefined || !(await needsWork(context, targetId))) return;
    await survive(context, `reconciliation of ${targetId}`, async () => {
      await reconcileWithLog(context, target, signal);
    });
  });

  const configure = async (next: DaemonState): Promise<void> => {
    const accounts = await registerConfiguration(next.context);
    state = next;
    const sources = new Set(accounts.map((entry) => entry.configured.sourceId));
    const when = { cron: next.cron, timezone: next.context.zone };
    await queue.schedule(new Map([...sources].map((id) => [id, when])));
    for (const entry of accounts) await queue.enqueue("pull", accountKey(entry.configured));
    for (const target of await targetsWithWork(next.context)) await queue.enqueue("reconcile", target);
  };
  await configure(first);
  return { configure };
}

/** Respects the account's back-off and the shortest time between two pulls. */
function mayPull(context: Context, { account, configured }: AccountInUse): boolean {
  const now = context.clock.now();
  if (account.retry_at !== null && account.retry_at.getTime() > now) return false;
  return (
    account.attempted_at === null ||
    now - account.attempted_at.getTime() >= configured.pullFloorMs - jitterSeconds * 1000
  );
}

async function targetsWithWork(context: Context): Promise<string[]> {
  const targets: string[] = [];
  for (const { id } of context.targets) if (await needsWork(context, id)) targets.push(id);
  return targets;
}

/** Whether a target has something to look at, and its back-off is over. */
async function needsWork(context: Context, targetId: string): Promise<boolean> {
  const accounts = (await accountsOfTarget(context, targetId)).map((entry) => ({
    sourceId: entry.configured.sourceId,
    name: entry.configured.name,
    basis: translationBasis(context, entry),
  }));
  return hasWork(context.db, targetId, accounts, context.clock.now());
}

/** A job that fails must not stop the loop: it is logged, and the schedule tries again. */
async function survive(context: Context, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof LeaseLostError) context.log.warn(error.message);
    else context.log.error({ err: error }, `${what} failed; the next run tries again`);
  }
}
