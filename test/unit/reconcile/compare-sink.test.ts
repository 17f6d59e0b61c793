import { describe, expect, it } from "vitest";
import {
  compareSink,
  namesToRead,
  type ReadBody,
  type SinkState,
} from "../../../src/reconcile/target/compare-sink.ts";
import { repairOfSink } from "../../../src/reconcile/target/repair-of-sink.ts";
import type { RecordedObject } from "../../../src/store/audit-target.ts";

const recorded = (slot: string, more: Partial<RecordedObject> = {}): RecordedObject => ({
  slot,
  name: `${slot}.ics`,
  uid: `uid-${slot}`,
  key: `key-${slot}`,
  etag: "1",
  sinkFingerprint: "as written",
  desiredFingerprint: "as written",
  sourceId: "home",
  summary: slot,
  startsAt: null,
  ...more,
});

const body = (slot: string, more: Partial<ReadBody> = {}): ReadBody => ({
  name: `${slot}.ics`,
  etag: "1",
  ics: "BEGIN:VCALENDAR",
  fingerprint: "as written",
  uid: `uid-${slot}`,
  summary: slot,
  startsAt: null,
  ours: {
    slot,
    name: more.name ?? `${slot}.ics`,
    uid: `uid-${slot}`,
    etag: "1",
    fingerprint: "as written",
    summary: slot,
    startsAt: null,
  },
  ...more,
});

const state = (
  listing: Readonly<Record<string, string>>,
  on: readonly RecordedObject[],
  bodies: readonly ReadBody[],
  more: Partial<SinkState> = {},
): SinkState => {
  const etags = new Map(Object.entries(listing));
  return {
    listing: etags,
    recorded: on,
    asked: new Set(namesToRead(etags, on, false)),
    read: new Map(bodies.map((one) => [one.name, one])),
    unread: new Map(),
    ...more,
  };
};

const kindsOf = (compared: ReturnType<typeof compareSink>): string[] =>
  compared.findings.map(({ kind }) => kind);

describe("what stands in a target and what is on record", () => {
  it("are compared by ETag, and read only where they differ or were given back otherwise", () => {
    const on = [recorded("a"), recorded("b"), recorded("c", { sinkFingerprint: "as given back" })];
    const listing = new Map([
      ["a.ics", "1"],
      ["b.ics", "2"],
      ["c.ics", "1"],
      ["x.ics", "1"],
    ]);
    expect(namesToRead(listing, on, false)).toEqual(["b.ics", "c.ics", "x.ics"]);
    expect(namesToRead(listing, on, true)).toEqual(["a.ics", "b.ics", "c.ics", "x.ics"]);
    expect(namesToRead(new Map(), on.slice(0, 1), false)).toEqual(["a.ics"]);
  });

  it("are right without a read where the listing has the ETag, and missing only after one", () => {
    expect(compareSink(state({ "a.ics": "1" }, [recorded("a")], []))).toMatchObject({
      findings: [],
      counts: { recorded: 1, present: 1, listed: 1 },
    });
    expect(kindsOf(compareSink(state({}, [recorded("a")], [])))).toEqual(["missing"]);
    expect(kindsOf(compareSink(state({}, [recorded("a")], [body("a")])))).toEqual([]);
    // Listed, asked for, and not there any more.
    const asked = new Set(["a.ics"]);
    expect(kindsOf(compareSink(state({ "a.ics": "1" }, [recorded("a")], [], { asked })))).toEqual([
      "missing",
    ]);
  });

  it("count every object once", () => {
    const listing = { "a.ics": "1", "copy.ics": "1", "theirs.ics": "1", "o.ics": "1", "bad.ics": "1" };
    const theirs = body("theirs", { ours: null });
    const bodies = [body("a", { name: "copy.ics" }), theirs, body("o")];
    const unread = new Map([["bad.ics", "broken"]]);
    const compared = compareSink(state(listing, [recorded("a"), recorded("gone")], bodies, { unread }));
    expect(compared.counts).toEqual({
      recorded: 2,
      present: 1,
      orphans: 1,
      duplicates: 1,
      foreign: 1,
      unreadable: 1,
      listed: 5,
    });
    expect(kindsOf(compared)).toEqual(["missing", "orphan", "duplicate UID"]);
  });

  it("take the object at its own name for the first of two, and the other one for the copy", () => {
    const bodies = [body("o", { name: "a-copy.ics" }), body("o")];
    const compared = compareSink(state({ "a-copy.ics": "1", "o.ics": "1" }, [], bodies));
    expect(compared.findings).toMatchObject([
      { kind: "orphan", found: { name: "o.ics" } },
      { kind: "duplicate UID", of: "o.ics", body: { name: "a-copy.ics" } },
    ]);
  });

  it("know a copy by its UID alone, also of what was not looked at", () => {
    const copy = body("a", { name: "copy.ics", ours: null });
    const named = new Map([["uid-a", "a.ics"]]);
    expect(kindsOf(compareSink(state({ "copy.ics": "1" }, [], [copy]), named))).toEqual(["duplicate UID"]);
    expect(kindsOf(compareSink(state({ "copy.ics": "1" }, [], [copy])))).toEqual([]);
  });
});

describe("an object that no event leads to", () => {
  const { findings } = compareSink(state({ "o.ics": "1" }, [], [body("o")]));

  it("is proposed for removal only once all sources are read", () => {
    const leads = new Map();
    expect(repairOfSink(findings, leads, true)).toMatchObject({
      orphans: [{ slot: "o", key: null }],
      leftovers: ["o"],
    });
    expect(repairOfSink(findings, leads, false)).toMatchObject({
      orphans: [{ slot: "o", key: null }],
      leftovers: [],
    });
  });

  it("is planned under the key that it has or leads to", () => {
    const leads = new Map([["o", { key: "key-o", isWanted: true }]]);
    expect(repairOfSink(findings, leads, true)).toMatchObject({
      orphans: [{ slot: "o", key: "key-o" }],
      leftovers: [],
    });
  });
});
