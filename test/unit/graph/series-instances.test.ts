import nock from "nock";
import { beforeEach, describe, expect, it } from "vitest";
import { mockNetwork } from "../mocked-network.ts";
import {
  answerTokens,
  calendarPath,
  graph,
  graphErrorBody,
  settleAll,
  sourceUnderTest,
  wholeWindow,
} from "./fixture.ts";
import {
  answer,
  eastern,
  exception,
  isExpanded,
  isPlain,
  isProbe,
  master,
  masterPath,
  nativeOf,
  owed,
} from "./series-answers.ts";

mockNetwork();
beforeEach(answerTokens);

describe("a series of which Graph leaves open when it occurs", () => {
  const lists = { cancelledOccurrences: [], exceptionOccurrences: [] };

  it.each([
    ["a day that short months lack", { type: "absoluteMonthly", interval: 1, dayOfMonth: 31 }],
    ["29 February", { type: "absoluteYearly", interval: 1, dayOfMonth: 29, month: 2 }],
    ["a pattern of a later Graph", { type: "lunarYearly" }],
  ])("has its instances read: %s", async (_, pattern) => {
    const leap = { ...master("UTC", "UTC"), recurrence: { ...master("UTC", "UTC").recurrence, pattern } };
    answer(masterPath, isProbe, leap);
    answer(masterPath, isExpanded, { ...leap, ...lists });
    answer(`${masterPath}/instances`, () => true, { value: [{ id: "o1", type: "occurrence" }] });
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(nativeOf(settlement)).toMatchObject({ cancelled: [], instances: { items: [{ id: "o1" }] } });
  });
});

function answerInstances(): void {
  nock(graph)
    .get(`${masterPath}/instances`)
    .query({
      startDateTime: wholeWindow.from,
      endDateTime: wholeWindow.until,
      $select: "id,type,start,end,originalStart",
      $top: "200",
    })
    .reply(200, {
      value: [{ id: "o1", type: "occurrence", subject: "not asked for" }],
      "@odata.nextLink": `${graph}/v1.0/instances2?$skip=1`,
    });
  answer("/v1.0/instances2", () => true, { value: [{ id: "e1", type: "exception" }] });
  answer(`${calendarPath}/events/e1`, isPlain, exception("e1"), { zone: eastern });
}

describe("a tenant that does not give exceptions with the master", () => {
  const fromInstances = {
    exceptions: [{ id: "e1", subject: "Meeting e1" }],
    cancelled: null,
    instances: {
      window: wholeWindow,
      items: [
        { id: "o1", type: "occurrence" },
        { id: "e1", type: "exception" },
      ],
    },
  };

  it("by 400 has its instances read, and is not asked again for a day", async () => {
    const { source, clock } = sourceUnderTest();
    for (const refusals of [1, 0, 1]) {
      answer(masterPath, isProbe, master("UTC"));
      const refused = { zone: eastern, status: 400 };
      if (refusals > 0) answer(masterPath, isExpanded, graphErrorBody("BadRequest"), refused);
      answer(masterPath, isPlain, master(eastern), { zone: eastern });
      answerInstances();
      const [settlement] = await settleAll(source, [owed("m1")]);
      expect(nativeOf(settlement)).toMatchObject(fromInstances);
      expect(nock.pendingMocks().filter((mock) => mock.includes("graph.example"))).toEqual([]);
      if (refusals === 0) clock.advance(24 * 3_600_000);
    }
  });

  it("by silence has its instances read", async () => {
    answer(masterPath, isProbe, master("UTC"));
    answer(masterPath, isExpanded, master(eastern), { zone: eastern });
    answerInstances();
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(nativeOf(settlement)).toMatchObject(fromInstances);
  });

  it("is not staged from half of its instances", async () => {
    answer(masterPath, isProbe, master("UTC"));
    answer(masterPath, isExpanded, master(eastern), { zone: eastern });
    nock(graph)
      .get(`${masterPath}/instances`)
      .query(true)
      .reply(200, { value: [], "@odata.nextLink": `${graph}/v1.0/instances2?$skip=1` });
    answer("/v1.0/instances2", () => true, graphErrorBody("ErrorInternal"), { status: 400 });
    const [settlement] = await settleAll(sourceUnderTest().source, [owed("m1")]);
    expect(settlement).toMatchObject({ kind: "failed", error: { kind: "refused" } });
  });
});
