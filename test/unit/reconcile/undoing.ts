import type { Kysely } from "kysely";
import { fingerprint } from "../../../src/calendar/fingerprint.ts";
import { type Rejected, rejectHold } from "../../../src/reconcile/decide/reject-hold.ts";
import { applyUndo, type Undone } from "../../../src/reconcile/decide/undo.ts";
import { type ChangingRun, changingRuns } from "../../../src/store/changing-runs.ts";
import type { Database } from "../../../src/store/schema.ts";
import type { FakeAccount } from "./fake-account.ts";
import { summaryOf } from "./fake-target.ts";
import { type AccountSpec, target, World } from "./world.ts";

export const home: AccountSpec = { id: "home", style: "href", calendars: ["private"], priority: 1 };

/** Titles of what stands in the target. */
export function titles(world: World): string[] {
  return [...world.sink.objects.values()].map(({ ics }) => summaryOf(ics)).toSorted();
}

/** What stands in the target: fingerprints by object name. */
export function contents(world: World): Record<string, string> {
  return Object.fromEntries([...world.sink.objects].map(([name, { ics }]) => [name, fingerprint(ics)]));
}

/** The last run that changed something, or a decision. */
export async function lastRun(world: World): Promise<ChangingRun> {
  const run = (await changingRuns(world.db, 1)).at(-1);
  if (run === undefined) throw new Error("no run changed anything");
  return run;
}

/** All that a new process does in one round; how it ended at the target. */
export async function round(world: World): Promise<string> {
  await world.start();
  return (await world.run()).result.outcome;
}

/** A world at rest with these events. */
export async function settled(db: Kysely<Database>, ...uids: string[]): Promise<World> {
  const world = new World(db, [home]);
  for (const uid of uids) world.account("home").put("private", uid, uid);
  await round(world);
  return world;
}

/** The same after a change of its source was carried out. */
export async function changed(
  db: Kysely<Database>,
  uids: readonly string[],
  change: (account: FakeAccount) => void,
): Promise<World> {
  const world = await settled(db, ...uids);
  change(world.account("home"));
  await round(world);
  return world;
}

/** Decisions that hold. */
export function pins(db: Kysely<Database>): Promise<{ meeting_key: string; fingerprint: string | null }[]> {
  return db.selectFrom("pin").select(["meeting_key", "fingerprint"]).execute();
}

/** Undoes a run, by default the last one, in the process that runs now. */
export async function undo(world: World, run?: string): Promise<Undone> {
  const id = run ?? (await lastRun(world)).run;
  return applyUndo(world.context, target, { kind: "run", targetId: target.id, run: id }, world.faults.signal);
}

/** Rejects a hold as it is. */
export async function reject(world: World, sourceId = "home", mark: string | null = null): Promise<Rejected> {
  return rejectHold(world.context, { targetId: target.id, sourceId, mark }, world.faults.signal);
}

/** The same, which must succeed in full, followed by a round that has nothing to write. */
export async function undoForGood(world: World, run?: string): Promise<string> {
  await world.start();
  const undone = await undo(world, run);
  if (
    undone.kind !== "done" ||
    undone.failed.length > 0 ||
    undone.plan.items.some((it) => it.kind === "refused")
  )
    throw new Error(JSON.stringify(undone));
  const stands = JSON.stringify(contents(world));
  const writes = world.sink.writes.length;
  await round(world);
  if (world.sink.writes.length !== writes || JSON.stringify(contents(world)) !== stands)
    throw new Error("the next round wrote over the undo");
  return undone.run;
}

/** Why each object was not put back. */
export function refusals(undone: Undone): string[] {
  if (undone.kind !== "done" && undone.kind !== "nothing") return [];
  const planned = undone.plan?.items.flatMap((it) => (it.kind === "refused" ? [it.reason] : [])) ?? [];
  return [...planned, ...(undone.kind === "done" ? undone.failed.map(({ reason }) => reason) : [])];
}

/** Why nothing had to be done about an object. */
export function needless(undone: Undone): string[] {
  if (undone.kind !== "done" && undone.kind !== "nothing") return [];
  return undone.plan?.items.flatMap((it) => (it.kind === "nothing" ? [it.reason] : [])) ?? [];
}

/** What a person writes on the phone over what stands there. */
export function editOnPhone(world: World, uid: string, change: (ics: string) => string): void {
  const name = world.nameOf(uid);
  const standing = world.sink.objects.get(name);
  if (standing === undefined) throw new Error(`${uid} does not stand there`);
  world.sink.place(name, change(standing.ics));
}
