import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fingerprint } from "../../../src/calendar/fingerprint.ts";
import { verifyKalendsId } from "../../../src/calendar/slot.ts";
import { readObject } from "../../../src/calendar/read-object.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { withoutAddition } from "./fake-target.ts";
import type { Fault } from "./faults.ts";
import { meeting } from "./meeting.ts";
import { type AccountSpec, target, World } from "./world.ts";

/*
 * Two accounts, each with two calendars, and one target; changes at the sources, troubled runs and a lost
 * database in any order. When the trouble is over, the target must show what the sources have, and must
 * never have been touched where nothing had changed.
 */

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());

const specs: readonly AccountSpec[] = [
  { id: "home", style: "href", calendars: ["private", "club"], priority: 1 },
  { id: "work", style: "immutable", calendars: ["main", "team"], priority: 2 },
];
/** Stands from first to last, so that the target never holds foreign objects alone. */
const anchor = "anchor";

const change = fc.record({
  do: fc.constantFrom("add" as const, "edit" as const, "remove" as const, "move" as const),
  account: fc.nat({ max: 1 }),
  calendar: fc.nat({ max: 1 }),
  uid: fc.constantFrom("a", "b", "e"),
  /** Which of the events that are there is edited, removed or moved. */
  pick: fc.nat({ max: 20 }),
  text: fc.constantFrom("plain", "read later", "fetched later", "meddled with"),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

const sourceFault = fc.constantFrom<Fault>(
  ...(["transient", "throttled", "auth", "forbidden", "missing", "checkpoint"] as const),
  ...(["conflict", "refused", "protocol", "aborted", "kill", "item", "item", "item"] as const),
);
const sinkFault = fc.constantFrom<Fault>(
  ...(["transient", "aborted", "kill", "late", "late", "late kill", "late kill"] as const),
);

/** One fault after so many calls without. */
const after = (faults: fc.Arbitrary<Fault>, callsMax: number): fc.Arbitrary<Fault[]> =>
  fc
    .tuple(fc.nat({ max: callsMax }), faults)
    .map(([calls, fault]) => [...Array.from({ length: calls }, (): Fault => "none"), fault]);

type Trouble = { readonly source?: Fault[]; readonly sink?: Fault[]; readonly queries?: number };
const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  { weight: 4, arbitrary: after(sourceFault, 9).map((source) => ({ source })) },
  { weight: 4, arbitrary: after(sinkFault, 2).map((sink) => ({ sink })) },
  { weight: 2, arbitrary: fc.nat({ max: 150 }).map((queries) => ({ queries })) },
);

const round = fc.record({
  changes: fc.array(change, { minLength: 1, maxLength: 3 }),
  loss: fc.constantFrom("nothing", "nothing", "nothing", "nothing", "checkpoints", "database"),
  foreign: fc.boolean(),
  noisy: fc.boolean(),
  trouble,
  /** The last change is taken back before the next run. */
  undo: fc.boolean(),
});
type Round = typeof round extends fc.Arbitrary<infer T> ? T : never;

/** What must have held on the way, besides the end. */
class History {
  /** Meetings that an account had twice at once, or that it lost: their objects may come and go. */
  readonly unsteady = new Set<string>();
  readonly foreign = new Map<string, string>();
  /** Objects that stood when the database was lost: one whose event went meanwhile waits for a person. */
  readonly orphans = new Set<string>();

  see(world: World): void {
    for (const account of world.accounts.values()) {
      const counts = Map.groupBy(account.events, (event) => event.uid);
      for (const [uid, events] of counts) if (events.length > 1) this.unsteady.add(uid);
    }
  }
}

/** Makes a change and returns what takes it back. */
function apply(world: World, history: History, { do: what, text, ...where }: Change): () => void {
  const chosen = what === "add" ? placeOf(where) : existing(world, where.pick);
  if (chosen === null) return () => undefined;
  const { spec, calendar, uid } = chosen;
  const other = spec.calendars.find((name) => name !== calendar) ?? "";
  const account = world.account(spec.id);
  const before = account.find(calendar, uid)?.ics;
  const remove = (from: string): void => {
    account.remove(from, uid);
    history.unsteady.add(uid);
  };
  const restore = (): void =>
    before === undefined ? remove(calendar) : account.putText(calendar, uid, before);
  switch (what) {
    case "add":
    case "edit":
      account.put(calendar, uid, text);
      return restore;
    case "remove":
      remove(calendar);
      return restore;
    case "move":
      account.move(calendar, other, uid);
      return () => account.move(other, calendar, uid);
    default:
      return what satisfies never;
  }
}

type Place = { readonly spec: AccountSpec; readonly calendar: string; readonly uid: string };

function placeOf(where: Pick<Change, "account" | "calendar" | "uid">): Place | null {
  const spec = specs[where.account];
  const calendar = spec?.calendars[where.calendar];
  return spec === undefined || calendar === undefined ? null : { spec, calendar, uid: where.uid };
}

function existing(world: World, pick: number): Place | null {
  const places = specs.flatMap((spec) =>
    world.account(spec.id).events.map(({ calendar, uid }) => ({ spec, calendar, uid })),
  );
  const place = places[pick % places.length];
  return place === undefined || place.uid === anchor ? null : place;
}

async function pass(world: World, history: History, current: Round): Promise<void> {
  const undos = current.changes.map((one) => {
    const undo = apply(world, history, one);
    history.see(world);
    return undo;
  });
  if (current.loss === "checkpoints")
    for (const account of world.accounts.values()) account.forgetCheckpoints();
  if (current.loss === "database") {
    for (const name of world.sink.objects.keys()) history.orphans.add(name);
    await world.loseDatabase();
  }
  if (current.foreign) {
    const name = `foreign-${history.foreign.size}.ics`;
    world.sink.place(name, meeting(name, "not ours"));
    history.foreign.set(name, JSON.stringify(world.sink.objects.get(name)));
  }
  for (const account of world.accounts.values()) account.noisy = current.noisy;
  await world.troubledRun(current.trouble, current.trouble.queries);
  for (const account of world.accounts.values()) account.noisy = false;
  if (current.undo) undos.at(-1)?.();
  history.see(world);
}

async function expectedOf(world: World): Promise<Map<string, string>> {
  const expected = new Map<string, { priority: number; fingerprint: string }>();
  const rows = await world.db
    .selectFrom("candidate")
    .innerJoin("staged", "staged.id", "candidate.staged_id")
    .innerJoin("slot", "slot.meeting_key", "candidate.meeting_key")
    .select(["slot.name", "staged.native_id", "candidate.source_id", "candidate.priority"])
    .execute();
  const events = [...world.accounts].flatMap(([id, account]) =>
    account.events.map((event) => ({ id, event })),
  );
  // Each event has exactly one place.
  expect(rows.map((row) => `${row.source_id} ${row.native_id}`).toSorted()).toEqual(
    events.map(({ id, event }) => `${id} ${event.nativeId}`).toSorted(),
  );
  // Two events of one account never share one.
  const places = rows.map((row) => `${row.source_id} ${row.name}`);
  expect(new Set(places).size).toBe(places.length);
  for (const row of rows) {
    const found = events.find(({ id, event }) => id === row.source_id && event.nativeId === row.native_id);
    const best = expected.get(row.name);
    if (found === undefined || (best !== undefined && best.priority < row.priority)) continue;
    expected.set(row.name, { priority: row.priority, fingerprint: fingerprint(found.event.ics) });
  }
  return new Map([...expected].map(([name, best]) => [name, best.fingerprint]));
}

/** Objects of ours that no event of any source leads to. */
async function unclaimed(): Promise<string[]> {
  const rows = await database.db
    .selectFrom("mapping")
    .innerJoin("slot", "slot.slot", "mapping.slot")
    .select("slot.name")
    .where("mapping.source_id", "is", null)
    .execute();
  return rows.map((row) => row.name);
}

function isOurs(world: World, ics: string): boolean {
  const read = readObject(ics, "UTC");
  if (read.kind === "problem" || read.facts.kalendsId === null) return false;
  const { uid, kalendsId } = read.facts;
  return verifyKalendsId(world.context.installationKey, target.id, uid, kalendsId) !== null;
}

describe("any sequence of changes and troubles", () => {
  it("ends with the target showing what the sources have, and nothing more to do", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 3 }), async (rounds) => {
        await clearDatabase(database.db);
        const world = new World(database.db, specs);
        const history = new History();
        world.sink.meddlesWith = "meddled";
        for (const account of world.accounts.values()) {
          account.owing = [
            ["read later", "series"],
            ["fetched later", "fetch"],
          ];
        }
        const [home, work] = [world.account("home"), world.account("work")];
        for (const uid of [anchor, "a"]) home.put("private", uid, "plain");
        home.put("club", "b", "plain");
        for (const uid of ["a", "c"]) work.put("main", uid, "plain");
        work.put("team", "d", "plain");
        await world.settle();
        world.sink.beforeWrite = ({ kind, name }) => {
          const steady = [anchor, "a", "b", "c", "d", "e"].filter((uid) => !history.unsteady.has(uid));
          if (kind === "remove") expect(steady.map((uid) => world.nameOf(uid))).not.toContain(name);
        };
        for (const one of rounds) await pass(world, history, one);
        await world.settle();

        const ours = [...world.sink.objects.values()].filter((object) => isOurs(world, object.ics));
        const shown = new Map(ours.map(({ name, ics }) => [name, fingerprint(withoutAddition(ics))]));
        const expected = await expectedOf(world);
        for (const name of await unclaimed()) {
          expect(history.orphans).toContain(name);
          expect(expected).not.toContain(name);
          shown.delete(name);
        }
        expect(shown).toEqual(expected);
        for (const { uid } of [...world.accounts.values()].flatMap((account) => account.events)) {
          if (!history.unsteady.has(uid)) expect([...shown.keys()]).toContain(world.nameOf(uid));
        }
        for (const [name, before] of history.foreign)
          expect(JSON.stringify(world.sink.objects.get(name))).toBe(before);
        expect(world.sink.objects.size).toBe(ours.length + history.foreign.size);

        const { requests } = world.sink;
        const staged = await database.db.selectFrom("staged").selectAll().orderBy("id").execute();
        await world.start();
        const { pulls, result } = await world.run();
        expect(pulls.map((pull) => pull.outcome)).toEqual(["complete", "complete"]);
        expect(result.outcome).toBe("idle");
        expect(world.sink.requests).toBe(requests);
        expect(await database.db.selectFrom("staged").selectAll().orderBy("id").execute()).toEqual(staged);

        await world.loseDatabase();
        world.sink.writes.length = 0;
        await world.settle();
        const meddled = world.sink.writes.filter(({ name }) =>
          world.sink.objects.get(name)?.ics.includes("meddled"),
        );
        expect(world.sink.writes).toEqual(meddled);
      }),
      { seed: 20270101, numRuns: 25 },
    );
  }, 120_000);
});
