import { followJobs, type RunningJobs } from "../health/running-jobs.ts";
import type { Context } from "../reconcile/context.ts";
import { pullAccount } from "../reconcile/pull/pull.ts";
import {
  type AccountInUse,
  accountInUse,
  accountsInUse,
  accountsOfTarget,
} from "../reconcile/account-in-use.ts";
import { auditAccount } from "../reconcile/audit/audit-account.ts";
import { auditTarget } from "../reconcile/audit/audit-target.ts";
import { isFirstImport, reconcileWithLog, registerConfiguration } from "../reconcile/sync.ts";
import { translationBasis } from "../reconcile/translate/translate.ts";
import { isWatchDue } from "../reconcile/target/watch-target.ts";
import { LeaseLostError } from "../reconcile/with-lease.ts";
import { accountKey } from "../store/accounts.ts";
import { prune } from "../store/prune.ts";
import { noteScheduleBeat } from "../store/schedule-beat.ts";
import { ensureTarget } from "../store/targets.ts";
import { hasWork, isBackingOff } from "../store/work.ts";
import type { JobName, JobQueue } from "./job-queue.ts";

/** What the daemon's jobs work on; replaced as a whole when the configuration changes. */
export type DaemonState = {
  readonly context: Context;
  /** Keeps the context's connections open until it is disposed of. */
  readonly borrow: () => Disposable;
  readonly cron: string;
  /** When both ends are listed in full and compared. */
  readonly auditCron: string;
};

export type Daemon = {
  /** Takes a new configuration: registers it, moves the schedules, and pulls everything. */
  configure(state: DaemonState): Promise<void>;
  /** What runs now. */
  readonly jobs: RunningJobs;
};

