import nock from "nock";
import { beforeEach, describe, expect, it } from "vitest";
import { mockNetwork } from "../mocked-network.ts";
import {
  answerTokens,
  calendar,
  calendarPath,
  graph,
  graphErrorBody,
  single,
  sourceUnderTest,
  window,
} from "./fixture.ts";

const never = new AbortController().signal;

mockNetwork();
beforeEach(answerTokens);

const query = {
  startDateTime: window.from,
  endDateTime: window.until,
  $select: "id,type,seriesMasterId",
  $top: "500",
};
const instance = (id: string, type = "occurrence") => single(id, { type, seriesMasterId: "S" });

const list = async (options: Parameters<typeof sourceUnderTest>[0] = {}) =>
  (await Array.fromAsync(sourceUnderTest(options).source.list(calendar, window, never))).flat();

describe("listing a calendar", () => {
  it("reads its view to the end, by immutable ids, and counts every item of a series for the series", async () => {
    const immutable = { reqheaders: { prefer: /IdType="ImmutableId"/ } };
    nock(graph, immutable)
      .get(`${calendarPath}/calendarView`)
      .query(query)
      .reply(200, { value: [single("A"), instance("o1")], "@odata.nextLink": `${graph}/v1.0/next?$skip=2` });
    nock(graph, immutable)
      .get("/v1.0/next?$skip=2")
      .reply(200, { value: [instance("o2"), instance("o3", "exception"), single("B")] });
    expect(await list()).toEqual([
      { nativeId: "A", etag: 'W/"A-1"' },
      { nativeId: "S", etag: null },
      { nativeId: "B", etag: 'W/"B-1"' },
    ]);
  });

  it("knows an occurrence without a master by its own id, and a master by itself", async () => {
    const value = [
      single("loose", { type: "occurrence", seriesMasterId: null }),
      single("M", { type: "seriesMaster" }),
    ];
    nock(graph).get(`${calendarPath}/calendarView`).query(query).reply(200, { value });
    expect(await list()).toEqual([
      { nativeId: "loose", etag: null },
      { nativeId: "M", etag: null },
    ]);
  });

  it("throws where a later page fails", async () => {
    nock(graph)
      .get(`${calendarPath}/calendarView`)
      .query(query)
      .reply(200, { value: [single("A")], "@odata.nextLink": `${graph}/v1.0/next?$skip=1` });
    nock(graph).get("/v1.0/next?$skip=1").reply(403, graphErrorBody("ErrorAccessDenied"));
    await expect(list()).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringMatching(/sean@contoso\.test.*"Work"/),
    });
  });

  it.each([
    ["that is no list", { error: "none" }],
    ["with an item without an id", { value: [{ type: "singleInstance" }] }],
  ])("throws for an answer %s", async (_what, body) => {
    nock(graph).get(`${calendarPath}/calendarView`).query(query).reply(200, body);
    await expect(list()).rejects.toMatchObject({ kind: "protocol" });
  });

  it("throws for a view that never ends", async () => {
    const endless = { value: [single("A")], "@odata.nextLink": `${graph}/v1.0/next?$skip=1` };
    nock(graph).get(`${calendarPath}/calendarView`).query(query).reply(200, endless);
    nock(graph).persist().get("/v1.0/next?$skip=1").reply(200, endless);
    await expect(list()).rejects.toMatchObject({
      kind: "protocol",
      message: expect.stringMatching(/does not end/),
    });
  });
});
