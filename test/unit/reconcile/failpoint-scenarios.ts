import { auditTarget } from "../../../src/reconcile/audit/audit-target.ts";
import { forget, planPurge } from "../../../src/reconcile/decide/purge.ts";
import { registerConfiguration } from "../../../src/reconcile/sync.ts";
import { applyUndo } from "../../../src/reconcile/decide/undo.ts";
import { approveHold } from "../../../src/store/holds.ts";
import { meeting } from "./meeting.ts";
import { type AccountSpec, target, type World } from "./world.ts";

/** What a process does, from one state of the world to another. */
export type Scenario = {
  readonly name: string;
  /** What happened at the sources before, each followed by runs until nothing moves any more. */
  readonly before: ReadonlyArray<(world: World) => void>;
  /** What has changed since, at the sources or in the configuration. */
  readonly change: (world: World) => void;
  /** Is stopped at every point; given again afterwards, as a person would a command that was interrupted. */
  readonly command: (world: World) => Promise<void>;
};

export const specs: readonly AccountSpec[] = [
  { id: "home", style: "href", calendars: ["private", "club"], priority: 1 },
  { id: "work", style: "immutable", calendars: ["main", "team"], priority: 2 },
];

/** Two accounts with a meeting in common, and one event that a page leaves owed. */
function fill(world: World): void {
  const { home, work } = accountsOf(world);
  for (const account of [home, work]) account.owing = [["later", "series"]];
  for (const uid of ["a", "b", "c"]) home.put("private", uid, uid);
  home.put("club", "d", "d");
  for (const uid of ["a", "f", "g"]) work.put("main", uid, `${uid} at work`);
  work.put("team", "h", "read later");
}

/** Create, edit, remove, move between calendars, and a winner that changes. */
function change(world: World): void {
  const { home, work } = accountsOf(world);
  home.put("private", "new", "new");
  home.put("private", "b", "b, edited");
  home.remove("private", "c");
  home.move("club", "private", "d");
  home.remove("private", "a");
  work.put("team", "h", "edited, read later");
  work.move("main", "team", "f");
}

const accountsOf = (world: World) => ({ home: world.account("home"), work: world.account("work") });

async function sync(world: World): Promise<void> {
  await registerConfiguration(world.context);
  await world.run();
}

/** Everything that can be interrupted. */
export const scenarios: readonly Scenario[] = [
  { name: "a first import", before: [], change: fill, command: sync },
  { name: "an incremental run", before: [fill], change, command: sync },
  {
    name: "a resync",
    before: [fill],
    change(world) {
      change(world);
      for (const account of world.accounts.values()) account.forgetCheckpoints();
    },
    command: sync,
  },
  {
    name: "a purge",
    before: [fill],
    change: (world) => world.configure((accounts) => accounts.filter(({ sourceId }) => sourceId !== "home")),
    async command(world) {
      await registerConfiguration(world.context);
      await forget(world.context, await planPurge(world.context, "home"));
      await world.reconcile({ unguarded: "home" });
    },
  },
  {
    name: "an approval",
    before: [
      (world) => {
        fill(world);
        for (const uid of ["x", "y", "z"]) world.account("work").put("main", uid, uid);
      },
      (world) => {
        for (const { calendar, uid } of world.account("work").events)
          world.account("work").remove(calendar, uid);
      },
    ],
    change: () => undefined,
    async command(world) {
      await approveHold(world.context.db, target.id, "work", null);
      await sync(world);
    },
  },
  {
    name: "an undo",
    before: [fill, change],
    change: () => undefined,
    async command(world) {
      await registerConfiguration(world.context);
      const { id } = await world.context.db
        .selectFrom("run")
        .select("id")
        .where("kind", "=", "reconcile")
        .orderBy("started_at", "desc")
        .executeTakeFirstOrThrow();
      const selector = { kind: "run", targetId: target.id, run: id } as const;
      await applyUndo(world.context, target, selector, world.faults.signal);
    },
  },
  {
    name: "an audit with repair",
    before: [fill],
    change(world) {
      const { sink } = world;
      const altered = sink.objects.get(world.nameOf("b"))?.ics.replace("SUMMARY:b", "SUMMARY:by phone") ?? "";
      sink.place(world.nameOf("b"), altered);
      sink.objects.delete(world.nameOf("c"));
      sink.place("foreign.ics", meeting("foreign", "not ours"));
    },
    async command(world) {
      await registerConfiguration(world.context);
      await auditTarget(world.context, target, world.faults.signal, { repair: true, deep: true });
    },
  },
];
