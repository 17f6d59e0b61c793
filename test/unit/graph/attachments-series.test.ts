import nock from "nock";
import { beforeEach, describe, expect, it } from "vitest";
import type { Settlement } from "../../../src/sources/source.ts";
import { mockNetwork } from "../mocked-network.ts";
import {
  answerTokens,
  calendarPath,
  graph,
  graphErrorBody,
  settleAll,
  single,
  sourceUnderTest,
  tokenWindow,
} from "./fixture.ts";

const eastern = "Eastern Standard Time";
const eventPath = (id: string) => `${calendarPath}/events/${id}`;
const named = (name: string) => [{ name, isInline: false }];

mockNetwork();
beforeEach(answerTokens);

/** Exchange gives all of a series one ETag. */
const ofVersion = (version: number) => ({
  "@odata.etag": `W/"m1-${version}"`,
  body: { contentType: "html", content: "" },
  hasAttachments: true,
});

const master = (version: number, changes: object = {}) => ({
  ...single("m1"),
  ...ofVersion(version),
  type: "seriesMaster",
  start: { dateTime: "2026-11-02T09:00:00.0000000", timeZone: eastern },
  recurrence: {
    pattern: { type: "weekly", interval: 1, daysOfWeek: ["monday"] },
    range: { type: "noEnd", startDate: "2026-11-02", recurrenceTimeZone: eastern },
  },
  ...changes,
});

const exception = (id: string, version: number, lastModifiedDateTime: string, changes: object = {}) => ({
  ...single(id),
  ...ofVersion(version),
  type: "exception",
  seriesMasterId: "m1",
  originalStart: "2026-11-09T14:00:00Z",
  lastModifiedDateTime,
  ...changes,
});

const early = "2026-11-01T10:00:00Z";
const late = "2026-11-20T10:00:00Z";

function answerSeries(head: object, exceptions: readonly object[]): void {
  nock(graph)
    .get(eventPath("m1"))
    .query((query) => "$expand" in query)
    .reply(200, { ...head, cancelledOccurrences: [], exceptionOccurrences: exceptions });
}

/** Every list that is asked for, answered by the id of its event. */
function answerLists(lists: Readonly<Record<string, unknown>>): string[] {
  const asked: string[] = [];
  for (const [id, list] of Object.entries(lists)) {
    nock(graph)
      .persist()
      .get(`${eventPath(id)}/attachments`)
      .query(true)
      .reply(() => {
        asked.push(id);
        return typeof list === "number" ? [list, graphErrorBody("Code")] : [200, { value: list }];
      });
  }
  return asked;
}

function nativeOf(settlement: Settlement | undefined): string {
  if (settlement?.kind !== "staged") throw new Error(`not staged: ${JSON.stringify(settlement)}`);
  return settlement.event.native;
}

const withoutAny = JSON.stringify({
  kind: "series",
  master: master(0, { hasAttachments: false }),
  exceptions: [],
  cancelled: [],
  instances: null,
});

async function settle(
  { source }: ReturnType<typeof sourceUnderTest>,
  native: string = withoutAny,
): Promise<Settlement | undefined> {
  return (await settleAll(source, [{ kind: "series", nativeId: "m1", native }]))[0];
}

