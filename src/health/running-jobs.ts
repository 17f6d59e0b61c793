import type { Progress } from "../reconcile/context.ts";

/** What runs in this process, each with a mark that changes with its progress. */
export interface RunningJobs {
  readonly marks: ReadonlyMap<string, number>;
  /** Runs a job; whatever it tells of its progress goes to `progress` too. */
  follow<T>(job: string, progress: Progress, work: (progress: Progress) => Promise<T>): Promise<T>;
}

/** Nothing runs yet. */
export function followJobs(): RunningJobs {
  const marks = new Map<string, number>();
  let last = 0;
  return {
    marks,
    async follow(job, progress, work) {
      const mark = (): void => {
        last += 1;
        marks.set(job, last);
      };
      mark();
      try {
        return await work((step) => {
          mark();
          progress(step);
        });
      } finally {
        marks.delete(job);
      }
    },
  };
}
