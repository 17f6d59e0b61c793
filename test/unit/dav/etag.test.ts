import { describe, expect, it } from "vitest";
import { normalizeEtag } from "../../../src/dav/etag.ts";

describe("normalizeEtag", () => {
  it.each([
    ['"abc"', '"abc"'],
    ['W/"abc"', '"abc"'],
    ['w/"abc"', '"abc"'],
    [" abc ", '"abc"'],
    ['""', null],
    ["", null],
    [null, null],
    [undefined, null],
    ['"', '"""'],
  ])("makes %j into %j", (raw, normalized) => {
    expect(normalizeEtag(raw)).toBe(normalized);
  });
});
