import { setTimeout as delay } from "node:timers/promises";
import type { Config } from "../config/config.ts";
import { createDatabaseAlert } from "../health/database-alert.ts";
import { raiseAlerts } from "../health/raise-alerts.ts";
import type { RunningJobs } from "../health/running-jobs.ts";
import { healthSettings } from "../health/settings.ts";
import { freshWatch, watchForStalls } from "../health/stall.ts";
import { openWebhook, type Webhook } from "../health/webhook.ts";
import type { Context } from "../reconcile/context.ts";
import { LeaseLostError } from "../reconcile/with-lease.ts";
import { scheduleBeat } from "../store/schedule-beat.ts";
import type { JobQueue } from "./job-queue.ts";

/** Watches the daemon it runs in. */
export interface HealthLoop extends AsyncDisposable {
  /** Resolves when something stands still that only a new process can mend: which, a full sentence. */
  readonly stalled: Promise<string>;
}

type WatchedConfig = Pick<Config, "sources" | "freshness" | "alerts" | "schedule" | "timezone">;

export type Watched = {
  readonly databaseIsEmbedded: boolean;
  readonly queue: Pick<JobQueue, "lastAsked">;
  readonly jobs: RunningJobs;
  /** The newest configuration, and what it is connected to. */
  current(): { readonly context: Context; readonly config: WatchedConfig };
};

const lookEveryMs = 60_000;
/** How long the check in hand may take to come to its end when the daemon stops. */
const lastCheckMs = 3_000;
const answerWithinMs = 30_000;

/**
 * Each minute, on timers of its own: checks what needs attention and tells of it, and looks whether the schedule, the
 * queue and the jobs go on.
 */
export function startHealthLoop(watched: Watched): HealthLoop {
  const { queue, jobs, databaseIsEmbedded } = watched;
  const stop = new AbortController();
  const databaseAlert = createDatabaseAlert();
  const stalled = Promise.withResolvers<string>();
  let databaseAnswers = true;
  let scheduleMark: string | null = null;
  let opened: { readonly of: WatchedConfig; readonly webhook: Webhook | null } | null = null;
  let watch = freshWatch;
  let lookedAt = watched.current().context.clock.uptime();

  async function webhookOf(config: WatchedConfig): Promise<Webhook | null> {
    if (opened?.of !== config) {
      await opened?.webhook?.[Symbol.asyncDispose]();
      const { webhook } = config.alerts;
      opened = { of: config, webhook: webhook === null ? null : openWebhook(webhook) };
    }
    return opened.webhook;
  }

  async function check(): Promise<void> {
    const { context, config } = watched.current();
    const settings = healthSettings(config);
    const webhook = await webhookOf(config);
    let failure: unknown = null;
    try {
      scheduleMark = await answered(scheduleBeat(context.db));
      await raiseAlerts(context, settings, webhook, stop.signal);
    } catch (error) {
      if (!(error instanceof LeaseLostError)) failure = error;
    }
    if (stop.signal.aborted) return;
    databaseAnswers = failure === null;
    if (failure !== null) context.log.error({ err: failure }, "health check");
    const { repeatMs } = settings;
    await databaseAlert.note(failure, { context, webhook, repeatMs }, stop.signal);
  }

  async function checkAgainAndAgain(): Promise<void> {
    while (!stop.signal.aborted) {
      const { clock } = watched.current().context;
      await jobs
        .follow("health check", () => undefined, check)
        .catch((error: unknown) => watched.current().context.log.error({ err: error }, "health check"));
      await clock.sleep(lookEveryMs, stop.signal).catch(() => undefined);
    }
  }

  function look(): void {
    const { context, config } = watched.current();
    const { clock } = context;
    const at = clock.uptime();
    // Of a longer time between two looks the machine has slept.
    const awakeMs = Math.min(at - lookedAt, 2 * lookEveryMs);
    lookedAt = at;
    const pulse = {
      scheduleMark,
      queueMark: queue.lastAsked(),
      jobs: jobs.marks,
      databaseAnswers,
      databaseIsEmbedded,
    };
    const schedule = { cron: config.schedule.pull, timezone: config.timezone };
    const outcome = watchForStalls(watch, pulse, awakeMs, clock.now(), schedule);
    watch = outcome.watch;
    if (outcome.stalled !== null) stalled.resolve(outcome.stalled);
  }

  const looks = setInterval(look, lookEveryMs);
  const checks = checkAgainAndAgain();
  return {
    stalled: stalled.promise,
    async [Symbol.asyncDispose]() {
      clearInterval(looks);
      stop.abort();
      // A database that answers no more must not keep the process from ending.
      const enough = new AbortController();
      await Promise.race([
        checks,
        delay(lastCheckMs, undefined, { signal: enough.signal }).catch(() => undefined),
      ]);
      enough.abort();
      await opened?.webhook?.[Symbol.asyncDispose]();
    },
  };
}

/** A database that neither answers nor refuses counts as one that is away. */
async function answered<T>(question: Promise<T>): Promise<T> {
  const enough = new AbortController();
  const silence = delay(answerWithinMs, undefined, { signal: enough.signal }).then(() => {
    throw new Error(`The database did not answer within ${answerWithinMs / 1000} s.`);
  });
  silence.catch(() => undefined);
  return Promise.race([question, silence]).finally(() => enough.abort());
}
