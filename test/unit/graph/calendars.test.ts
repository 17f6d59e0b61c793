import nock from "nock";
import { beforeEach, describe, expect, it } from "vitest";
import { mockNetwork } from "../mocked-network.ts";
import { answerTokens, graph, graphErrorBody, sourceUnderTest, user } from "./fixture.ts";

const never = new AbortController().signal;

mockNetwork();
beforeEach(() => {
  answerTokens();
  nock(graph)
    .get(`${user}/outlook/masterCategories`)
    .optionally()
    .reply(403, graphErrorBody("ErrorAccessDenied"));
});

function answerTwoPages(): void {
  nock(graph)
    .get(`${user}/calendars`)
    .query({ $top: "100" })
    .reply(200, {
      value: [
        { id: "c1", name: "Calendar", owner: { address: "sean@contoso.test" } },
        { id: "c2", name: "Birthdays" },
      ],
      "@odata.nextLink": `${graph}/v1.0/next?$skip=2`,
    });
  nock(graph)
    .get("/v1.0/next?$skip=2")
    .reply(200, { value: [{ id: "c3", name: "Calendar", owner: { address: "anna@contoso.test" } }] });
}

describe("listing the calendars", () => {
  it("reads every page and includes those that others share", async () => {
    answerTwoPages();
    const listing = await sourceUnderTest().source.listCalendars(null, never);
    expect(listing).toEqual({
      calendars: [
        { id: "c1", name: "Calendar" },
        { id: "c2", name: "Birthdays" },
        { id: "c3", name: "Calendar" },
      ],
      notFound: [],
      memory: expect.any(String),
      categoryColors: null,
    });
  });

  it.each([
    [["Calendar"], ["c1", "c3"], []],
    [["c2"], ["c2"], []],
    [["Birthdays", "c3", "Holidays"], ["c2", "c3"], ["Holidays"]],
  ])("selects %j by name or id", async (calendars, ids, notFound) => {
    answerTwoPages();
    const listing = await sourceUnderTest({ mailbox: { calendars } }).source.listCalendars(null, never);
    expect(listing.calendars.map(({ id }) => id)).toEqual(ids);
    expect(listing.notFound).toEqual(notFound);
  });

  it.each([{ value: [] }, {}, { value: null }, { value: ["x"] }, { value: [{ name: "no id" }] }])(
    "refuses %j, which no mailbox answers",
    async (body) => {
      nock(graph).get(`${user}/calendars`).query(true).reply(200, body);
      await expect(sourceUnderTest().source.listCalendars(null, never)).rejects.toMatchObject({
        kind: "protocol",
        message: expect.stringMatching(/agency.*sean@contoso\.test.*calendars/),
      });
    },
  );

  it("fails when a later page fails", async () => {
    nock(graph)
      .get(`${user}/calendars`)
      .query(true)
      .reply(200, { value: [{ id: "c1", name: "Calendar" }], "@odata.nextLink": `${graph}/v1.0/next` });
    nock(graph).get("/v1.0/next").reply(403, graphErrorBody("ErrorAccessDenied"));
    await expect(sourceUnderTest().source.listCalendars(null, never)).rejects.toMatchObject({
      kind: "forbidden",
    });
  });

  it("does not follow a next link to another host", async () => {
    nock(graph)
      .get(`${user}/calendars`)
      .query(true)
      .reply(200, { value: [{ id: "c1" }], "@odata.nextLink": "https://evil.example.test/v1.0/next" });
    await expect(sourceUnderTest().source.listCalendars(null, never)).rejects.toMatchObject({
      code: "host-not-allowed",
    });
  });
});
