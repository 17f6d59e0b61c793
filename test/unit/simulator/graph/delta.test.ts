import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { roughSwitches } from "../../../../simulator/graph/switches.ts";
import { codeOf, follow, startContoso, user, valuesOf } from "./client.ts";
import type { Contoso, Json } from "./client.ts";

const span = "startDateTime=2026-01-01T00:00:00Z&endDateTime=2026-04-01T00:00:00Z";
const immutable = 'IdType="ImmutableId"';
let contoso: Contoso;

beforeEach(async () => {
  contoso = await startContoso();
});
afterEach(() => contoso[Symbol.asyncDispose]());

function initial(calendar = contoso.calendar): string {
  return `/calendars/${calendar}/calendarView/delta?${span}`;
}

function single(subject: string, day: string, calendar?: string) {
  return contoso.simulator.createEvent({
    mailbox: user,
    ...(calendar === undefined ? {} : { calendar }),
    event: {
      subject,
      start: { dateTime: `${day}T09:00:00`, timeZone: "Pacific Standard Time" },
      end: { dateTime: `${day}T10:00:00`, timeZone: "Pacific Standard Time" },
    },
  });
}

/** Mondays from 2025-12-01 on. */
function weekly(numberOfOccurrences = 10) {
  return contoso.simulator.createEvent({
    mailbox: user,
    event: {
      subject: "Weekly",
      start: { dateTime: "2025-12-01T09:00:00", timeZone: "Pacific Standard Time" },
      end: { dateTime: "2025-12-01T10:00:00", timeZone: "Pacific Standard Time" },
      recurrence: {
        pattern: { type: "weekly", interval: 1, daysOfWeek: ["monday"] },
        range: { type: "numbered", startDate: "2025-12-01", numberOfOccurrences },
      },
    },
  });
}

const kinds = (items: readonly Json[]): unknown[] => items.map((item) => item["type"] ?? item["@removed"]);

describe("a first delta round", () => {
  it("lists what is in the span: events in full, a master with its first times, occurrences as stubs", async () => {
    const { simulator } = contoso;
    single("In", "2026-02-02");
    single("Out", "2026-05-05");
    const series = weekly(7);
    simulator.alterOccurrence({
      mailbox: user,
      event: series.id,
      date: "2026-01-05",
      changes: { subject: "Other" },
    });
    const { items, deltaLink } = await follow(contoso, initial());
    expect(kinds(items)).toEqual(["singleInstance", "seriesMaster", "exception", "occurrence"]);
    expect(items[1]).toMatchObject({ start: { dateTime: "2025-12-01T17:00:00.0000000", timeZone: "UTC" } });
    expect(items[2]).toMatchObject({ subject: "Other", originalStart: "2026-01-05T17:00:00Z" });
    expect(Object.keys(items[3] ?? {}).toSorted()).toEqual(
      ["@odata.etag", "@odata.type", "end", "id", "seriesMasterId", "start", "type"].toSorted(),
    );
    expect(deltaLink).toMatch(
      /^https:\/\/127.0.0.1:\d+\/v1.0\/users\/.*\/calendarView\/delta\?\$deltatoken=[^&]+$/,
    );
  });

  it("may leave masters out, keeps a series on one page, and pages by Prefer only", async () => {
    contoso.simulator.setSwitches({ switches: { mastersInDelta: false } });
    weekly(10);
    for (const day of ["05", "06", "07", "08"]) single(day, `2026-02-${day}`);
    const { pages } = await follow(contoso, initial(), "odata.maxpagesize=2");
    expect(pages.map((page) => page.length)).toEqual([5, 2, 2]);
    expect(kinds(pages[0] ?? [])).toEqual(Array.from({ length: 5 }, () => "occurrence"));
    for (const option of ["$select=subject", "$filter=x", "$top=5", "$orderby=start/dateTime"]) {
      expect(codeOf(await contoso.get(`${initial()}&${option}`)), option).toBe("ErrorInvalidUrlQuery");
    }
  });

  it("takes headers from each request and not from the link", async () => {
    for (let day = 10; day < 22; day += 1) single(`${day}`, `2026-02-${day}`);
    const first = await contoso.get(initial(), immutable);
    const second = await contoso.get(String(first.json["@odata.nextLink"]));
    expect(valuesOf(first)[0]?.["id"]).toMatch(/^AAkALg/);
    expect(valuesOf(second)[0]?.["id"]).toMatch(/^AAMkAG/);
    expect(first.headers["preference-applied"]).toContain("odata.track-changes");
  });
});

