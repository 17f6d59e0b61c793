import { describe, expect, it } from "vitest";
import { compareListings } from "../../../src/reconcile/audit/compare-listing.ts";
import type { StagedForAudit } from "../../../src/store/audit-source.ts";

type Given = {
  /** ETags by native id, by collection id. */
  readonly listings: Readonly<Record<number, Readonly<Record<string, string | null>>>>;
  /** Collection and ETag by native id. */
  readonly staged: Readonly<Record<string, readonly [number, string | null]>>;
  readonly owed?: Readonly<Record<number, readonly string[]>>;
};

function compare({ listings, staged, owed = {} }: Given) {
  const rows = Object.entries(staged).map(([nativeId, [collectionId, etag]], at): StagedForAudit => {
    return { stagedId: at, collectionId, nativeId, etag, bodyHash: nativeId, span: null };
  });
  const state = {
    listings: new Map(
      Object.entries(listings).map(([id, all]) => [Number(id), new Map(Object.entries(all))]),
    ),
    staged: rows,
    owed: new Map(Object.entries(owed).map(([id, all]) => [Number(id), new Set(all)])),
  };
  const { findings, books } = compareListings(state, new Set());
  return {
    findings: findings.map(({ kind, collectionId, nativeId }) => `${kind} ${nativeId} in ${collectionId}`),
    books: Object.fromEntries([...books].map(([id, { listed, staged: found }]) => [id, [listed, found]])),
  };
}

describe("a listing against what is staged", () => {
  it("names an event that moved to another calendar unseen once, as missing there", () => {
    const given = { listings: { 1: {}, 2: { a: "1" } }, staged: { a: [1, "1"] as const } };
    expect(compare(given).findings).toEqual(["missing a in 2"]);
  });

  it("knows an event that two calendars list", () => {
    const given = { listings: { 1: { a: "1" }, 2: { a: "1" } }, staged: { a: [1, "1"] as const } };
    expect(compare(given)).toEqual({ findings: [], books: { 1: [1, 1], 2: [1, 1] } });
  });

  it("says nothing of a calendar that could not be listed, nor of what may have come from there", () => {
    const given = { listings: { 2: { a: "1" } }, staged: { a: [1, "1"] as const, b: [1, "1"] as const } };
    expect(compare(given)).toEqual({ findings: [], books: { 2: [1, 1] } });
  });

  it("compares no ETag that either side does not know", () => {
    const staged = { a: [1, null], b: [1, "1"], c: [1, "1"] } as const;
    expect(compare({ listings: { 1: { a: "2", b: null, c: "2" } }, staged }).findings).toEqual([
      "stale ETag c in 1",
    ]);
  });

  it("does not find what is owed already", () => {
    const staged = { a: [1, "1"], b: [1, "1"] } as const;
    const given = { listings: { 1: { a: "2", c: "1" } }, staged, owed: { 1: ["a", "b", "c"] } };
    expect(compare(given).findings).toEqual([]);
  });
});
