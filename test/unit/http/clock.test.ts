import { afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../../src/http/clock.ts";

afterEach(() => {
  vi.useRealTimers();
});

describe("systemClock.uptime", () => {
  it("goes on whatever the clock is set to", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const before = systemClock.uptime();
    vi.setSystemTime(0);
    const after = systemClock.uptime();
    expect(after).toBeGreaterThanOrEqual(before);
    expect(after - before).toBeLessThan(10_000);
  });
});

describe("systemClock.sleep", () => {
  it("resolves after the time asked for", async () => {
    vi.useFakeTimers();
    const began = Date.now();
    const slept = systemClock.sleep(5000).then(() => systemClock.now());
    await vi.advanceTimersByTimeAsync(5000);
    expect(await slept).toBe(began + 5000);
  });

  it("waits longer than one timer can", async () => {
    vi.useFakeTimers();
    let done = false;
    const day = 86_400_000;
    const slept = systemClock.sleep(30 * day).finally(() => {
      done = true;
    });
    await vi.advanceTimersByTimeAsync(29 * day);
    expect(done).toBe(false);
    await vi.advanceTimersByTimeAsync(day);
    await slept;
    expect(done).toBe(true);
  });

  it.each([-3_600_000, 3_600_000])(
    "lasts as long as it should when the clock is set by %d ms",
    async (by) => {
      vi.useFakeTimers();
      const done = vi.fn<() => void>();
      const slept = systemClock.sleep(5000).finally(() => done());
      await vi.advanceTimersByTimeAsync(1000);
      vi.setSystemTime(Date.now() + by);
      await vi.advanceTimersByTimeAsync(3900);
      expect(done).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(200);
      await slept;
      expect(done).toHaveBeenCalled();
    },
  );

  it("stops when the signal fires and leaves no timer behind", async () => {
    vi.useFakeTimers();
    const stop = new AbortController();
    const slept = systemClock.sleep(5000, stop.signal).catch((error: unknown) => error);
    stop.abort(new Error("shutting down"));
    expect(await slept).toMatchObject({ kind: "aborted", cause: new Error("shutting down") });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not begin to wait under a signal that has fired", async () => {
    await expect(systemClock.sleep(5000, AbortSignal.abort())).rejects.toMatchObject({ kind: "aborted" });
  });
});
