import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { auditTarget } from "../../../src/reconcile/audit/audit-target.ts";
import { applyUndo } from "../../../src/reconcile/decide/undo.ts";
import { caldavTranslator } from "../../../src/sources/icloud/translate.ts";
import { approveHold } from "../../../src/store/holds.ts";
import { targetStatus } from "../../../src/store/status.ts";
import { refusalRetryMs } from "../../../src/store/work.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { home, lastRun, round, undo } from "./undoing.ts";
import { target, World } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const invitation = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "PRODID:-//x//EN",
  "BEGIN:VEVENT",
  "UID:choir@example",
  "DTSTAMP:20260101T000000Z",
  "SUMMARY:Choir",
  "DTSTART:20270105T140000Z",
  "DTEND:20270105T150000Z",
  "RECURRENCE-ID:20270105T140000Z",
  "END:VEVENT",
  "END:VCALENDAR",
  "",
].join("\r\n");
const series = invitation
  .replace("RECURRENCE-ID:20270105T140000Z", "RRULE:FREQ=WEEKLY")
  .replaceAll("20270105T", "20261103T");

/** What is shown: the start of each object, and its rule. */
const shown = (world: World): string[] =>
  [...world.sink.objects.values()]
    .map(({ ics }) => (/BEGIN:VEVENT[\s\S]*/.exec(ics)?.[0].match(/^(?:DTSTART|RRULE)\S*/gm) ?? []).join(" "))
    .toSorted();
const ends = (day: string): string => series.replace("FREQ=WEEKLY", `FREQ=WEEKLY;UNTIL=${day}T140000Z`);
const single = "DTSTART:20270105T140000Z";
const whole = "DTSTART:20261103T140000Z RRULE:FREQ=WEEKLY";

/** A world in which a single invitation to one occurrence stands. */
async function withInvitation(): Promise<World> {
  const work = { id: "work", style: "href", calendars: ["main"], priority: 2 } as const;
  const world = new World(database.db, [home, work]);
  for (const account of world.accounts.values())
    Object.defineProperty(account, "translator", { value: caldavTranslator });
  world.account("home").putText("private", "choir@example", invitation);
  await world.settle();
  expect(shown(world)).toEqual([single]);
  return world;
}

/** The same once the series has come and has taken its place. */
async function withSeries(): Promise<World> {
  const world = await withInvitation();
  world.account("work").putText("main", "choir@example", series);
  await world.settle();
  expect(shown(world)).toEqual([whole]);
  await world.start();
  return world;
}

async function rounds(world: World): Promise<void> {
  for (let count = 0; count < 3; count += 1) {
    world.advance(3_600_000);
    await round(world);
  }
}

async function isBalanced(world: World): Promise<boolean | undefined> {
  await world.start();
  const options = { repair: false, deep: true };
  return (await auditTarget(world.context, target, world.faults.signal, options))?.isBalanced;
}

async function undoSeries(world: World): Promise<void> {
  const { slot } = await world.db
    .selectFrom("action")
    .select("slot")
    .where("kind", "=", "create")
    .orderBy("id", "desc")
    .executeTakeFirstOrThrow();
  const selector = { kind: "event", targetId: target.id, slot } as const;
  expect(await applyUndo(world.context, target, selector, world.faults.signal)).toMatchObject({
    kind: "done",
  });
}

describe("a series that is not shown leaves single invitations to its occurrences where they are", () => {
  it("because the server refuses it, until it takes it", async () => {
    const world = await withInvitation();
    world.sink.refuses = "RRULE";
    world.account("work").putText("main", "choir@example", series);
    await world.start();
    await world.run();
    expect(shown(world), "in the run in which it is refused").toEqual([single]);
    await rounds(world);
    expect(shown(world)).toEqual([single]);
    expect(await isBalanced(world)).toBe(true);
    world.sink.refuses = null;
    world.advance(refusalRetryMs);
    await rounds(world);
    expect(shown(world)).toEqual([whole]);
    expect(await isBalanced(world)).toBe(true);
  });

  it("because what makes it bring the occurrence waits for a person, until that is approved", async () => {
    const world = await withInvitation();
    const work = world.account("work");
    const others = Array.from({ length: 11 }, (_, at) => `other ${at}`);
    work.putText("main", "choir@example", ends("20261208"));
    for (const uid of others) work.put("main", uid, uid);
    await world.settle();
    const loose = (): string[] => shown(world).filter((text) => text === single);
    expect(loose()).toEqual([single]);
    work.putText("main", "choir@example", ends("20270202"));
    for (const uid of others) work.put("main", uid, `${uid} again`);
    await world.start();
    expect((await world.run()).result.outcome).toBe("held");
    for (let run = 0; run < 3; run += 1) await round(world);
    expect(loose()).toEqual([single]);
    // It is part of what a person decides: no trouble, and nothing to tell of again and again.
    expect(await targetStatus(world.db)).toMatchObject([{ error: null, waitingSince: null }]);
    const lines = await world.db
      .selectFrom("action")
      .select("id")
      .where("outcome", "like", "postponed%")
      .execute();
    expect(lines).toEqual([]);
    await approveHold(world.db, target.id, "work", null);
    await round(world);
    expect(loose()).toEqual([]);
  });

  it("because it ended before the window and was never shown", async () => {
    const world = await withInvitation();
    const window = { from: "2027-06-01T00:00:00.000Z", until: "2028-09-01T00:00:00.000Z" };
    Object.defineProperty(world.context, "window", { value: () => window });
    world.account("work").putText("main", "choir@example", ends("20270202"));
    await rounds(world);
    expect(shown(world)).toEqual([single]);
    expect(await isBalanced(world)).toBe(true);
  });

  it("because its run was undone; what moves then is shown where it is", async () => {
    const world = await withSeries();
    await undo(world, (await lastRun(world)).run);
    await rounds(world);
    expect(shown(world)).toEqual([single]);
    const moved = invitation.replace("DTSTART:20270105T14", "DTSTART:20270105T09");
    world.account("home").putText("private", "choir@example", moved);
    await rounds(world);
    expect(shown(world)).toEqual(["DTSTART:20270105T090000Z"]);
    expect(await isBalanced(world)).toBe(true);
  });

  it("because it alone was undone, until that is taken back", async () => {
    const world = await withSeries();
    await undoSeries(world);
    await rounds(world);
    expect(shown(world)).toEqual([single]);
    expect(await isBalanced(world)).toBe(true);
    const decided = await world.db
      .selectFrom("run")
      .select("id")
      .where("kind", "=", "undo")
      .executeTakeFirstOrThrow();
    await world.start();
    await undo(world, decided.id);
    await rounds(world);
    expect(shown(world)).toEqual([whole]);
    expect(await isBalanced(world)).toBe(true);
  });

  it("and covers what stands of it where only its new form is refused", async () => {
    const world = await withSeries();
    world.sink.refuses = "FREQ=DAILY";
    world.account("work").putText("main", "choir@example", series.replace("WEEKLY", "DAILY"));
    await rounds(world);
    expect(shown(world)).toEqual([whole]);
    expect(await isBalanced(world)).toBe(true);
  });
});
