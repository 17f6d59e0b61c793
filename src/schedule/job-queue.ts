import { PgBoss, type ConstructorOptions } from "pg-boss";
import { fromPglite } from "pg-boss";
import type { Logger } from "pino";
import type { StoreEngine } from "../store/store.ts";

/** The queues, by the key that runs one at a time. */
export type JobName = "due" | "pull" | "reconcile" | "audit";

/** What a job handler gets: the key, and a signal that fires when the daemon stops or the job has expired. */
export type JobHandler = (key: string, signal: AbortSignal) => Promise<void>;

/**
 * Jobs on pg-boss. One job per key runs and at most one more waits (policy `stately`), so a hint that
 * arrives during a run is never lost and never piles up. pg-boss retries nothing: back-off is ours.
 */
export interface JobQueue extends AsyncDisposable {
  /** Puts a job in the queue unless one with this key waits already. */
  enqueue(name: JobName, key: string, delaySeconds?: number): Promise<void>;
  /** Replaces the cron schedules of the `due` queue: cron expression and IANA zone by key. */
  schedule(crons: ReadonlyMap<string, { readonly cron: string; readonly timezone: string }>): Promise<void>;
  /** When this process last asked for work, epoch milliseconds; null before, and when it has ceased to. */
  lastAsked(): number | null;
  /** Starts working on a queue, `concurrency` jobs at a time in this process. */
  work(name: JobName, concurrency: number, handler: JobHandler): Promise<void>;
}

/** Longest time a job may run; a first import of a large mailbox takes minutes. */
const expireSeconds = 6 * 3600;
/** A job whose process died is failed after this long, so that the next one may run. */
const heartbeatSeconds = 30;
/** Time that running jobs get to stop when the daemon ends. */
const stopTimeoutMs = 8_000;

/** Connects the queue to the database that the store has open. */
export async function createJobQueue(engine: StoreEngine, log: Logger): Promise<JobQueue> {
  const boss = new PgBoss(options(engine));
  boss.on("error", (error) => log.error({ err: error }, "job queue"));
  await boss.start();
  const names: readonly JobName[] = ["due", "pull", "reconcile", "audit"];
  for (const name of names) {
    await boss.createQueue(name, {
      policy: "stately",
      retryLimit: 0,
      expireInSeconds: expireSeconds,
      heartbeatSeconds,
      retentionSeconds: 86_400,
      deleteAfterSeconds: 3600,
    });
    // On an embedded database nobody else is alive: what a killed process left would only be in the way.
    if (engine.kind === "pglite") await boss.deleteAllJobs(name);
  }
  const stopping = new AbortController();
  const workers = new Map<JobName, string>();
  return {
    async enqueue(name, key, delaySeconds = 0) {
      await boss.send(
        name,
        { key },
        { singletonKey: key, ...(delaySeconds > 0 ? { startAfter: delaySeconds } : {}) },
      );
      const worker = workers.get(name);
      if (worker !== undefined && delaySeconds === 0) boss.notifyWorker(worker);
    },
    async schedule(crons) {
      for (const existing of await boss.getSchedules("due")) {
        if (!crons.has(existing.key)) await boss.unschedule("due", existing.key);
      }
      for (const [key, { cron, timezone }] of crons) {
        await boss.schedule("due", cron, { key }, { key, tz: timezone, singletonKey: key });
      }
    },
    lastAsked() {
      const times = boss.getWipData().flatMap(({ lastFetchedOn }) => lastFetchedOn ?? []);
      return times.length === 0 ? null : Math.max(...times);
    },
    async work(name, concurrency, handler) {
      const worker = await boss.work<{ key: string }>(
        name,
        { localConcurrency: concurrency, pollingIntervalSeconds: 1 },
        async (jobs) => {
          for (const job of jobs) await handler(job.data.key, AbortSignal.any([job.signal, stopping.signal]));
        },
      );
      workers.set(name, worker);
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await boss.stop({ graceful: true, timeout: stopTimeoutMs, close: engine.kind === "postgres" });
    },
  };
}

function options(engine: StoreEngine): ConstructorOptions {
  const common = {
    schema: "pgboss",
    schedule: true,
    cronMonitorIntervalSeconds: 10,
    cronWorkerIntervalSeconds: 1,
  };
  return engine.kind === "postgres"
    ? { ...common, connectionString: engine.url, max: 4, application_name: "kalends jobs" }
    : { ...common, db: fromPglite(engine.pglite), backend: "pglite" };
}
