import type { JobHandler, JobName, JobQueue } from "../../../src/schedule/job-queue.ts";

/** For a context whose connections nobody closes. */
export const lent = { borrow: (): Disposable => ({ [Symbol.dispose]: () => undefined }) };

/** A queue that runs nothing by itself, and the handlers that the daemon gave it. */
export function idleQueue() {
  const handlers = new Map<JobName, JobHandler>();
  const schedules = new Map<string, string>();
  const waiting: Array<readonly [JobName, string]> = [];
  const delayed: Array<readonly [JobName, string]> = [];
  const queue: JobQueue = {
    enqueue: async (name, key, delaySeconds = 0) => {
      const jobs = delaySeconds > 0 ? delayed : waiting;
      // One of a key waits at most.
      if (!jobs.some(([job, of]) => job === name && of === key)) jobs.push([name, key]);
    },
    schedule: async (crons) => {
      schedules.clear();
      for (const [key, { cron }] of crons) schedules.set(key, cron);
    },
    lastAsked: () => null,
    work: async (name, _concurrency, handler) => void handlers.set(name, handler),
    [Symbol.asyncDispose]: async () => undefined,
  };
  const signal = new AbortController().signal;
  /** Does what waits, one after the other, and says what it was. */
  const work = async (): Promise<string[]> => {
    const done: string[] = [];
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      await handlers.get(job[0])?.(job[1], signal);
      done.push(job.join(" "));
    }
    return done;
  };
  /** The moment of a schedule has come. */
  const due = async (key: string) => handlers.get("due")?.(key, signal);
  /** What was put off is done now. */
  const later = async (): Promise<string[]> => {
    waiting.push(...delayed.splice(0));
    return work();
  };
  return { queue, schedules, work, due, later };
}
