import { describe, expect, it } from "vitest";
import { parseRetryAfter } from "../../../src/http/retry-after.ts";

const now = Date.UTC(2026, 10, 22, 12, 0, 0);

describe("parseRetryAfter", () => {
  it.each([
    ["120", 120_000],
    ["0", 0],
    [" 7 ", 7000],
    ["2.128", 2128],
    ["0.0001", 1],
    ["Sun, 22 Nov 2026 12:01:30 GMT", 90_000],
    ["Sunday, 22-Nov-26 12:01:30 GMT", 90_000],
    ["Sun Nov 22 12:01:30 2026", 90_000],
    ["Sun, 22 Nov 2026 11:00:00 GMT", 0],
    // Nobody is obeyed for longer than an hour, nor is a clock that is wrong by years.
    ["31536000", 3_600_000],
    ["Mon, 22 Nov 2027 12:00:00 GMT", 3_600_000],
  ])("reads %j as %d ms", (value, ms) => {
    expect(parseRetryAfter(value, now)).toBe(ms);
  });

  it.each([
    undefined,
    "",
    "soon",
    "-5",
    "1e3",
    "12 seconds",
    "2026-11-22",
    "Sun, 99 Foo 2026 12:01:30 GMT",
    "9".repeat(400),
  ])("takes %j for no statement", (value) => {
    expect(parseRetryAfter(value, now)).toBeNull();
  });
});
