import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Action, KeyState } from "../../../src/reconcile/action.ts";
import { chooseWinner, plan, planKey } from "../../../src/reconcile/plan.ts";
import { candidate, mapping } from "./plan-state.ts";

const windowFrom = "2026-10-01T00:00:00.000Z";

const candidates = fc.uniqueArray(
  fc.record({
    source: fc.constantFrom("a", "b", "c"),
    account: fc.constantFrom(1, 2),
    identity: fc.constantFrom("x", "y"),
    priority: fc.constantFrom(1, 2),
    retired: fc.boolean(),
    covered: fc.boolean(),
    fingerprint: fc.constantFrom("one", "two", "three"),
    endsAt: fc.constantFrom(null, "2020-01-01T00:00:00.000Z", "2027-01-05T11:00:00.000Z"),
  }),
  { maxLength: 5, selector: ({ source, account, identity }) => `${source} ${account} ${identity}` },
);

const standing = fc.option(
  fc.record({
    owner: fc.constantFrom(null, "a", "b"),
    desired: fc.constantFrom(null, "one", "two"),
    sink: fc.constantFrom("one", "two", "four"),
    base: fc.constantFrom(null, "body", "another"),
    altered: fc.boolean(),
  }),
);

const pinnedObject = fc.option(
  fc.record({
    fingerprint: fc.constantFrom("one", "four", "five"),
    body: fc.constantFrom("body", "another body"),
    sourceId: fc.constantFrom(null, "a"),
    object: fc.option(fc.constant({ ics: "five", summary: "Five", startsAt: "2027-01-05T10:00:00.000Z" })),
  }),
);

const keyState: fc.Arbitrary<KeyState> = fc
  .record({
    candidates,
    standing,
    coveredBy: fc.constantFrom(null, "series"),
    awaitedIn: fc.constantFrom(null, "two"),
    lost: fc.constantFrom(null, { accountId: 1, identity: "x" }),
    refused: fc.constantFrom(null, "one", "two"),
    pinned: fc.option(fc.record({ fingerprint: fc.constantFrom(null, "one"), stands: pinnedObject })),
    settled: fc.boolean(),
  })
  .map((given) => ({
    key: "key",
    coveredBy: given.coveredBy,
    awaitedIn: given.awaitedIn,
    lost: given.lost,
    refused: given.refused,
    pinned: given.pinned,
    settled: given.settled,
    candidates: given.candidates.map(({ source, account, ...rest }) =>
      candidate({ ...rest, sourceId: source, accountId: account, sourceOrder: source.charCodeAt(0) }),
    ),
    mapping:
      given.standing === null
        ? null
        : mapping({
            sourceId: given.standing.owner,
            accountId: given.standing.owner === null ? null : 1,
            identity: given.standing.owner === null ? null : "x",
            desiredFingerprint: given.standing.owner === null ? null : given.standing.desired,
            sinkFingerprint: given.standing.sink,
            sinkBase: given.standing.base,
            altered: given.standing.altered,
          }),
  }));

/** What an undisturbed apply leaves behind; the sink keeps, changes or refuses what it is given. */
function afterwards(before: KeyState, action: Action, sink: "keeps" | "changes" | "refuses"): KeyState {
  if (action.kind === "delete") return { ...before, mapping: null, lost: null, refused: null };
  if (action.kind === "restore") {
    const { goal } = action;
    if (goal === null) return { ...before, mapping: null, lost: null, refused: null };
    if (sink === "refuses") return { ...before, refused: goal.fingerprint };
    const sinkFingerprint = sink === "changes" ? `${goal.fingerprint}, changed` : goal.fingerprint;
    const put = mapping({ desiredFingerprint: goal.fingerprint, sinkFingerprint });
    return { ...before, refused: null, mapping: put };
  }
  const { winner } = action;
  if (action.kind !== "adopt" && sink === "refuses") return { ...before, refused: winner.fingerprint };
  const sinkFingerprint = sink === "changes" ? `${winner.fingerprint}, changed` : winner.fingerprint;
  const { sourceId, accountId, identity, fingerprint } = winner;
  const owner = { sourceId, accountId, identity, desiredFingerprint: fingerprint };
  return { ...before, refused: null, mapping: mapping({ ...owner, sinkFingerprint }) };
}

