import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { caldavTranslator } from "../../../src/sources/icloud/translate.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { World } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

/** Two accounts of real iCalendar objects; home goes first. */
function worldOfTwo(): World {
  const world = new World(database.db, [
    { id: "home", style: "href", calendars: ["private"], priority: 1 },
    { id: "work", style: "href", calendars: ["main"], priority: 2 },
  ]);
  for (const account of world.accounts.values())
    Object.defineProperty(account, "translator", { value: caldavTranslator });
  return world;
}

type Lines = readonly string[];

function object(...events: readonly Lines[]): string {
  const body = events.flatMap((lines) => [
    "BEGIN:VEVENT",
    "UID:series@example",
    "DTSTAMP:20260101T000000Z",
    "SUMMARY:Choir",
    ...lines,
    "END:VEVENT",
  ]);
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", ...body, "END:VCALENDAR", ""].join("\r\n");
}

const hour = (start: string): Lines => [
  `DTSTART:${start}`,
  `DTEND:${start.replace(/T(\d\d)/, (_, at: string) => `T${Number(at) + 1}`)}`,
];
const weekly: Lines = [...hour("20261103T140000Z"), "RRULE:FREQ=WEEKLY"];
const later: Lines = [...hour("20270105T160000Z"), "RECURRENCE-ID;RANGE=THISANDFUTURE:20270105T140000Z"];
const whole = object(weekly);
const split = object(weekly, later);
const dates: Lines = [
  ...hour("20261103T140000Z"),
  "RRULE:FREQ=WEEKLY;COUNT=4",
  "RDATE:20270107T140000Z,20270108T140000Z",
];
const loose = (start: string): string => object([...hour(start), `RECURRENCE-ID:${start}`]);

/** DTSTART and RRULE of what stands in the target. */
function standing(world: World): string[] {
  return [...world.sink.objects.values()]
    .map(({ ics }) => (ics.match(/^(?:DTSTART|RRULE|RDATE)\S*/gm) ?? []).join(" "))
    .toSorted();
}

const untilDecember = "DTSTART:20261103T140000Z RRULE:FREQ=WEEKLY;UNTIL=20261229T140000Z";
const fromJanuary = "DTSTART:20270105T160000Z RRULE:FREQ=WEEKLY";
const endless = "DTSTART:20261103T140000Z RRULE:FREQ=WEEKLY";

describe("a series that had to be taken apart", () => {
  it("stands in all its parts where it is the better copy, though another copy is whole", async () => {
    const world = worldOfTwo();
    world.account("home").putText("private", "series@example", split);
    world.account("work").putText("main", "series@example", whole);
    await world.settle();
    expect(standing(world)).toEqual([untilDecember, fromJanuary]);
  });

  it("stands in none of its parts where a whole copy is better", async () => {
    const world = worldOfTwo();
    world.account("home").putText("private", "series@example", whole);
    world.account("work").putText("main", "series@example", split);
    await world.settle();
    expect(standing(world)).toEqual([endless]);
  });

  it("takes its place back when the better copy goes", async () => {
    const world = worldOfTwo();
    world.account("home").putText("private", "series@example", whole);
    world.account("work").putText("main", "series@example", split);
    await world.settle();
    world.account("home").remove("private", "series@example");
    await world.settle();
    expect(standing(world)).toEqual([untilDecember, fromJanuary]);
  });

  it("is not displaced by an invitation to the instance at which it was split", async () => {
    const world = worldOfTwo();
    world.account("home").putText("private", "series@example", loose("20270105T140000Z"));
    world.account("work").putText("main", "series@example", split);
    await world.settle();
    expect(standing(world)).toEqual(expect.arrayContaining([untilDecember, fromJanuary]));
  });

  it("covers invitations to the dates beside its rule", async () => {
    const world = worldOfTwo();
    world.account("home").putText("private", "series@example", loose("20270108T140000Z"));
    world.account("work").putText("main", "series@example", object(dates));
    await world.settle();
    expect(standing(world)).toHaveLength(2);
  });

  it("keeps the places of its parts when its dates change", async () => {
    const world = worldOfTwo();
    world.account("home").putText("private", "series@example", object(dates));
    await world.settle();
    const names = [...world.sink.objects.keys()];
    const without = [...dates, "EXDATE:20270107T140000Z"];
    world.account("home").putText("private", "series@example", object(without));
    await world.settle();
    expect([...world.sink.objects.keys()]).toEqual(names);
  });
});