describe("a later delta round", () => {
  it("is empty when nothing happened, and delivers a changed series whole", async () => {
    const { simulator } = contoso;
    single("Other", "2026-02-02");
    const series = weekly(7);
    const { deltaLink } = await follow(contoso, initial());
    const idle = await follow(contoso, deltaLink);
    expect(idle.items).toEqual([]);
    simulator.cancelOccurrence({ mailbox: user, event: series.id, date: "2026-01-05" });
    const round = await follow(contoso, idle.deltaLink);
    expect(kinds(round.items)).toEqual(["seriesMaster", "occurrence"]);
    expect(round.items[1]).toMatchObject({ start: { dateTime: "2026-01-12T17:00:00.0000000" } });
  });

  it("calls removed what was deleted, and whatever happened outside the span", async () => {
    const { simulator } = contoso;
    const deleted = single("Deleted", "2026-02-02");
    const { deltaLink } = await follow(contoso, initial());
    simulator.deleteEvent({ mailbox: user, event: deleted.id });
    const outside = single("Outside", "2026-09-09");
    const { items } = await follow(contoso, deltaLink, immutable);
    expect(items).toEqual(
      [deleted, outside].map(({ immutableId }) => ({
        "@odata.type": "#microsoft.graph.event",
        id: immutableId,
        "@removed": { reason: "deleted" },
      })),
    );
  });

  it("reports a move in both calendars: a new default id, the same immutable one", async () => {
    const { simulator, calendar } = contoso;
    const other = simulator.addCalendar({ mailbox: user, name: "Other" }).id;
    const event = single("Wanderer", "2026-02-02");
    const here = await follow(contoso, initial());
    const there = await follow(contoso, initial(other));
    const moved = simulator.moveEvent({ mailbox: user, event: event.id, to: other });
    expect(moved.immutableId).toBe(event.immutableId);
    expect((await follow(contoso, here.deltaLink)).items).toMatchObject([{ id: event.id, "@removed": {} }]);
    expect((await follow(contoso, there.deltaLink)).items).toMatchObject([
      { id: moved.id, type: "singleInstance" },
    ]);
    const back = simulator.moveEvent({ mailbox: user, event: moved.id, to: calendar });
    expect((await follow(contoso, here.deltaLink)).items.map(({ id }) => id)).toEqual([event.id, back.id]);
    expect((await follow(contoso, here.deltaLink, immutable)).items).toMatchObject([
      { id: event.immutableId, type: "singleInstance" },
    ]);
    simulator.setSwitches({ switches: { immutableMoveLoss: true } });
    expect((await follow(contoso, here.deltaLink, immutable)).items).toMatchObject([{ "@removed": {} }]);
  });

  it("may come late, repeat itself and deliver an outdated form first", async () => {
    const { simulator } = contoso;
    const event = single("Old", "2026-02-02");
    const { deltaLink } = await follow(contoso, initial());
    simulator.setSwitches({ switches: { processingDelayMs: 60_000, duplicates: true } });
    simulator.advanceClock({ ms: 1000 });
    simulator.updateEvent({ mailbox: user, event: event.id, changes: { subject: "New" } });
    const early = await follow(contoso, deltaLink);
    expect(early.items).toEqual([]);
    simulator.advanceClock({ ms: 60_000 });
    const late = await follow(contoso, early.deltaLink);
    expect(late.items.map(({ subject }) => subject)).toEqual(["Old", "New", "New"]);
    simulator.setSwitches({ switches: { replays: 1, duplicates: false } });
    expect((await follow(contoso, late.deltaLink)).items).toMatchObject([{ subject: "New" }]);
  });
});

