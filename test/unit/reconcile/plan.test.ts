import { describe, expect, it } from "vitest";
import {
  type Action,
  deviationOf,
  type PlanCandidate,
  type PlanMapping,
  type Rest,
} from "../../../src/reconcile/action.ts";
import { chooseWinner, planKey } from "../../../src/reconcile/plan.ts";
import { candidate, mapping, state } from "./plan-state.ts";

const windowFrom = "2026-10-01T00:00:00.000Z";

const living = candidate();
const worse = candidate({ sourceId: "b", accountId: 2, priority: 2, fingerprint: "of b" });
const retired = candidate({ retired: true });
const alsoRetired = candidate({
  sourceId: "c",
  accountId: 3,
  priority: 2,
  retired: true,
  fingerprint: "of c",
});
const covered = candidate({ instance: "2027-01-05T10:00:00.000Z", covered: true });

const wishes = [
  "no candidate",
  "one living",
  "one retired",
  "two retired",
  "one covered",
  "covered and retired",
  "living and worse",
  "better, but retired, and worse",
  "better, but covered, and worse",
] as const;
type Wanted = (typeof wishes)[number];
const wanted: Record<Wanted, readonly PlanCandidate[]> = {
  "no candidate": [],
  "one living": [living],
  "one retired": [retired],
  "two retired": [retired, alsoRetired],
  "one covered": [covered],
  "covered and retired": [candidate({ ...covered, retired: true })],
  "living and worse": [worse, living],
  "better, but retired, and worse": [candidate({ retired: true, fingerprint: "of a" }), worse],
  "better, but covered, and worse": [covered, worse],
};

const unclaimed = { desiredFingerprint: null, sourceId: null, accountId: null, identity: null };
const ofC = { sourceId: "c", accountId: 3, identity: "event of c" };
const columns = [
  "no mapping",
  "found, equal",
  "found, different",
  "mapped, unchanged",
  "mapped, changed",
  "of another, equal",
  "of another, different",
] as const;
const found: Record<(typeof columns)[number], PlanMapping | null> = {
  "no mapping": null,
  "found, equal": mapping(unclaimed),
  "found, different": mapping({ ...unclaimed, sinkFingerprint: "other" }),
  "mapped, unchanged": mapping(),
  "mapped, changed": mapping({ desiredFingerprint: "old", sinkFingerprint: "old" }),
  "of another, equal": mapping(ofC),
  "of another, different": mapping({ ...ofC, desiredFingerprint: "old" }),
};

/** What happens, in the order of the columns. */
const table: Record<Wanted, ReadonlyArray<(Action | Rest)["kind"]>> = {
  "no candidate": ["rest", "rest", "rest", "delete", "delete", "delete", "delete"],
  "one living": ["create", "adopt", "update", "rest", "update", "adopt", "update"],
  "one retired": ["rest", "rest", "rest", "rest", "rest", "delete", "delete"],
  "two retired": ["rest", "rest", "rest", "rest", "rest", "rest", "rest"],
  "one covered": ["rest", "rest", "rest", "delete", "delete", "delete", "delete"],
  "covered and retired": ["rest", "rest", "rest", "delete", "delete", "delete", "delete"],
  "living and worse": ["create", "adopt", "update", "rest", "update", "adopt", "update"],
  "better, but retired, and worse": ["create", "update", "update", "update", "update", "update", "update"],
  "better, but covered, and worse": ["create", "update", "update", "update", "update", "update", "update"],
};

