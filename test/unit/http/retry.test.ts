import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Clock } from "../../../src/http/clock.ts";
import { RemoteError, type RemoteErrorKind } from "../../../src/http/remote-error.ts";
import { type RetryPolicy, withRetry } from "../../../src/http/retry.ts";

const policy: RetryPolicy = { attempts: 4, baseDelayMs: 100, maxDelayMs: 250, maxTotalWaitMs: 10_000 };
const signal = new AbortController().signal;

/** A clock that jumps instead of waiting. */
function jumpingClock(): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  let now = 1_000_000;
  return {
    waits,
    now: () => now,
    uptime: () => now,
    async sleep(ms) {
      waits.push(ms);
      now += ms;
    },
  };
}

const failing = (kind: RemoteErrorKind, retryAt?: number) => {
  const errors: RemoteError[] = [];
  return {
    errors,
    operation: async (): Promise<never> => {
      const error = new RemoteError(kind, `failure ${errors.length + 1}`, { retryAt });
      errors.push(error);
      throw error;
    },
  };
};

async function succeedsThirdTime(attempt: number): Promise<number> {
  if (attempt < 3) throw new RemoteError("transient", "not yet");
  return attempt;
}

describe("withRetry", () => {
  it("returns the first success", async () => {
    const clock = jumpingClock();
    expect(await withRetry(succeedsThirdTime, policy, { signal, clock, random: () => 0.5 })).toBe(3);
    expect(clock.waits).toEqual([50, 100]);
  });

  it("throws the last error itself when the attempts are used up", async () => {
    const clock = jumpingClock();
    const { operation, errors } = failing("transient");
    const thrown = await withRetry(operation, policy, { signal, clock, random: () => 0.999 }).catch(
      (e: unknown) => e,
    );
    expect(errors).toHaveLength(4);
    expect(thrown).toBe(errors[3]);
  });

  it("doubles the back-off up to its cap", async () => {
    const clock = jumpingClock();
    const { operation } = failing("transient");
    await withRetry(operation, policy, { signal, clock, random: () => 1 }).catch(() => undefined);
    expect(clock.waits).toEqual([100, 200, 250]);
  });

  it("waits as long as the server asks, also beyond the back-off's cap", async () => {
    const clock = jumpingClock();
    const { operation } = failing("throttled", clock.now() + 3000);
    await withRetry(operation, { ...policy, attempts: 2 }, { signal, clock, random: () => 0 }).catch(
      () => undefined,
    );
    expect(clock.waits).toEqual([3000]);
  });

  it("gives up at once when the server asks for more than the budget", async () => {
    const clock = jumpingClock();
    const { operation, errors } = failing("throttled", clock.now() + 10_001);
    await expect(withRetry(operation, policy, { signal, clock })).rejects.toBe(errors[0]);
    expect(clock.waits).toEqual([]);
  });

  it.each([
    "auth",
    "forbidden",
    "missing",
    "checkpoint",
    "conflict",
    "refused",
    "protocol",
    "aborted",
  ] as const)("does not repeat after %s", async (kind) => {
    const { operation, errors } = failing(kind);
    await expect(withRetry(operation, policy, { signal, clock: jumpingClock() })).rejects.toBe(errors[0]);
    expect(errors).toHaveLength(1);
  });

  it("does not repeat after an error of our own", async () => {
    let calls = 0;
    const operation = async () => {
      calls += 1;
      throw new TypeError("a bug");
    };
    await expect(withRetry(operation, policy, { signal, clock: jumpingClock() })).rejects.toThrow("a bug");
    expect(calls).toBe(1);
  });

  it("never exceeds attempts or total wait, and never repeats before retryAt", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(fc.integer({ min: -1000, max: 8000 })), { minLength: 12, maxLength: 12 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        async (asks, random) => {
          const clock = jumpingClock();
          let calls = 0;
          let notBefore = 0;
          const operation = async () => {
            expect(clock.now()).toBeGreaterThanOrEqual(notBefore);
            const ask = asks[calls] ?? null;
            calls += 1;
            notBefore = ask === null ? 0 : clock.now() + ask;
            throw new RemoteError("throttled", "wait", { retryAt: ask === null ? undefined : notBefore });
          };
          await expect(withRetry(operation, policy, { signal, clock, random: () => random })).rejects.toThrow(
            "wait",
          );
          expect(calls).toBeLessThanOrEqual(policy.attempts);
          expect(clock.waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(policy.maxTotalWaitMs);
        },
      ),
    );
  });
});