describe("any state", () => {
  it("needs nothing more once its plan is carried out", () => {
    fc.assert(
      fc.property(keyState, fc.constantFrom("keeps", "changes", "refuses"), (before, sink) => {
        const { actions } = plan([before], windowFrom);
        const [action] = actions;
        if (action === undefined) return;
        expect(plan([afterwards(before, action, sink)], windowFrom).actions).toEqual([]);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it("removes what has no owner only when every source is read, and never what its owner or a living candidate still wants", () => {
    fc.assert(
      fc.property(keyState, (before) => {
        const step = planKey(before, windowFrom);
        if (step.kind !== "delete") return;
        if (step.mapping.sourceId === null) expect(before.settled).toBe(true);
        const wanting = before.candidates.filter((one) => !one.covered);
        expect(wanting.filter((one) => !one.retired)).toEqual([]);
        const { sourceId, accountId, identity } = step.mapping;
        expect(wanting).not.toContainEqual(expect.objectContaining({ sourceId, accountId, identity }));
      }),
      { seed: 2, numRuns: 2000 },
    );
  });

  it("does what a person decided, and nothing else, until the source says something else", () => {
    fc.assert(
      fc.property(keyState, (before) => {
        const { pinned, mapping: there } = before;
        const says = chooseWinner(before.candidates)?.fingerprint ?? null;
        const step = planKey(before, windowFrom);
        const { unpinned } = plan([before], windowFrom);
        if (pinned === null || pinned.fingerprint !== says) {
          expect(step.kind).not.toBe("restore");
          expect(unpinned).toEqual(pinned === null ? [] : ["key"]);
          return;
        }
        const { stands } = pinned;
        const isThere =
          stands === null
            ? there === null
            : there?.sinkBase === stands.body ||
              [there?.sinkFingerprint, there?.desiredFingerprint].includes(stands.fingerprint);
        if (isThere) expect(step).toMatchObject({ kind: "rest", reason: "kept as it is by your decision" });
        else if (stands === null) expect(step).toMatchObject({ kind: "restore", goal: null, mapping: there });
        else if (stands.object === null)
          expect([unpinned, step.kind === "restore"]).toEqual([["key"], false]);
        else if (before.refused !== stands.fingerprint)
          expect(step).toMatchObject({ kind: "restore", goal: stands.object, mapping: there });
      }),
      { seed: 4, numRuns: 4000 },
    );
  });

  it("never writes for a covered candidate, nor for a retired one but what was lost of it, nor what was refused", () => {
    fc.assert(
      fc.property(keyState, (before) => {
        const step = planKey(before, windowFrom);
        if (step.kind === "rest" || step.kind === "delete" || step.kind === "restore") return;
        const { accountId, identity } = step.winner;
        if (step.winner.retired) {
          expect([step.kind, before.lost]).toEqual(["create", { accountId, identity }]);
          expect(before.candidates.filter((one) => !one.retired && !one.covered)).toEqual([]);
        }
        expect(step.winner.covered).toBe(false);
        expect(step.winner.fingerprint).not.toBe(before.refused);
      }),
      { seed: 3, numRuns: 2000 },
    );
  });

  it("has the same plan in whatever order the candidates are read", () => {
    fc.assert(
      fc.property(
        keyState.chain((given) =>
          fc.tuple(
            fc.constant(given),
            fc.shuffledSubarray([...given.candidates], { minLength: given.candidates.length }),
          ),
        ),
        ([before, shuffled]) => {
          expect(planKey({ ...before, candidates: shuffled }, windowFrom)).toEqual(
            planKey(before, windowFrom),
          );
        },
      ),
      { seed: 4, numRuns: 2000 },
    );
  });
});
