import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { followJobs } from "../../../src/health/running-jobs.ts";
import { startHealthLoop } from "../../../src/schedule/health-loop.ts";
import { noteScheduleBeat } from "../../../src/store/schedule-beat.ts";
import { World } from "../reconcile/world.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { dayMs, hourMs, minuteMs } from "./statuses.ts";

const config = {
  timezone: "UTC",
  schedule: { pull: "* * * * *", audit: "0 3 * * *", report: "0 7 * * *" },
  freshness: { pullMs: hourMs, auditMs: 36 * hourMs },
  alerts: { webhook: null, repeatMs: dayMs },
  sources: [],
};

describe("the health loop", () => {
  let database: TestDatabase;
  let world: World;

  beforeAll(async () => {
    database = await openTestDatabase();
  }, 60_000);
  afterAll(() => database[Symbol.asyncDispose]());

  beforeEach(async () => {
    await clearDatabase(database.db);
    world = new World(database.db, [{ id: "work", style: "immutable", calendars: ["main"], priority: 1 }]);
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  });
  afterEach(() => void vi.useRealTimers());

  /** A daemon in which time passes by `pass` only; `step` happens in each minute. */
  function start(lastAsked: () => number | null) {
    const jobs = followJobs();
    let wake: (() => void) | undefined;
    let checked = Promise.withResolvers<void>();
    const sleep = (_ms: number, signal?: AbortSignal): Promise<void> => {
      checked.resolve();
      checked = Promise.withResolvers();
      return new Promise((resolve, reject) => {
        wake = resolve;
        signal?.addEventListener("abort", () => reject(new Error("stopped")), { once: true });
      });
    };
    const context = { ...world.context, clock: { ...world.context.clock, sleep } };
    const first = checked.promise;
    const loop = startHealthLoop({
      databaseIsEmbedded: true,
      queue: { lastAsked },
      jobs,
      current: () => ({ context, config }),
    });
    const stalls: string[] = [];
    void loop.stalled.then((what) => stalls.push(what));
    const pass = async (minutes: number, ms = minuteMs): Promise<string | null> => {
      for (let minute = 0; minute < minutes && stalls.length === 0; minute += 1) {
        const next = checked.promise;
        wake?.();
        await next;
        world.advance(ms);
        vi.advanceTimersByTime(minuteMs);
        await Promise.resolve();
      }
      return stalls[0] ?? null;
    };
    return { loop, jobs, first, pass };
  }

  it("finds a daemon alive whose schedule, queue and jobs go on, and stops when told to", async () => {
    let asked = 0;
    const { loop, first, pass } = start(() => (asked += 1));
    await first;
    for (let minute = 0; minute < 40; minute += 1) {
      await noteScheduleBeat(database.db, String(minute));
      expect(await pass(1)).toBeNull();
    }
    await loop[Symbol.asyncDispose]();
  });

  it("finds out when the schedule fires no more, or the queue has ceased to work", async () => {
    let asked = 0;
    const quiet = start(() => (asked += 1));
    await quiet.first;
    expect(await quiet.pass(30)).toContain("The schedule (* * * * *) has not fired");
    await quiet.loop[Symbol.asyncDispose]();
    const dead = start(() => 1);
    await dead.first;
    expect(await dead.pass(30)).toContain("The job queue has not asked for work");
    await dead.loop[Symbol.asyncDispose]();
  });

  it("finds a job that makes no progress, whatever the wall clock says", async () => {
    let asked = 0;
    const { loop, jobs, first, pass } = start(() => (asked += 1));
    await first;
    const stuck = Promise.withResolvers<void>();
    const running = jobs.follow(
      "pull of work/me",
      () => undefined,
      () => stuck.promise,
    );
    for (let minute = 0; minute < 58; minute += 1) {
      world.setClock(minute % 2 === 0 ? dayMs : -dayMs);
      await noteScheduleBeat(database.db, String(minute));
      expect(await pass(1)).toBeNull();
    }
    await noteScheduleBeat(database.db, "now");
    expect(await pass(4)).toBe("The pull of work/me has made no progress for 60 minutes.");
    stuck.resolve();
    await running;
    await loop[Symbol.asyncDispose]();
  });

  it("does not take the sleep of a suspended machine for a stall", async () => {
    let asked = 0;
    const { loop, first, pass } = start(() => (asked += 1));
    await first;
    await noteScheduleBeat(database.db, "before");
    expect(await pass(1)).toBeNull();
    expect(await pass(3, 12 * hourMs)).toBeNull();
    await loop[Symbol.asyncDispose]();
  });
});
