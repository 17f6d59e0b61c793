import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Condition, stepAlerts } from "../../../src/health/alerts.ts";
import type { StoredAlert } from "../../../src/store/alerts.ts";
import { dayMs, hourMs, minuteMs, now } from "./statuses.ts";

function condition(changes: Partial<Condition> = {}): Condition {
  const usual = { kind: "stale", subject: "family/me", stage: "", message: "Old." } as const;
  return { ...usual, graceMs: 0, repeats: true, ...changes };
}

function stage(name: string): Condition[] {
  return [condition({ stage: name })];
}

/** What is told when the conditions are found one after the other, at these times. */
function told(checks: ReadonlyArray<readonly [number, readonly Condition[]]>): string[] {
  let alerts: readonly StoredAlert[] = [];
  return checks.flatMap(([at, found]) => {
    const step = stepAlerts(alerts, found, now + at, dayMs);
    alerts = step.alerts;
    return step.told.map(({ state, subject }) => `${at / minuteMs} ${subject} ${state}`);
  });
}

/** What is told when an alert of this kind is over after a time. */
function over(kind: string, lastedMs: number): string | undefined {
  const alert = { kind, subject: "family/me", stage: "", message: "Old.", since: now };
  return stepAlerts([{ ...alert, firing: true, toldAt: now }], [], now + lastedMs, dayMs).told[0]?.message;
}

describe("an alert", () => {
  it("is told once, and once that it is over", () => {
    const on = [condition()];
    expect(
      told([
        [0, on],
        [minuteMs, on],
        [2 * minuteMs, []],
        [3 * minuteMs, []],
      ]),
    ).toEqual(["0 family/me firing", "2 family/me resolved"]);
  });

  it("says when it is over of what, since when and how long, in words of its own", () => {
    expect(over("stale", 3 * hourMs)).toBe(
      `The delay of family/me is over: it was first seen at ${new Date(now).toISOString()} and lasted 3 hours.`,
    );
    expect(over("held", -dayMs)).toMatch(/^The hold on family\/me is over: .* and lasted 0 minutes\.$/);
    expect(over("of another version", minuteMs)).toMatch(
      /^The alert of another version of family\/me is over/,
    );
  });

  it("is told again after the period, and at each new stage", () => {
    const checks = [0, 1, 23, 24, 25, 47, 48].map((hour) => [hour * hourMs, stage("a")] as const);
    expect(told(checks)).toEqual([0, 24, 48].map((hour) => `${hour * 60} family/me firing`));
    expect(
      told([
        [0, stage("7")],
        [hourMs, stage("1")],
        [2 * hourMs, stage("1")],
      ]),
    ).toHaveLength(2);
  });

  it("is told once for each stage where it does not repeat", () => {
    const checks = Array.from(
      { length: 40 },
      (_, day) => [day * dayMs, [condition({ repeats: false, stage: day < 30 ? "30" : "7" })]] as const,
    );
    expect(told(checks)).toHaveLength(2);
  });

  it("that must last is not told before, nor when it did not", () => {
    const on = [condition({ graceMs: 10 * minuteMs })];
    expect(
      told([
        [0, on],
        [9 * minuteMs, on],
        [10 * minuteMs, on],
        [11 * minuteMs, []],
      ]),
    ).toEqual(["10 family/me firing", "11 family/me resolved"]);
    expect(
      told([
        [0, on],
        [9 * minuteMs, []],
        [10 * minuteMs, on],
        [19 * minuteMs, on],
      ]),
    ).toEqual([]);
  });

  it("neither falls silent nor repeats without end when the clock is set back", () => {
    const on = [condition()];
    const aYearAgo = -365 * dayMs;
    expect(
      told([
        [0, on],
        [aYearAgo, on],
        [aYearAgo + minuteMs, on],
        [aYearAgo + dayMs, on],
      ]),
    ).toHaveLength(3);
    const slow = [condition({ graceMs: 10 * minuteMs })];
    expect(
      told([
        [0, slow],
        [-dayMs, slow],
        [-dayMs + 10 * minuteMs, slow],
      ]),
    ).toHaveLength(1);
  });

  it("is told exactly once in each period while it lasts, and is over exactly once, in any sequence", () => {
    const subjects = ["a", "b", "c"];
    const check = fc.record({
      minutes: fc.integer({ min: 1, max: 30 * 60 }),
      on: fc.subarray(subjects),
    });
    fc.assert(
      fc.property(fc.array(check, { maxLength: 60 }), (checks) => {
        let at = now;
        let alerts: readonly StoredAlert[] = [];
        const lastTold = new Map<string, number>();
        for (const { minutes, on } of checks) {
          at += minutes * minuteMs;
          const found = on.map((subject) => condition({ subject }));
          const step = stepAlerts(alerts, found, at, dayMs);
          const expected = subjects.flatMap((subject) => {
            const last = lastTold.get(subject);
            if (!on.includes(subject)) return last === undefined ? [] : [`${subject} resolved`];
            return last === undefined || at - last >= dayMs ? [`${subject} firing`] : [];
          });
          expect(step.told.map(({ subject, state }) => `${subject} ${state}`).toSorted()).toEqual(
            expected.toSorted(),
          );
          for (const { subject, state } of step.told)
            if (state === "firing") lastTold.set(subject, at);
            else lastTold.delete(subject);
          // A restart: what is remembered goes through the database.
          alerts = structuredClone(step.alerts);
        }
      }),
    );
  });
});
