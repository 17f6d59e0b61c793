import { describe, expect, it } from "vitest";
import { createExpansion } from "../../../src/sources/graph/series-expansion.ts";
import { quickClock } from "./fixture.ts";

const dayMs = 24 * 3_600_000;

describe("the expansion of a series", () => {
  it("that was refused once is not asked for again for a day, and others are", () => {
    const clock = quickClock();
    const expansion = createExpansion(clock);
    expansion.refused("a");
    expect([expansion.isRefused("a"), expansion.isRefused("b")]).toEqual([true, false]);
    clock.advance(dayMs);
    expect(expansion.isRefused("a")).toBe(false);
  });

  it("is not asked for at all for a day after five different series in a row were refused", () => {
    const clock = quickClock();
    const expansion = createExpansion(clock);
    for (const id of ["a", "b", "c", "d", "d", "a"]) expansion.refused(id);
    expect(expansion.isRefused("z")).toBe(false);
    expansion.refused("e");
    expect(expansion.isRefused("z")).toBe(true);
    clock.advance(dayMs);
    expect(expansion.isRefused("z")).toBe(false);
  });

  it("is asked for where others are granted between the refusals", () => {
    const expansion = createExpansion(quickClock());
    for (const id of ["a", "b", "c", "d", "e", "f"]) {
      expansion.refused(id);
      expansion.granted();
    }
    expect(expansion.isRefused("z")).toBe(false);
  });

  it("is remembered of a thousand series at the most", () => {
    const expansion = createExpansion(quickClock());
    for (let id = 0; id <= 1_000; id += 1) {
      expansion.refused(String(id));
      expansion.granted();
    }
    expect([expansion.isRefused("0"), expansion.isRefused("1")]).toEqual([false, true]);
  });
});
