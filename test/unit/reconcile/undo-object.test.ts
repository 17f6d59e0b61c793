import { describe, expect, it } from "vitest";
import { planObject, type UndoneObject } from "../../../src/reconcile/decide/undo-object.ts";
import type { JournalEntry } from "../../../src/store/journal.ts";
import { meeting } from "./meeting.ts";
import { mapping } from "./plan-state.ts";

const bodies = new Map(["one", "two", "three"].map((title) => [title, meeting("uid", title)]));

/** A change of the run `run` from one body to another, each named by its title. */
function entry(id: number, before: string | null, after: string | null, run = "run"): JournalEntry {
  return {
    id,
    run,
    runKind: "reconcile",
    at: "2027-01-01T00:00:00.000Z",
    target: "all",
    slot: "slot",
    key: "key",
    kind: "update",
    source: "a",
    title: after ?? "gone",
    reason: "changed",
    outcome: "changed in the target, put right",
    asked: false,
    before,
    after,
    deviation: null,
  };
}

/** An object of which `last` stands there, and of which the source says nothing. */
function undone(entries: readonly JournalEntry[], last: string | null): UndoneObject {
  return {
    key: "key",
    slot: { slot: "slot", name: "slot.ics", uid: "uid" },
    entries,
    standing: last === null ? null : { ...mapping({ sinkBase: last, sinkFingerprint: `of ${last}` }) },
    wanted: null,
    isShownBySeries: false,
    bodies,
    stamp: { uid: "uid", kalendsId: "id" },
    zone: "UTC",
  };
}

const outcome = (object: UndoneObject): string => {
  const item = planObject(object, "run");
  return "reason" in item ? item.reason : `${item.kind} ${item.title}`;
};

describe("undoing a run on one object", () => {
  it("goes back to before its first change, however often it changed it", () => {
    expect(outcome(undone([entry(1, "one", "two"), entry(2, "two", "three")], "three"))).toBe("update one");
    expect(outcome(undone([entry(1, null, "two"), entry(2, "two", "three")], "three"))).toBe("delete three");
    expect(outcome(undone([entry(1, "one", "two"), entry(2, "two", null)], null))).toBe("create one");
  });

  it("is refused after another run, unless that was taken back", () => {
    const later = entry(2, "two", "three", "laterrun-1");
    expect(outcome(undone([entry(1, "one", "two"), later], "three"))).toBe(
      "a later run changed it again: undo laterrun first",
    );
    const back = entry(3, "three", "two", "undoing");
    expect(outcome(undone([entry(1, "one", "two"), later, back], "two"))).toBe("update one");
  });

  it("is refused where nothing is known of what stands there", () => {
    expect(outcome(undone([entry(1, "one", "two")], null))).toBe(
      "what stands there is not what this run left",
    );
    const unknown = { ...undone([entry(1, "one", "two")], "two"), standing: mapping({ sinkBase: null }) };
    expect(outcome(unknown)).toBe("what stands there is not what this run left");
    expect(outcome(undone([], "two"))).toBe("nothing was changed");
    expect(outcome(undone([entry(1, "lost", "two")], "two"))).toBe(
      "what stood there before is not kept any more",
    );
  });

  it("does not show an occurrence twice", () => {
    const removed = undone([entry(1, "one", null)], null);
    expect(outcome(removed)).toBe("create one");
    expect(outcome({ ...removed, isShownBySeries: true })).toContain("shown twice");
  });

  it("keeps what it puts back as long as the source says what it says now; nothing where it says the same", () => {
    const object = undone([entry(1, "one", "two")], "two");
    const decision = (fingerprint: string) => {
      const wanted = { fingerprint, sourceBody: "body", sourceId: "b", accountId: 2, identity: "i" };
      const item = planObject({ ...object, wanted }, "run");
      return "step" in item ? item.step : null;
    };
    expect(decision("other")).toMatchObject({
      decision: { kind: "keep", fingerprint: "other", sourceBody: "body" },
      owner: { sourceId: "b", accountId: 2, identity: "i" },
      entry: { kind: "restore", asked: true },
    });
    const same = decision("other")?.owner?.fingerprint ?? "";
    expect(decision(same)?.decision).toEqual({ kind: "release" });
  });
});
