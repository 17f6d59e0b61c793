import { describe, expect, it } from "vitest";
import type { Action } from "../../../src/reconcile/action.ts";
import { guard, type GuardOptions, type HoldBefore } from "../../../src/reconcile/guard.ts";
import { candidate, mapping } from "./plan-state.ts";

const limits = { removals: 10, removalShare: 0.1, emptying: 5, rewrites: 10, rewriteShare: 0.5 };
const unexpected: GuardOptions = {
  limits: () => limits,
  rewritesExpected: false,
  unguarded: null,
  before: new Map(),
  pending: new Map(),
};

/** What was held before, and what of it is approved. */
const heldBefore = (
  held: ReadonlySet<string>,
  approved: ReadonlySet<string>,
  onlyPending = false,
): HoldBefore => ({
  held,
  approved,
  onlyPending,
});

/** What a hold lists: the deed and the slot. */
const deeds = (actions: readonly Action[]): string[] =>
  actions.flatMap((action) =>
    "mapping" in action && action.mapping !== null ? [`${action.kind} ${action.mapping.slot}`] : [],
  );

const slotsOf = (sourceId: string, kind: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${sourceId} ${kind} ${index}`);

/** What a hold calls the actions of a kind on slots. */
const namesOf = (kind: string, slots: readonly string[]): string[] => slots.map((slot) => `${kind} ${slot}`);

const removals = (sourceId: string | null, count: number): Action[] =>
  slotsOf(sourceId ?? "nobody", "delete", count).map((slot) => ({
    kind: "delete",
    key: slot,
    mapping: mapping({ slot, sourceId }),
    reason: "",
  }));

const rewrites = (sourceId: string, count: number): Action[] =>
  slotsOf(sourceId, "update", count).map((slot) => ({
    kind: "update",
    key: slot,
    winner: candidate({ sourceId }),
    mapping: mapping({ slot, sourceId }),
    reason: "",
  }));

const creates = (sourceId: string, count: number): Action[] =>
  slotsOf(sourceId, "create", count).map((key) => ({
    kind: "create",
    key,
    winner: candidate({ sourceId }),
    isLost: false,
    reason: "",
  }));

const adoptions = (sourceId: string, count: number): Action[] =>
  slotsOf(sourceId, "adopt", count).map((slot) => ({
    kind: "adopt",
    key: slot,
    winner: candidate({ sourceId }),
    mapping: mapping({ slot, sourceId }),
    reason: "",
  }));

describe("the guard", () => {
  it.each([
    { count: 10, total: 12, held: false, why: "ten are never surprising" },
    { count: 11, total: 110, held: false, why: "a tenth is not more than a tenth" },
    { count: 11, total: 109, held: true, why: "more than ten and more than a tenth" },
    { count: 5, total: 5, held: false, why: "a small source may become empty" },
    { count: 6, total: 6, held: true, why: "more than five are all there were" },
    { count: 6, total: 7, held: false, why: "something is left" },
    { count: 6, total: 0, held: true, why: "more than were counted" },
    { count: 1000, total: 10_000, held: false, why: "a tenth of very many" },
  ])("removing $count of $total: $why", ({ count, total, held }) => {
    const actions = removals("a", count);
    const guarded = guard(actions, new Map([["a", total]]), unexpected);
    expect(guarded.allowed).toEqual(held ? [] : actions);
    expect(guarded.holds.map((hold) => hold.sourceId)).toEqual(held ? ["a"] : []);
  });

  it.each([
    { count: 10, total: 10, held: false, why: "ten are never surprising" },
    { count: 11, total: 22, held: false, why: "a half is not more than a half" },
    { count: 11, total: 21, held: true, why: "more than ten and more than a half" },
  ])("rewriting $count of $total: $why", ({ count, total, held }) => {
    const actions = rewrites("a", count);
    const guarded = guard(actions, new Map([["a", total]]), unexpected);
    expect(guarded.allowed).toEqual(held ? [] : actions);
    const expected = guard(actions, new Map([["a", total]]), { ...unexpected, rewritesExpected: true });
    expect(expected.allowed).toEqual(actions);
    expect(expected.holds).toEqual([]);
  });

  it("exempts rewrites after a change of rules, never removals", () => {
    const actions = [...removals("a", 20), ...rewrites("a", 20)];
    const { allowed, holds } = guard(actions, new Map([["a", 40]]), {
      ...unexpected,
      rewritesExpected: true,
    });
    expect(allowed).toEqual(rewrites("a", 20));
    expect(holds[0]?.actions).toEqual(namesOf("delete", slotsOf("a", "delete", 20)));
  });

  it("takes the approval of rewrites for no approval of removals", () => {
    const slots = slotsOf("a", "delete", 20);
    const names = new Set(namesOf("update", slots));
    const before = new Map([["a", heldBefore(names, names)]]);
    const { allowed, holds } = guard(removals("a", 20), new Map([["a", 20]]), { ...unexpected, before });
    expect(allowed).toEqual([]);
    expect(holds).toHaveLength(1);
  });

  it("holds one source and lets the others and its own additions go on", () => {
    const [a, b] = [removals("a", 20), removals("b", 2)];
    const free = [...creates("a", 30), ...adoptions("a", 30), ...rewrites("a", 3), ...b];
    const standing = new Map([
      ["a", 25],
      ["b", 25],
    ]);
    const { allowed, holds } = guard([...a, ...free], standing, unexpected);
    expect(allowed).toEqual(free);
    expect(holds).toHaveLength(1);
    expect(holds[0]?.actions).toEqual(namesOf("delete", slotsOf("a", "delete", 20)));
    expect(holds[0]?.reason).toContain("remove 20 of 25 events of a");
  });

  it("counts a rewrite against the source whose object is replaced, not the one that comes next", () => {
    const actions = rewrites("a", 20).map(
      (action): Action =>
        action.kind === "update" ? { ...action, winner: candidate({ sourceId: "b" }) } : action,
    );
    expect(guard(actions, new Map([["a", 20]]), unexpected).holds.map((hold) => hold.sourceId)).toEqual([
      "a",
    ]);
  });

  it("lets go on what a person has just asked for, of that source only", () => {
    const actions = [...removals("a", 20), ...removals("b", 20)];
    const standing = new Map([
      ["a", 20],
      ["b", 20],
    ]);
    const { allowed, holds } = guard(actions, standing, { ...unexpected, unguarded: "a" });
    expect(allowed).toEqual(removals("a", 20));
    expect(holds.map((hold) => hold.sourceId)).toEqual(["b"]);
  });

  it("keeps the order of what it allows", () => {
    const actions = [...creates("a", 1), ...removals("b", 1), ...creates("b", 1), ...removals("a", 1)];
    expect(guard(actions, new Map(), unexpected).allowed).toEqual(actions);
  });

  it.each([
    { approved: 20, held: false, why: "all of it was approved" },
    { approved: 25, held: false, why: "more than that was approved" },
    { approved: 19, held: true, why: "one removal was not seen" },
  ])("removing 20 of 20 after an approval: $why", ({ approved, held }) => {
    const slots = new Set(namesOf("delete", slotsOf("a", "delete", approved)));
    const options = { ...unexpected, before: new Map([["a", heldBefore(slots, slots)]]) };
    const { holds, allowed } = guard(removals("a", 20), new Map([["a", 20]]), options);
    expect(holds).toHaveLength(held ? 1 : 0);
    expect(allowed).toHaveLength(held ? 0 : 20);
  });

  it("does not take the approval of one source for another's", () => {
    const slots = new Set(namesOf("delete", slotsOf("a", "delete", 20)));
    const before = new Map([["b", heldBefore(slots, slots)]]);
    expect(guard(removals("a", 20), new Map([["a", 20]]), { ...unexpected, before }).holds).toHaveLength(1);
  });

  it.each([
    { kind: "removals", actions: removals("a", 6) },
    { kind: "rewrites", actions: rewrites("a", 6) },
  ])("keeps $kind that were held, though their share has become small", ({ actions }) => {
    const slots = new Set(
      actions.flatMap((action) =>
        "mapping" in action && action.mapping !== null ? namesOf(action.kind, [action.mapping.slot]) : [],
      ),
    );
    const before = new Map([["a", heldBefore(slots, new Set<string>())]]);
    const standing = new Map([["a", 1000]]);
    const { allowed, holds } = guard([...actions, ...removals("b", 1)], standing, { ...unexpected, before });
    expect(allowed).toEqual(removals("b", 1));
    expect(holds.map((hold) => hold.sourceId)).toEqual(["a"]);
    const approved = new Map([["a", heldBefore(slots, slots)]]);
    expect(guard(actions, standing, { ...unexpected, before: approved }).holds).toEqual([]);
    // What was not among them is no more suspicious than it was.
    const other = new Map([["a", heldBefore(new Set(["another slot"]), new Set<string>())]]);
    expect(guard(actions, standing, { ...unexpected, before: other }).holds).toEqual([]);
  });

  it("does not take the approval of a rewrite for that of a removal", () => {
    const removal = removals("a", 20);
    const slots = new Set(deeds(removal).map((deed) => deed.replace("delete", "update")));
    const before = new Map([["a", heldBefore(slots, slots)]]);
    expect(guard(removal, new Map([["a", 20]]), { ...unexpected, before }).holds).toHaveLength(1);
  });

  it.each([
    { removed: 3, pending: 8, total: 50, held: true, why: "with what is reported it is more than usual" },
    { removed: 3, pending: 7, total: 50, held: false, why: "ten in all" },
    { removed: 1, pending: 5, total: 6, held: true, why: "with what is reported nothing would be left" },
    { removed: 0, pending: 40, total: 50, held: false, why: "nothing is to be removed yet" },
  ])("removing $removed of $total, $pending more reported: $why", ({ removed, pending, total, held }) => {
    const options = { ...unexpected, pending: new Map([["a", pending]]) };
    const { holds } = guard(removals("a", removed), new Map([["a", total]]), options);
    expect(holds).toHaveLength(held ? 1 : 0);
    if (held) expect(holds[0]?.reason).toContain(`${pending} more are reported as removed`);
  });

  describe("with a removal that was held only because of others that were reported", () => {
    const [one] = removals("a", 1);
    const first = guard(removals("a", 1), new Map([["a", 51]]), {
      ...unexpected,
      pending: new Map([["a", 50]]),
    });
    const [held] = first.holds;
    const before = new Map([["a", heldBefore(new Set(held?.actions), new Set(), held?.onlyPending)]]);

    it("remembers that, and lets go on when those turn out to be none", () => {
      expect(held).toMatchObject({ sourceId: "a", onlyPending: true });
      const { allowed, holds } = guard(removals("a", 1), new Map([["a", 51]]), { ...unexpected, before });
      expect([allowed, holds]).toEqual([[one], []]);
    });

    it("goes on to hold it while enough of them are reported", () => {
      const options = { ...unexpected, before, pending: new Map([["a", 10]]) };
      expect(guard(removals("a", 1), new Map([["a", 51]]), options).holds).toMatchObject([
        { onlyPending: true },
      ]);
    });

    it("holds it for good when they are confirmed, even if their share becomes small", () => {
      const [all] = guard(removals("a", 51), new Map([["a", 51]]), { ...unexpected, before }).holds;
      expect(all).toMatchObject({ onlyPending: false });
      const since = new Map([["a", heldBefore(new Set(all?.actions), new Set(), all?.onlyPending)]]);
      const options = { ...unexpected, before: since, pending: new Map([["a", 20]]) };
      expect(guard(removals("a", 1), new Map([["a", 1000]]), options).holds).toMatchObject([
        { onlyPending: false },
      ]);
    });

    it("still holds a rewrite beside it that was held for its own sake", () => {
      const names = new Set([...(held?.actions ?? []), ...deeds(rewrites("a", 1))]);
      const { allowed, holds } = guard([...removals("a", 1), ...rewrites("a", 1)], new Map([["a", 51]]), {
        ...unexpected,
        before: new Map([["a", heldBefore(names, new Set(), true)]]),
      });
      expect(allowed).toEqual([one]);
      expect(holds.map(({ actions }) => actions)).toEqual([deeds(rewrites("a", 1))]);
    });
  });

  it("has each source's own limits", () => {
    const strict = { ...limits, removals: 0, removalShare: 0 };
    const options = { ...unexpected, limits: (id: string) => (id === "a" ? strict : limits) };
    const standing = new Map([
      ["a", 100],
      ["b", 100],
    ]);
    const { holds } = guard([...removals("a", 1), ...removals("b", 1)], standing, options);
    expect(holds.map((hold) => hold.sourceId)).toEqual(["a"]);
  });

  it("holds every removal of what no source owns, and lets its rewrites go on", () => {
    const update = rewrites("a", 40).map(
      (action): Action =>
        action.kind === "update" ? { ...action, mapping: { ...action.mapping, sourceId: null } } : action,
    );
    const { allowed, holds } = guard([...removals(null, 1), ...update], new Map(), unexpected);
    expect(allowed).toEqual(update);
    expect(holds.map((hold) => hold.sourceId)).toEqual(["@leftovers"]);
  });

  it("tells what a person asked for from what was only not surprising", () => {
    const approved = removals("a", 20);
    const names = new Set(deeds(approved));
    const before = new Map([["a", heldBefore(names, names)]]);
    const actions = [...approved, ...removals("b", 1), ...removals("c", 30)];
    const options = { ...unexpected, before, unguarded: "c" };
    const { asked } = guard(actions, new Map([["a", 20]]), options);
    expect([...asked]).toEqual([...approved, ...removals("c", 30)]);
  });
});
