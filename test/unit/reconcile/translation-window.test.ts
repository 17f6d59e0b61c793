import { assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { translationWindow } from "../../../src/reconcile/translate/translate-native.ts";

const dayMs = 86_400_000;
const past = 90 * dayMs;
const future = 540 * dayMs;
const windowAt = (now: number) => ({
  from: new Date(now - past).toISOString(),
  until: new Date(now + future).toISOString(),
});
const anyInstant = integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2035, 0, 1) });

describe("the window of translations", () => {
  it("holds the whole window, and at most three months more", () => {
    assert(
      property(anyInstant, (now) => {
        const window = windowAt(now);
        const whole = translationWindow(window);
        expect(whole.from <= window.from && whole.until >= window.until).toBe(true);
        const length = Date.parse(whole.until) - Date.parse(whole.from);
        expect(length - past - future).toBeLessThan(93 * dayMs);
      }),
      { seed: 1 },
    );
  });

  it("is the same as long as the window begins in the same month", () => {
    assert(
      property(anyInstant, anyInstant, (a, b) => {
        const [one, other] = [windowAt(a), windowAt(b)];
        const isSameMonth = one.from.slice(0, 7) === other.from.slice(0, 7);
        const isSame = translationWindow(one).until === translationWindow(other).until;
        expect(isSame).toBe(isSameMonth);
      }),
      { seed: 1, numRuns: 2_000, examples: [[Date.UTC(2026, 4, 1), Date.UTC(2026, 4, 28)]] },
    );
  });
});