describe("the plan of one meeting", () => {
  const rows = wishes.flatMap((want) =>
    columns.map((stands, index) => ({ want, stands, kind: table[want][index] })),
  );

  it.each(rows)("$want / $stands → $kind", ({ want, stands, kind }) => {
    const step = planKey(state(wanted[want], found[stands]), windowFrom);
    expect(step.kind).toBe(kind);
    expect(step.reason).not.toBe("");
    if (step.kind === "create" || step.kind === "update" || step.kind === "adopt")
      expect(step.winner).toBe(wanted[want].includes(living) ? living : worse);
  });

  it.each(rows)("$want / $stands, refused as it is → nothing is written", ({ want, stands }) => {
    const winner = chooseWinner(wanted[want]);
    const refused = winner?.fingerprint ?? "new";
    const step = planKey(state(wanted[want], found[stands], refused), windowFrom);
    expect(["rest", "delete"]).toContain(step.kind);
    if (winner !== undefined) expect(step.kind).toBe("rest");
  });

  it.each(rows)("$want / $stands, refused in another form → as if never refused", ({ want, stands }) => {
    const states = state(wanted[want], found[stands]);
    expect(planKey({ ...states, refused: "another form" }, windowFrom)).toEqual(planKey(states, windowFrom));
  });

  it("keeps what a source wrote without its being recorded, when that source is retired", () => {
    const resolved = mapping({ accountId: null, identity: null, desiredFingerprint: null });
    expect(planKey(state([retired], resolved), windowFrom).kind).toBe("rest");
    expect(planKey(state([alsoRetired], resolved), windowFrom).kind).toBe("delete");
  });

  it.each([
    ["ended before the window", "2026-09-30T23:00:00.000Z", "rest"],
    ["ends with the beginning of the window", windowFrom, "rest"],
    ["reaches into the window", "2026-10-01T00:00:00.001Z", "create"],
    ["has no end", null, "create"],
  ] as const)("an event that %s", (_, endsAt, kind) => {
    expect(planKey(state([candidate({ endsAt })], null), windowFrom).kind).toBe(kind);
  });

  it("brings an aged event that stands there up to date all the same", () => {
    const aged = candidate({ endsAt: "2020-01-01T00:00:00.000Z" });
    expect(planKey(state([aged], found["mapped, changed"]), windowFrom).kind).toBe("update");
  });

  it.each([
    ["another account", { accountId: 9 }],
    ["another event", { identity: "another" }],
    ["another source", { sourceId: "b" }],
  ])("only records that %s is shown now, when nothing else changed", (_, change) => {
    const step = planKey(state([{ ...living, ...change }], mapping()), windowFrom);
    expect(step.kind).toBe("adopt");
  });

  it.each([
    ["the living one", { retired: true, priority: 0 }, {}],
    ["the smaller priority", { priority: 2 }, { priority: 1, sourceOrder: 9 }],
    ["the earlier source", { sourceOrder: 2 }, { sourceOrder: 1, accountId: 9 }],
    ["the older account", { accountId: 2 }, { accountId: 1, identity: "z" }],
    ["the first identity", { identity: "b" }, { identity: "a" }],
  ])("takes %s", (_, loser, winner) => {
    const [first, second] = [candidate(loser), candidate(winner)];
    expect(chooseWinner([first, second])).toBe(second);
    expect(chooseWinner([second, first])).toBe(second);
  });

  const lost = { accountId: 1, identity: "event of a" };
  const others = { desiredFingerprint: null, sinkFingerprint: "by phone", altered: true };
  it.each([
    [
      "changed what stands there",
      state([living], mapping(others)),
      "altered",
      /^it was changed in the target/,
    ],
    [
      "removed what stood there",
      { ...state([living], null), lost },
      "missing",
      /^it was removed from the target/,
    ],
    ["removed what a retired source had", { ...state([retired], null), lost }, "missing", /^it was removed/],
    ["changed what its source removed", state([], mapping(others)), "altered", /^removed from a$/],
    ["removed what another event stood for", { ...state([worse], null), lost }, null, /^new in b$/],
    [
      "made of it what it should be",
      state([living], mapping({ ...others, sinkFingerprint: "new" })),
      null,
      /as it should be/,
    ],
    [
      "did nothing to what was found",
      state([living], mapping({ ...others, altered: false })),
      null,
      /^found in the target/,
    ],
    ["did nothing to what is new", state([living], null), null, /^new in a$/],
  ] as const)("where others %s says so, and nothing else", (_, states, deviation, reason) => {
    const step = planKey(states, windowFrom);
    expect(step.reason).toMatch(reason);
    expect(step.kind === "rest" ? "rest" : deviationOf(step)).toBe(deviation);
  });
});
