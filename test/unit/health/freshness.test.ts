import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountFreshness, targetFreshness } from "../../../src/health/freshness.ts";
import { readiness } from "../../../src/health/readiness.ts";
import { account, ago, dayMs, hourMs, minuteMs, now, target } from "./statuses.ts";

const limits = { pullMs: hourMs, auditMs: 36 * hourMs };

describe("an account", () => {
  it.each([
    ["fresh", {}],
    ["fresh", { completeAt: ago(hourMs) }],
    ["stale", { completeAt: ago(hourMs + 1) }],
    ["stale", { completeAt: ago(2 * hourMs), error: "401" }],
    ["failing", { error: "503" }],
    ["never", { completeAt: null }],
    ["never", { completeAt: null, addedAt: ago(2 * minuteMs) }],
  ])("is %s with %j", (state, changes) => {
    expect(accountFreshness(account(changes), limits, now).state).toBe(state);
  });

  it("that was never read is overdue only when its limit has passed since it came into use", () => {
    const overdue = [2 * minuteMs, 2 * hourMs, -hourMs].map(
      (ms) => accountFreshness(account({ completeAt: null, addedAt: ago(ms) }), limits, now).overdue,
    );
    expect(overdue).toEqual([false, true, false]);
  });

  it.each([
    ["balanced", {}],
    ["none", { auditedAt: null, balancedAt: null, addedAt: ago(hourMs) }],
    ["overdue", { auditedAt: null, balancedAt: null }],
    ["overdue", { auditedAt: ago(37 * hourMs), balancedAt: ago(37 * hourMs) }],
    ["unbalanced", { balancedAt: null }],
    ["unbalanced", { balancedAt: ago(33 * hourMs) }],
  ])("has an audit that is %s with %j", (audit, changes) => {
    expect(accountFreshness(account(changes), limits, now).audit).toBe(audit);
  });

  it("looks fresh for at most twice its limit after its last success, whatever becomes of the clock", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -400 * dayMs, max: 400 * dayMs }),
        fc.array(fc.integer({ min: 1, max: 10 * hourMs }), { minLength: 1, maxLength: 30 }),
        (jumpMs, steps) => {
          const status = account({ completeAt: ago(0) });
          let elapsed = 0;
          const freshAt: number[] = [];
          for (const step of [0, ...steps]) {
            elapsed += step;
            const { state } = accountFreshness(status, limits, now + jumpMs + elapsed);
            if (state === "fresh") freshAt.push(elapsed);
          }
          const [first = 0, last = first] = [freshAt[0], freshAt.at(-1)];
          expect(last - first).toBeLessThanOrEqual(2 * limits.pullMs);
        },
      ),
    );
  });
});

describe("a target", () => {
  it.each([
    ["fresh", {}, {}],
    ["fresh", { waitingSince: ago(59 * minuteMs) }, {}],
    ["stale", { waitingSince: ago(61 * minuteMs) }, {}],
    ["stale", {}, { waitingSince: ago(2 * hourMs) }],
    ["failing", { error: "503" }, {}],
    ["held", { held: "It holds objects of others." }, {}],
    ["never", { reconciledAt: null, waitingSince: ago(minuteMs) }, {}],
    ["never", { reconciledAt: null }, { waitingSince: ago(minuteMs) }],
    ["fresh", { reconciledAt: null }, {}],
    ["stale", { reconciledAt: null, waitingSince: ago(2 * hourMs) }, {}],
  ])("is %s with %j and an account with %j", (state, changes, feeding) => {
    expect(targetFreshness(target(changes), [account(feeding)], limits, now).state).toBe(state);
  });

  it("lags by the oldest change, staged or planned", () => {
    const feeding = [
      account({ waitingSince: ago(5 * minuteMs) }),
      account({ waitingSince: ago(40 * minuteMs) }),
    ];
    const judged = targetFreshness(target({ waitingSince: ago(9 * minuteMs) }), feeding, limits, now);
    expect(judged).toMatchObject({ lagMs: 40 * minuteMs, waitingSince: ago(40 * minuteMs) });
    expect(targetFreshness(target(), [account()], limits, now)).toMatchObject({
      lagMs: 0,
      waitingSince: null,
    });
  });
});

/** As the daemon would judge these. */
function judge(
  accounts: ReadonlyArray<ReturnType<typeof account>>,
  targets: ReadonlyArray<ReturnType<typeof target>>,
) {
  return readiness(
    accounts.map((status) => accountFreshness(status, limits, now)),
    targets.map((status) => targetFreshness(status, [], limits, now)),
  );
}

describe("readiness", () => {
  it("needs everything to be current; a failure that is not yet too old does not count", () => {
    expect(judge([account(), account({ error: "503" })], [target({ error: "503" })])).toEqual({
      ready: true,
      reasons: [],
    });
  });

  it("says in a sentence of each account and target why it is not", () => {
    const accounts = [account({ completeAt: null }), account({ completeAt: ago(3 * hourMs) })];
    const targets = [
      target({ waitingSince: ago(2 * hourMs) }),
      target({ held: "…" }),
      target({ reconciledAt: null, waitingSince: ago(minuteMs) }),
    ];
    const { ready, reasons } = judge(accounts, targets);
    expect(ready).toBe(false);
    expect(reasons.map(({ kind }) => kind)).toEqual([
      "never-read",
      "stale",
      "behind",
      "held",
      "never-written",
    ]);
    expect(reasons.map(({ message }) => message)).toEqual([
      "family/me@icloud.example has never been read completely.",
      "family/me@icloud.example was last read completely at 2026-11-22T09:00:00.000Z, longer ago than 60 minutes.",
      'A change has waited to be written to "all" since 2026-11-22T10:00:00.000Z, longer than 60 minutes.',
      'Nothing is written to "all": a person must decide.',
      '"all" has never been written to: `kalends sync` or `kalends run` does so.',
    ]);
  });
});
