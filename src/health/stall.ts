import { describeSpan } from "./describe-span.ts";
import { expectedFirings } from "./expected-firings.ts";

/** What can be seen of the daemon's work. A mark is anything that differs when something has happened since. */
export type Pulse = {
  /** Of the last schedule that was handled, by any process on the database; null before the first. */
  readonly scheduleMark: string | null;
  /** Of the last time that this process asked the queue for work. */
  readonly queueMark: number | null;
  /** Of the last progress of each job that runs. */
  readonly jobs: ReadonlyMap<string, number>;
  /** Whether the last question to the database was answered. */
  readonly databaseAnswers: boolean;
  /** Whether the database lives in this process: then nobody but a new process brings it back. */
  readonly databaseIsEmbedded: boolean;
};

/** For how long each mark has been the same; only time in which this process was awake counts. */
export type StallWatch = {
  readonly schedule: Quiet;
  readonly queue: Quiet;
  readonly jobs: ReadonlyMap<string, Quiet>;
  /** For how long an embedded database has not answered. */
  readonly withoutDatabaseMs: number;
};

type Quiet = { readonly mark: string | number | null; readonly forMs: number };

/** The start: nothing has been seen yet. */
export const freshWatch: StallWatch = {
  schedule: { mark: null, forMs: 0 },
  queue: { mark: null, forMs: 0 },
  jobs: new Map(),
  withoutDatabaseMs: 0,
};

/** A schedule that fires rarely must have been missed this often, one that fires often for this long. */
const missedFiringsMin = 3;
const scheduleQuietMs = 15 * 60_000;
/** Longer than a disk is full while somebody makes room. */
const withoutDatabaseMaxMs = 10 * 60_000;
const queueQuietMs = 10 * 60_000;
/** A single request ends within minutes, whatever its answer. */
const jobQuietMs = 60 * 60_000;

/**
 * Takes one look at the pulse. `stalled` says what stands still, a full sentence, or is null.
 *
 * @param awakeMs since the last look, never more than the machine was seen awake: a suspension is no stall.
 * @param now epoch milliseconds, only to know which firings the quiet time should have had.
 */
export function watchForStalls(
  watch: StallWatch,
  pulse: Pulse,
  awakeMs: number,
  now: number,
  schedule: { readonly cron: string; readonly timezone: string },
): { readonly watch: StallWatch; readonly stalled: string | null } {
  // A database server that is away explains the silence, and both go on by themselves when it is back.
  const whileAnswering = (quiet: Quiet, mark: string | number | null): Quiet =>
    pulse.databaseAnswers ? grown(quiet, mark, awakeMs) : { mark, forMs: 0 };
  const isBroken = pulse.databaseIsEmbedded && !pulse.databaseAnswers;
  const next: StallWatch = {
    withoutDatabaseMs: isBroken ? watch.withoutDatabaseMs + awakeMs : 0,
    schedule: whileAnswering(watch.schedule, pulse.scheduleMark),
    queue: whileAnswering(watch.queue, pulse.queueMark),
    jobs: new Map(
      [...pulse.jobs].map(([job, mark]) => [
        job,
        grown(watch.jobs.get(job) ?? { mark, forMs: 0 }, mark, awakeMs),
      ]),
    ),
  };
  return { watch: next, stalled: describeStall(next, now, schedule) };
}

function grown(before: Quiet, mark: Quiet["mark"], awakeMs: number): Quiet {
  return { mark, forMs: mark === before.mark ? before.forMs + awakeMs : 0 };
}

function describeStall(
  { schedule, queue, jobs, withoutDatabaseMs }: StallWatch,
  now: number,
  cron: { readonly cron: string; readonly timezone: string },
): string | null {
  if (withoutDatabaseMs >= withoutDatabaseMaxMs)
    return `The embedded database has not answered for ${describeSpan(withoutDatabaseMs)}.`;
  if (queue.forMs >= queueQuietMs)
    return `The job queue has not asked for work for ${describeSpan(queue.forMs)}, although the database answers.`;
  const missed =
    schedule.forMs < scheduleQuietMs ? 0 : expectedFirings(cron, now - schedule.forMs, now, missedFiringsMin);
  if (missed >= missedFiringsMin)
    return `The schedule (${cron.cron}) has not fired for ${describeSpan(schedule.forMs)}, although the database answers.`;
  for (const [job, { forMs }] of jobs)
    if (forMs >= jobQuietMs) return `The ${job} has made no progress for ${describeSpan(forMs)}.`;
  return null;
}