describe("the attachments of a series", () => {
  it("are read of the master and of each exception that has any, each its own", async () => {
    answerSeries(master(1), [
      exception("e1", 1, early),
      exception("e2", 1, early, { hasAttachments: false }),
    ]);
    const asked = answerLists({ m1: named("Agenda"), e1: named("Minutes"), e2: named("none") });
    const native = JSON.parse(nativeOf(await settle(sourceUnderTest())));
    expect(native.master.attachments).toEqual(named("Agenda"));
    expect(native.exceptions[0].attachments).toEqual(named("Minutes"));
    expect(native.exceptions[1]).not.toHaveProperty("attachments");
    expect(asked.toSorted()).toEqual(["e1", "m1"]);
  });

  it("cost nothing where there are none", async () => {
    answerSeries(master(1, { hasAttachments: false }), []);
    expect(nativeOf(await settle(sourceUnderTest()))).not.toContain("attachments");
  });

  it("are not read again of a series that comes again unchanged", async () => {
    const under = sourceUnderTest();
    for (const _ of [1, 2]) answerSeries(master(1), [exception("e1", 1, early)]);
    const asked = answerLists({ m1: named("Agenda"), e1: named("Minutes") });
    const before = nativeOf(await settle(under));
    expect(nativeOf(await settle(under, before))).toBe(before);
    expect(asked).toHaveLength(2);
  });

  it("of a changed series are read of the master and of what was changed in it, not of every exception", async () => {
    const under = sourceUnderTest();
    answerSeries(master(1), [exception("e1", 1, early), exception("e2", 1, early)]);
    const asked = answerLists({ m1: named("Agenda"), e1: named("One"), e2: named("Two") });
    const before = nativeOf(await settle(under));
    answerSeries(master(2), [exception("e1", 2, early), exception("e2", 2, late)]);
    asked.length = 0;
    const after = JSON.parse(nativeOf(await settle(under, before)));
    expect(asked.toSorted()).toEqual(["e2", "m1"]);
    expect(after.exceptions[0].attachments).toEqual(named("One"));
  });

  it("are all read when those of the master changed: an exception may have inherited them", async () => {
    const under = sourceUnderTest();
    answerSeries(master(1), [exception("e1", 1, early)]);
    answerLists({ m1: named("Agenda"), e1: named("Agenda") });
    const before = nativeOf(await settle(under));
    nock.cleanAll();
    answerTokens();
    answerSeries(master(2), [exception("e1", 2, early)]);
    answerLists({ m1: named("New agenda"), e1: named("New agenda") });
    const after = JSON.parse(nativeOf(await settle(under, before)));
    expect(after.exceptions[0].attachments).toEqual(named("New agenda"));
  });

  it("that fail do not hold back the series: it is staged, with those known before, and stays owed", async () => {
    const under = sourceUnderTest();
    answerSeries(master(1), [exception("e1", 1, early)]);
    answerLists({ m1: named("Agenda"), e1: named("Minutes") });
    const before = nativeOf(await settle(under));
    nock.cleanAll();
    answerTokens();
    answerSeries(master(2, { subject: "Moved" }), [exception("e1", 2, late)]);
    answerLists({ m1: named("Agenda"), e1: 504 });
    const settlement = await settle(under, before);
    expect(settlement).toMatchObject({ kind: "staged", stillOwed: { status: 504 } });
    const partial = nativeOf(settlement);
    expect(JSON.parse(partial)).toMatchObject({
      master: { subject: "Moved" },
      exceptions: [{ attachments: named("Minutes") }],
    });
    nock.cleanAll();
    answerTokens();
    answerSeries(master(2, { subject: "Moved" }), [exception("e1", 2, late)]);
    const asked = answerLists({ m1: named("Agenda"), e1: named("New minutes") });
    const last = await settle(under, partial);
    expect(last).not.toHaveProperty("stillOwed");
    expect(JSON.parse(nativeOf(last)).exceptions[0].attachments).toEqual(named("New minutes"));
    expect(asked.toSorted()).toEqual(["e1", "m1"]);
  });

  it("that are refused leave the rest as it is", async () => {
    answerSeries(master(1), [exception("e1", 1, early)]);
    answerLists({ m1: named("Agenda"), e1: 403 });
    const settlement = await settle(sourceUnderTest());
    expect(settlement).not.toHaveProperty("stillOwed");
    const native = JSON.parse(nativeOf(settlement));
    expect(native.master.attachments).toEqual(named("Agenda"));
    expect(native.exceptions[0]).not.toHaveProperty("attachments");
  });
});

describe("an event that was called removed and is there", () => {
  it("keeps its attachments", async () => {
    const { source } = sourceUnderTest();
    const event = single("a", { hasAttachments: true, attachments: named("Agenda") });
    nock(graph)
      .persist()
      .get(eventPath("a"))
      .query(true)
      .reply(200, single("a", { hasAttachments: true }));
    nock(graph)
      .get(`${calendarPath}/calendarView`)
      .query((query) => query["startDateTime"] !== tokenWindow.startDateTime)
      .reply(200, { value: [{ id: "a" }] });
    const native = JSON.stringify({ kind: "single", event });
    const [settlement] = await settleAll(source, [{ kind: "tombstone", nativeId: "a", native }]);
    expect(JSON.parse(nativeOf(settlement)).event.attachments).toEqual(named("Agenda"));
  });
});
