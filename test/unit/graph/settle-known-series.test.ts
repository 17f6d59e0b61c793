import nock from "nock";
import { beforeEach, describe, expect, it } from "vitest";
import type { GraphSeries } from "../../../src/sources/graph/native.ts";
import { mockNetwork } from "../mocked-network.ts";
import {
  answerTokens,
  calendarPath,
  graph,
  graphErrorBody,
  settleAll,
  single,
  sourceUnderTest,
  wholeWindow,
} from "./fixture.ts";

const masterPath = `${calendarPath}/events/m1`;

mockNetwork();
beforeEach(answerTokens);

const start = { dateTime: "2026-08-03T14:00:00.0000000", timeZone: "UTC" };

function master(recurrenceTimeZone: string) {
  return {
    ...single("m1", { type: "seriesMaster", body: { contentType: "html", content: "" }, start, end: start }),
    recurrence: {
      pattern: { type: "daily", interval: 1 },
      range: { type: "noEnd", startDate: "2026-08-03", recurrenceTimeZone },
    },
  };
}

const item = (day: string) => {
  const time = { dateTime: `${day}T14:00:00`, timeZone: "UTC" };
  return { id: day, type: "occurrence", start: time, end: time };
};

function answer(accepts: (query: object) => boolean, body: nock.Body, status = 200) {
  const prefer = `IdType="ImmutableId", outlook.timezone="UTC"`;
  nock(graph, { reqheaders: { prefer } }).get(masterPath).query(accepts).reply(status, body);
}

async function settled(staged: object): Promise<GraphSeries> {
  const work = { kind: "series", nativeId: "m1", native: JSON.stringify(staged) } as const;
  const [settlement] = await settleAll(sourceUnderTest().source, [work]);
  if (settlement?.kind !== "staged") throw new Error(settlement?.kind);
  expect(nock.pendingMocks().filter((mock) => mock.includes("graph.example"))).toEqual([]);
  return JSON.parse(settlement.event.native);
}

describe("a series that is known", () => {
  it("keeps what its instances told of the days before the window", async () => {
    const old = { from: "2026-08-01T00:00:00.000Z", until: "2027-09-01T00:00:00.000Z" };
    const instances = { window: old, items: [item("2026-08-03"), item("2026-08-05")] };
    answer((query) => "$expand" in query, graphErrorBody("BadRequest"), 400);
    answer((query) => !("$expand" in query), master("UTC"));
    nock(graph)
      .get(`${masterPath}/instances`)
      .query(true)
      .reply(200, { value: [item("2026-09-03")] });
    const read = await settled({
      kind: "series",
      master: master("UTC"),
      exceptions: [],
      cancelled: null,
      instances,
    });
    expect(read.instances?.window).toEqual({ ...wholeWindow, from: old.from });
    expect(read.instances?.items.map(({ id }) => id)).toEqual(["2026-09-03", "2026-08-03", "2026-08-05"]);
  });

  it("is not asked for again in a zone that Exchange refused", async () => {
    const atlantis = "Atlantis Standard Time";
    answer((query) => "$expand" in query, {
      ...master(atlantis),
      exceptionOccurrences: [],
      cancelledOccurrences: [],
    });
    nock(graph)
      .get(`${masterPath}/instances`)
      .query(true)
      .reply(200, { value: [item("2026-09-03")] });
    nock(graph)
      .get(/mailboxSettings/)
      .reply(200, { value: "UTC" });
    const staged = {
      kind: "series",
      master: master(atlantis),
      exceptions: [],
      cancelled: [],
      instances: null,
      mailboxTimeZone: null,
    };
    expect(await settled(staged)).toMatchObject({ mailboxTimeZone: "UTC", cancelled: [] });
  });

  it("is known by its type in other letters", async () => {
    const capital = { ...master("UTC"), type: "SeriesMaster", recurrence: null };
    answer(() => true, { ...capital, exceptionOccurrences: [], cancelledOccurrences: [] });
    nock(graph).get(`${masterPath}/instances`).query(true).reply(200, { value: [] });
    nock(graph)
      .get(/mailboxSettings/)
      .reply(200, { value: "UTC" });
    const staged = { kind: "series", master: capital, exceptions: [], cancelled: [], instances: null };
    expect(await settled(staged)).toMatchObject({ kind: "series" });
  });
});