describe("delta links", () => {
  it("can be asked again while they are new, and die three generations later", async () => {
    const links = [(await follow(contoso, initial())).deltaLink];
    for (let round = 0; round < 3; round += 1) {
      const newest = links.at(-1) ?? "";
      await follow(contoso, newest);
      await follow(contoso, newest);
      links.push((await follow(contoso, newest)).deltaLink);
    }
    expect((await contoso.get(links[1] ?? "")).status).toBe(200);
    const dead = await contoso.get(links[0] ?? "");
    expect([dead.status, codeOf(dead)]).toEqual([410, "SyncStateNotFound"]);
    expect(dead.text).toContain("generation=1;[highest=4][4][2][3]");
  });

  it.each([
    ["410", 410, "SyncStateNotFound"],
    ["410-location", 410, "resyncRequired"],
    ["400", 400, "syncStateNotFound"],
    ["404", 404, "SyncStateNotFound"],
  ] as const)("say that they expired as %s", async (expiredLink, status, code) => {
    const { deltaLink } = await follow(contoso, initial());
    contoso.simulator.forgetSyncStates();
    contoso.simulator.setSwitches({ switches: { expiredLink } });
    const answer = await contoso.get(deltaLink);
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
    expect(answer.headers["location"]?.endsWith("$deltatoken=") ?? false).toBe(
      expiredLink === "410-location",
    );
  });

  it("belong to their calendar, stand alone and survive no re-encoding", async () => {
    const other = contoso.simulator.addCalendar({ mailbox: user, name: "Other" }).id;
    const { deltaLink } = await follow(contoso, initial());
    expect((await contoso.get(deltaLink.replace(contoso.calendar, other))).status).toBe(410);
    expect(codeOf(await contoso.get(`${deltaLink}&${span}`))).toBe("ErrorInvalidUrlQuery");
    expect((await contoso.get(decodeURIComponent(deltaLink))).status).toBe(400);
  });
});

describe("delta's troubles", () => {
  it("go round in circles when a series outgrows the page", async () => {
    contoso.simulator.setSwitches({ switches: { endlessPages: "oversized-series" } });
    weekly(10);
    const first = await contoso.get(initial(), "odata.maxpagesize=4");
    const second = await contoso.get(String(first.json["@odata.nextLink"]), "odata.maxpagesize=4");
    expect(second.json["value"]).toEqual(first.json["value"]);
    expect(second.json["@odata.nextLink"]).not.toBe(first.json["@odata.nextLink"]);
    expect((await follow(contoso, initial(), "odata.maxpagesize=50")).items).toHaveLength(6);
  });

  it("refuse one calendar only", async () => {
    const { simulator, calendar } = contoso;
    const other = simulator.addCalendar({ mailbox: user, name: "Other" }).id;
    const deltaRefusal = { status: 501, code: "NotImplemented", message: "no" };
    simulator.setSwitches({ mailbox: user, calendar: other, switches: { deltaRefusal } });
    expect((await contoso.get(initial(other))).status).toBe(501);
    expect((await contoso.get(initial(calendar))).status).toBe(200);
    simulator.setSwitches({ mailbox: user, calendar, switches: { deltaUnavailable: true } });
    const timeout = await contoso.get(initial(calendar));
    expect([timeout.status, codeOf(timeout)]).toEqual([504, "UnknownError"]);
  });

  it.each([
    ["calm", {}],
    ["rough", roughSwitches],
  ] as const)("do not keep it from telling the truth in the end (%s)", async (_name, switches) => {
    const { simulator } = contoso;
    simulator.setSwitches({ switches });
    simulator.seedEvents({ mailbox: user, count: 150, seed: 7, from: "2025-06-01", until: "2026-06-01" });
    const { items, deltaLink } = await follow(contoso, initial(), `${immutable}, odata.maxpagesize=20`);
    simulator.seedEvents({ mailbox: user, count: 10, seed: 8, from: "2025-06-01", until: "2026-06-01" });
    const later = await follow(contoso, deltaLink, `${immutable}, odata.maxpagesize=20`);
    const state = new Map<unknown, Json>();
    for (const item of [...items, ...later.items]) {
      if ("@removed" in item) state.delete(item["id"]);
      else if (item["type"] !== "seriesMaster") state.set(item["id"], item);
    }
    const truth = simulator.occurrences({
      mailbox: user,
      from: "2026-01-01T00:00:00Z",
      until: "2026-04-01T00:00:00Z",
    });
    expect(truth.length).toBeGreaterThan(100);
    expect(new Set(state.keys())).toEqual(new Set(truth.map(({ id }) => id)));
  });
});
