import nock from "nock";
import { beforeEach, describe, expect, it } from "vitest";
import type { OwedWork } from "../../../src/sources/source.ts";
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

mockNetwork();
beforeEach(answerTokens);

const eventPath = `${calendarPath}/events/a`;
const at = (date: string) => ({ start: { dateTime: `${date}T09:00:00.0000000`, timeZone: "UTC" } });
const staged = (changes: object = {}) => JSON.stringify({ kind: "single", event: single("a", changes) });

function owed(native: string | null): OwedWork {
  return { kind: "tombstone", nativeId: "a", native };
}

function answerEvent(status: number, body: nock.Body): void {
  nock(graph).get(eventPath).reply(status, body);
}

/** Answers one view of three days around a date in two pages. */
function answerViewAround(from: string, until: string, ...ids: string[]) {
  const page2 = `/v1.0/view-${from}`;
  const scopes = [
    nock(graph)
      .get(`${calendarPath}/calendarView`)
      .query((query) => query["startDateTime"] === from && query["endDateTime"] === until)
      .reply(200, { value: [{ id: "someone else" }], "@odata.nextLink": graph + page2 }),
    nock(graph)
      .get(page2)
      .reply(200, { value: ids.map((id) => ({ id })) }),
  ];
  return { isDone: () => scopes.every((scope) => scope.isDone()) };
}

const december = ["2026-11-30T09:00:00.000Z", "2026-12-02T09:00:00.000Z"] as const;
const march = ["2028-03-09T09:00:00.000Z", "2028-03-11T09:00:00.000Z"] as const;

async function settle(native: string | null) {
  const [settlement] = await settleAll(sourceUnderTest().source, [owed(native)]);
  return settlement;
}

