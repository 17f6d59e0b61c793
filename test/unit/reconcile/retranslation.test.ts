import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { fingerprint } from "../../../src/calendar/fingerprint.ts";
import type { Source, Translator } from "../../../src/sources/source.ts";
import { clearDatabase, openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { type AccountSpec, World } from "./world.ts";

vi.setConfig({ testTimeout: 60_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(async () => database[Symbol.asyncDispose]());
beforeEach(async () => clearDatabase(database.db));

const home: AccountSpec = { id: "home", style: "href", calendars: ["private", "club"], priority: 1 };
const uids = Array.from({ length: 12 }, (_, index) => `event-${index}`);

/** A world at rest whose translators then get another version. */
async function upgraded(): Promise<World> {
  const world = new World(database.db, [home]);
  for (const uid of uids) world.account("home").put("private", uid, uid);
  await world.settle();
  world.sink.writes.length = 0;
  world.configure((accounts) =>
    accounts.map((account) => ({ ...account, source: withTranslator(account.source, commenting) })),
  );
  return world;
}

function withTranslator(source: Source, change: (translator: Translator) => Translator): Source {
  return {
    coverage: source.coverage,
    translator: change(source.translator),
    listCalendars: (memory, signal) => source.listCalendars(memory, signal),
    round: (request, signal) => source.round(request, signal),
    list: (calendar, window, signal) => source.list(calendar, window, signal),
    settle: (calendar, items, window, signal) => source.settle(calendar, items, window, signal),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

const commenting = (before: Translator): Translator => ({
  version: before.version + 1,
  translate(native, context) {
    const translation = before.translate(native, context);
    if (translation.kind !== "translated") return translation;
    const events = translation.events.map((event) => {
      const ics = event.object.ics.replace("END:VEVENT", "COMMENT:new\r\nEND:VEVENT");
      return { ...event, object: { ...event.object, ics, fingerprint: fingerprint(ics) } };
    });
    return { ...translation, events };
  },
});

const expectAllNew = (world: World): void => {
  const texts = [...world.sink.objects.values()].map(({ ics }) => ics);
  expect(texts.filter((ics) => ics.includes("COMMENT:new"))).toHaveLength(uids.length);
  expect(texts).toHaveLength(uids.length);
};

describe("a new version of a translator", () => {
  it("rewrites every object once, unheld", async () => {
    const world = await upgraded();
    await world.settle();
    expectAllNew(world);
    expect(world.sink.writes.map(({ kind }) => kind)).toEqual(uids.map(() => "update"));
  });

  it("killed at any query, goes on where it was, and never creates, removes or holds", async () => {
    const world = await upgraded();
    // Each life is a little longer than the one before, until one gets through.
    for (let queries = 1; queries < 400 && !isDone(world); queries += 3) await world.troubledRun({}, queries);
    await world.settle();
    expectAllNew(world);
    expect(new Set(world.sink.writes.map(({ kind }) => kind))).toEqual(new Set(["update"]));
    expect(new Set(world.sink.writes.map(({ name }) => name)).size).toBe(world.sink.writes.length);
  });

  it.each(["kill", "late kill", "transient", "late"] as const)(
    "meeting with %s at any write, writes what is left, and no object twice",
    async (fault) => {
      const world = await upgraded();
      for (const writes of [0, 1, 5, 10])
        await world.troubledRun({ sink: [...Array.from({ length: writes }, () => "none" as const), fault] });
      await world.settle();
      expectAllNew(world);
      expect(world.sink.writes.map(({ kind }) => kind)).toEqual(uids.map(() => "update"));
    },
  );
});

const isDone = (world: World): boolean =>
  [...world.sink.objects.values()].every(({ ics }) => ics.includes("COMMENT:new"));
