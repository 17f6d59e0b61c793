import type { ConfiguredTarget, Context } from "../../../src/reconcile/context.ts";
import { FakeTarget } from "./fake-target.ts";
import { target, World } from "./world.ts";
import type { Kysely } from "kysely";
import type { Database } from "../../../src/store/schema.ts";

const two: ConfiguredTarget = { id: "two", was: null, name: "Two", color: null };

/**
 * A world with a second target, "two", and two sources in the first one: `agency`, whose events m0 to m11 are there, and
 * `family`.
 */
export async function twoTargets(db: Kysely<Database>): Promise<{
  readonly world: World;
  readonly other: FakeTarget;
  /** As it is configured now. */
  readonly context: () => Context;
}> {
  const world = new World(db, [
    { id: "agency", style: "immutable", calendars: ["work"], priority: 1 },
    { id: "family", style: "href", calendars: ["home"], priority: 2 },
  ]);
  for (let index = 0; index < 12; index += 1) world.account("agency").put("work", `m${index}`, `m${index}`);
  world.account("family").put("home", "f", "f");
  await world.settle();
  const other = new FakeTarget(() => world.faults, "/calendars/two/");
  const sink: Context["sink"] = {
    openTarget: (spec) => (spec.id === two.id ? other : world.sink).openTarget(),
    attachTarget: (href) => (href === other.href ? other : world.sink),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { world, other, context: () => ({ ...world.context, targets: [target, two], sink }) };
}

/** Gives the source another target. */
export function moveAgency(world: World, targetId: string): void {
  world.configure((accounts) =>
    accounts.map((one) => (one.sourceId === "agency" ? { ...one, targetId } : one)),
  );
}