describe("a tombstone", () => {
  it("is confirmed by 404 ErrorItemNotFound", async () => {
    answerEvent(404, graphErrorBody("ErrorItemNotFound"));
    expect(await settle(staged())).toEqual({ kind: "gone", item: { kind: "tombstone", nativeId: "a" } });
  });

  it.each([
    [404, "MailboxNotEnabledForRESTAPI"],
    [404, "Request_ResourceNotFound"],
    [404, "ResourceNotFound"],
    [410, "Gone"],
    [403, "ErrorAccessDenied"],
    [400, "ErrorInvalidIdMalformed"],
  ])("is not confirmed by %i %s", async (status, code) => {
    answerEvent(status, graphErrorBody(code));
    expect(await settle(staged())).toMatchObject({ kind: "failed", error: { status, code } });
  });

  describe("of an event that another calendar has", () => {
    const other = { id: "other", name: "Other" };
    const elsewhere = calendarPath.replace(/[^/]+$/, other.id);
    const settleThere = () =>
      settleAll(sourceUnderTest().source, [owed(staged())], new AbortController().signal, [other]);
    const answerView = (...ids: string[]) =>
      nock(graph)
        .get(`${elsewhere}/calendarView`)
        .query(true)
        .reply(200, { value: ids.map((id) => ({ id })) });

    beforeEach(() => answerEvent(404, graphErrorBody("ErrorItemNotFound")));

    it("is not believed: that one's round has left it out", async () => {
      nock(graph).get(`${elsewhere}/events/a`).reply(200, single("a"));
      answerView("b", "a");
      expect(await settleThere()).toEqual([
        {
          kind: "void",
          item: { kind: "tombstone", nativeId: "a" },
          reason: expect.stringContaining("another calendar"),
        },
      ]);
    });

    it("is called unlisted where that one answers for it and does not show it", async () => {
      nock(graph).get(`${elsewhere}/events/a`).reply(200, single("a"));
      answerView("b");
      expect(await settleThere()).toEqual([
        { kind: "gone", item: { kind: "tombstone", nativeId: "a" }, unlisted: "elsewhere" },
      ]);
    });

    it("is believed where that one does not know it either", async () => {
      nock(graph).get(`${elsewhere}/events/a`).reply(404, graphErrorBody("ErrorItemNotFound"));
      expect(await settleThere()).toEqual([{ kind: "gone", item: { kind: "tombstone", nativeId: "a" } }]);
    });

    it("is left open where that one cannot be asked", async () => {
      nock(graph).get(`${elsewhere}/events/a`).reply(404, "<html>");
      expect(await settleThere()).toMatchObject([{ kind: "failed" }]);
    });
  });

  it("is not confirmed by a 404 of somebody else's", async () => {
    answerEvent(404, "<html>ErrorItemNotFound</html>");
    expect(await settle(staged())).toMatchObject({ kind: "failed", error: { kind: "protocol" } });
  });

  it("of an event that only left the window brings its new body", async () => {
    answerEvent(200, single("a", at("2028-03-10")));
    answerViewAround(...december);
    answerViewAround(...march, "a");
    const settlement = await settle(staged());
    expect(settlement).toMatchObject({ kind: "staged", event: { nativeId: "a" } });
    expect(settlement?.kind === "staged" && settlement.event.native).toContain("2028-03-10");
  });

  it("of an event that is still where it was brings its body", async () => {
    answerEvent(200, single("a"));
    answerViewAround(...december, "a");
    expect(await settle(staged())).toMatchObject({ kind: "staged" });
  });

  it("of an event that can be read but stands nowhere is confirmed by both views", async () => {
    answerEvent(200, single("a", at("2028-03-10")));
    const views = [answerViewAround(...december), answerViewAround(...march)];
    expect(await settle(staged())).toMatchObject({ kind: "gone" });
    expect(views.every((view) => view.isDone())).toBe(true);
  });

  it("is not confirmed by a view of which a page is missing", async () => {
    answerEvent(200, single("a"));
    nock(graph)
      .get(`${calendarPath}/calendarView`)
      .query(true)
      .reply(200, { value: [], "@odata.nextLink": `${graph}/v1.0/rest` });
    nock(graph).get("/v1.0/rest").reply(400, graphErrorBody("ErrorInternal"));
    expect(await settle(staged())).toMatchObject({ kind: "failed" });
  });

  it("is not confirmed by a view that is not found", async () => {
    answerEvent(200, single("a"));
    nock(graph)
      .get(`${calendarPath}/calendarView`)
      .query(true)
      .reply(404, graphErrorBody("ErrorItemNotFound"));
    expect(await settle(staged())).toMatchObject({ kind: "failed", error: { kind: "missing" } });
  });

  it("of a series looks for its occurrences in the whole window too", async () => {
    const master = {
      ...single("a"),
      type: "seriesMaster",
      recurrence: { pattern: { type: "daily" }, range: { recurrenceTimeZone: "UTC" } },
    };
    const native = { kind: "series", master, exceptions: [], cancelled: [], instances: null };
    answerEvent(200, master);
    for (let around = 0; around < 2; around += 1) answerViewAround(...december);
    nock(graph)
      .get(`${calendarPath}/calendarView`)
      .query(
        (query) => query["startDateTime"] === wholeWindow.from && query["endDateTime"] === wholeWindow.until,
      )
      .reply(200, { value: [{ id: "o7", seriesMasterId: "a" }] });
    nock(graph)
      .get(eventPath)
      .query((query) => "$expand" in query)
      .reply(200, { ...master, exceptionOccurrences: [], cancelledOccurrences: [] });
    expect(await settle(JSON.stringify(native))).toMatchObject({ kind: "staged", event: { nativeId: "a" } });
  });

  describe("of a series with no occurrence near its start or in the window", () => {
    const master = {
      ...single("a"),
      type: "seriesMaster",
      recurrence: { pattern: { type: "daily" }, range: { recurrenceTimeZone: "UTC" } },
    };
    const native = { kind: "series", master, exceptions: [], cancelled: [], instances: null };
    const far = "2028-01-03T09:00:00.0000000";

    function answerFarInstance(viewed: object[]): void {
      answerEvent(200, master);
      for (let around = 0; around < 2; around += 1) answerViewAround(...december);
      answerViewAround(wholeWindow.from, wholeWindow.until);
      nock(graph)
        .get(`${eventPath}/instances`)
        .query(true)
        .reply(200, {
          value: [{ id: "o9", type: "occurrence", start: { dateTime: far, timeZone: "UTC" } }],
        });
      nock(graph)
        .persist()
        .get(`${calendarPath}/calendarView`)
        .query((query) => query["startDateTime"] === "2028-01-02T09:00:00.000Z")
        .reply(200, { value: viewed });
    }

    it("brings its body where a view shows a later one", async () => {
      answerFarInstance([{ id: "o9", seriesMasterId: "a" }]);
      nock(graph)
        .get(eventPath)
        .query((query) => "$expand" in query)
        .reply(200, { ...master, exceptionOccurrences: [], cancelledOccurrences: [] });
      expect(await settle(JSON.stringify(native))).toMatchObject({ kind: "staged" });
    });

    it("is confirmed where no view shows the one it claims to have", async () => {
      answerFarInstance([]);
      expect(await settle(JSON.stringify(native))).toMatchObject({ kind: "gone" });
    });

    it("is confirmed where its instances are not found either", async () => {
      answerEvent(200, master);
      for (let around = 0; around < 2; around += 1) answerViewAround(...december);
      answerViewAround(wholeWindow.from, wholeWindow.until);
      nock(graph).get(`${eventPath}/instances`).query(true).reply(404, graphErrorBody("ErrorItemNotFound"));
      expect(await settle(JSON.stringify(native))).toMatchObject({ kind: "gone" });
    });
  });

  it("of an id under which nothing is staged asks nothing", async () => {
    expect(await settle(null)).toMatchObject({ kind: "void" });
  });
});