const pullConcurrency = 4;
const reconcileConcurrency = 2;
/** One after the other, and so the accounts of a target before the target. */
const auditConcurrency = 1;
/** The key of the audits' schedule among those of the sources. No source can have this id. */
const auditKey = "/audit";
/** How long a target is left to whoever works on it before its audit is tried again. */
const busySeconds = 60;
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
  let loan = first.borrow();
  let prunedAt = Number.NEGATIVE_INFINITY;
  const jobs = followJobs();

  const run = (context: Context, what: string, work: (watched: Context) => Promise<unknown>): Promise<void> =>
    survive(context, what, () =>
      jobs.follow(what, context.progress, (progress) => work({ ...context, progress })),
    );

  /** A job keeps to the configuration that it began with. */
  const work = (
    name: JobName,
    concurrency: number,
    handle: (context: Context, key: string, signal: AbortSignal) => Promise<void>,
  ): Promise<void> =>
    queue.work(name, concurrency, async (key, signal) => {
      const { context } = state;
      using loans = new DisposableStack();
      loans.use(state.borrow());
      await handle(context, key, signal);
    });

  await work("due", 1, async (context, sourceId) => {
    if (sourceId === auditKey) {
      await enqueueAudits(queue, context);
      return;
    }
    await survive(context, `schedule of ${sourceId}`, async () => {
      await noteScheduleBeat(context.db, new Date(context.clock.now()).toISOString());
      for (const entry of await accountsInUse(context)) {
        if (entry.configured.sourceId !== sourceId || !mayPull(context, entry)) continue;
        await queue.enqueue("pull", accountKey(entry.configured), Math.floor(random() * jitterSeconds));
      }
      // Also without any change: a target that failed is tried again when its back-off is over.
      for (const target of await targetsWithWork(context)) await queue.enqueue("reconcile", target);
      for (const { id } of context.targets)
        if (await isToBeWatched(context, id)) await queue.enqueue("reconcile", id);
    });
    const uptime = context.clock.uptime();
    if (uptime - prunedAt < pruneIntervalMs) return;
    await survive(context, "clearing up", async () => {
      await prune(context.db, context.clock.now(), context.journal);
      prunedAt = uptime;
    });
  });

  await work("pull", pullConcurrency, async (context, key, signal) => {
    const entry = await accountInUse(context, key);
    if (entry === undefined || !mayPull(context, entry)) return;
    const { configured, account } = entry;
    const onStaged = (): void => {
      queue
        .enqueue("reconcile", configured.targetId)
        .catch((error: unknown) => context.log.error({ err: error }, "job queue"));
    };
    const options = isFirstImport(account) ? { onStaged } : {};
    await run(context, `pull of ${key}`, (watched) =>
      pullAccount(watched, configured, account, signal, options),
    );
    await survive(context, `what follows the pull of ${key}`, async () => {
      if (await needsWork(context, configured.targetId))
        await queue.enqueue("reconcile", configured.targetId);
    });
  });

  await work("reconcile", reconcileConcurrency, async (context, targetId, signal) => {
    const target = context.targets.find((candidate) => candidate.id === targetId);
    if (target === undefined) return;
    if (!(await needsWork(context, targetId)) && !(await isToBeWatched(context, targetId))) return;
    await run(context, `reconciliation of ${targetId}`, (watched) =>
      reconcileWithLog(watched, target, signal, { watch: true }),
    );
  });

  await work("audit", auditConcurrency, async (context, key, signal) => {
    const target = context.targets.find(({ id }) => auditKeyOf("target", id) === key);
    const entry = (await accountsInUse(context)).find(
      ({ configured }) => auditKeyOf("account", accountKey(configured)) === key,
    );
    await run(context, `audit of ${key}`, async (watched) => {
      if (entry !== undefined) await auditAccount(watched, entry, signal, { repair: true });
      if (target === undefined) return;
      const audited = await auditTarget(watched, target, signal, { repair: true, deep: false });
      if (audited === null) await queue.enqueue("audit", key, busySeconds);
    });
  });

  const configure = async (next: DaemonState): Promise<void> => {
    const accounts = await registerConfiguration(next.context);
    const former = loan;
    loan = next.borrow();
    state = next;
    former[Symbol.dispose]();
    const sources = new Set(accounts.map((entry) => entry.configured.sourceId));
    const when = { cron: next.cron, timezone: next.context.zone };
    const audit = { cron: next.auditCron, timezone: next.context.zone };
    await queue.schedule(new Map([...[...sources].map((id) => [id, when] as const), [auditKey, audit]]));
    for (const entry of accounts) await queue.enqueue("pull", accountKey(entry.configured));
    for (const target of await targetsWithWork(next.context)) await queue.enqueue("reconcile", target);
  };
  await configure(first);
  return { configure, jobs };
}

/** Respects the account's back-off and the shortest time between two pulls. */
function mayPull(context: Context, { account, configured }: AccountInUse): boolean {
  const now = context.clock.now();
  if (isBackingOff(account.retry_at, now)) return false;
  if (account.attempted_at === null) return true;
  const age = now - account.attempted_at.getTime();
  // Less than nothing: the clock was set back since.
  return age < 0 || age >= configured.pullFloorMs - jitterSeconds * 1000;
}

async function enqueueAudits(queue: JobQueue, context: Context): Promise<void> {
  for (const account of context.accounts)
    await queue.enqueue("audit", auditKeyOf("account", accountKey(account)));
  for (const { id } of context.targets) await queue.enqueue("audit", auditKeyOf("target", id));
}

function auditKeyOf(kind: "account" | "target", key: string): string {
  return `${kind} ${key}`;
}

/** Whether a target is to be asked for changes of others. */
async function isToBeWatched(context: Context, targetId: string): Promise<boolean> {
  const target = await ensureTarget(context.db, targetId);
  const now = context.clock.now();
  return (
    target.surveyed_at !== null &&
    target.held === null &&
    !isBackingOff(target.retry_at, now) &&
    isWatchDue(target, now)
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
async function survive(context: Context, what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof LeaseLostError) context.log.warn(error.message);
    else context.log.error({ err: error }, `${what} failed; the next run tries again`);
  }
}
