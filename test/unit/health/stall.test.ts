import { describe, expect, it } from "vitest";
import { freshWatch, type Pulse, watchForStalls } from "../../../src/health/stall.ts";
import { dayMs, hourMs, minuteMs, now } from "./statuses.ts";

const pulse: Pulse = {
  scheduleMark: "a",
  queueMark: 1,
  jobs: new Map(),
  databaseAnswers: true,
  databaseIsEmbedded: false,
};
const often = { cron: "*/2 * * * *", timezone: "America/New_York" };

/** Minutes after which a daemon counts as stalled, looked at each minute; null if it does not within the time. */
function stalledAfter(
  look: (minute: number) => Pulse,
  options: { readonly minutes?: number; readonly schedule?: typeof often; readonly awakeMs?: number } = {},
): readonly [number, string] | null {
  const { minutes = 3 * 24 * 60, schedule = often, awakeMs = minuteMs } = options;
  let watch = freshWatch;
  for (let minute = 0; minute < minutes; minute += 1) {
    const outcome = watchForStalls(watch, look(minute), awakeMs, now + minute * minuteMs, schedule);
    watch = outcome.watch;
    if (outcome.stalled !== null) return [minute, outcome.stalled];
  }
  return null;
}

/** Everything goes on, as of a minute. */
const alive = (minute: number): Pulse => ({ ...pulse, scheduleMark: String(minute), queueMark: minute });

/** An embedded database that answers now and then, and after 100 minutes not any more. */
function broken(minute: number): Pulse {
  const databaseAnswers = minute < 100 && minute % 8 === 0;
  return { ...alive(minute), databaseAnswers, databaseIsEmbedded: true };
}

/** The same, with one job whose progress has this mark. */
function pulling(mark: (minute: number) => number) {
  return (minute: number): Pulse => ({
    ...alive(minute),
    jobs: new Map([["pull of family", mark(minute)]]),
  });
}

describe("a daemon", () => {
  it("that goes on is never stalled", () => {
    expect(stalledAfter(alive)).toBeNull();
    expect(stalledAfter((minute) => ({ ...alive(minute), scheduleMark: String(minute >> 3) }))).toBeNull();
  });

  it("whose schedule stands still is, after a quarter of an hour", () => {
    const outcome = stalledAfter((minute) => ({ ...alive(minute), scheduleMark: "a" }));
    expect(outcome).toEqual([
      15,
      "The schedule (*/2 * * * *) has not fired for 15 minutes, although the database answers.",
    ]);
  });

  it.each([
    ["hourly", "0 * * * *", 4 * 60, 2 * 60],
    ["on weekdays, and it is a Sunday", "0 9-17 * * 1-5", 2 * dayMs, 20 * 60],
  ])("with a schedule that is %s is not before three firings were missed", (_, cron, latest, earliest) => {
    const schedule = { ...often, cron };
    const [minute] = stalledAfter((at) => ({ ...alive(at), scheduleMark: "a" }), { schedule }) ?? [0];
    expect(minute).toBeGreaterThan(earliest);
    expect(minute).toBeLessThanOrEqual(latest);
  });

  it("whose queue asks for no work any more is, after ten minutes", () => {
    const outcome = stalledAfter((minute) => ({ ...alive(minute), queueMark: null }));
    expect(outcome).toMatchObject([9, expect.stringContaining("job queue")]);
  });

  it("with a job that makes no progress for an hour is; one that does is not", () => {
    expect(stalledAfter(pulling(() => 1))).toEqual([
      59,
      "The pull of family has made no progress for 60 minutes.",
    ]);
    expect(stalledAfter(pulling((minute) => Math.floor(minute / 50)))).toBeNull();
  });

  it("whose database is away waits for it, and counts anew when it is back", () => {
    const [minute] = stalledAfter((at) => ({ ...pulse, databaseAnswers: at >= 10 * 60 })) ?? [0];
    expect(minute).toBeGreaterThan(10 * 60 + 8);
    expect(minute).toBeLessThan(10 * 60 + 12);
  });

  it("whose embedded database answers no more is, after ten minutes in a row", () => {
    expect(stalledAfter(broken)).toEqual([106, "The embedded database has not answered for 10 minutes."]);
  });

  it("is not taken for stalled by a clock that jumps", () => {
    let watch = freshWatch;
    for (const jump of [0, 400 * dayMs, -400 * dayMs, hourMs]) {
      const outcome = watchForStalls(watch, { ...pulse, queueMark: jump }, minuteMs, now + jump, often);
      watch = outcome.watch;
      expect(outcome.stalled).toBeNull();
    }
  });
});
