import nock from "nock";
import { beforeEach, describe, expect, it } from "vitest";
import type { Page, RoundRequest } from "../../../src/sources/source.ts";
import { mockNetwork } from "../mocked-network.ts";
import {
  answerTokens,
  calendarPath,
  graph,
  graphErrorBody,
  roundRequest,
  single,
  sourceUnderTest,
  tokenWindow,
  window,
} from "./fixture.ts";

const never = new AbortController().signal;
const deltaPath = `${calendarPath}/calendarView/delta`;
const viewPath = `${calendarPath}/calendarView`;
const link = (name: string) => `${graph}/v1.0/${name}?$skiptoken=${name}`;
const headers = {
  prefer: 'IdType="ImmutableId", odata.maxpagesize=200, outlook.timezone="UTC"',
};
const viewHeaders = { prefer: 'IdType="ImmutableId", outlook.timezone="UTC"' };

mockNetwork();
beforeEach(answerTokens);

type Under = ReturnType<typeof sourceUnderTest>;

function pull({ source }: Under, changes: Partial<RoundRequest> = {}): Promise<Page[]> {
  return Array.fromAsync(source.round(roundRequest(changes), never));
}

async function firstResume({ source }: Under, changes: Partial<RoundRequest>): Promise<string | null> {
  for await (const page of source.round(roundRequest(changes), never)) return page.resume;
  return null;
}

function answerInitial(body: nock.Body, status = 200) {
  return nock(graph, { reqheaders: headers }).get(deltaPath).query(tokenWindow).reply(status, body);
}

function answerLink(name: string, body: nock.Body, status = 200) {
  return nock(graph, { reqheaders: headers }).get(`/v1.0/${name}?$skiptoken=${name}`).reply(status, body);
}

function answerView(body: nock.Body, status = 200) {
  return nock(graph, { reqheaders: viewHeaders })
    .get(viewPath)
    .query({ ...tokenWindow, $top: "200" })
    .reply(status, body);
}

const next = (name: string, ...value: object[]) => ({ value, "@odata.nextLink": link(name) });
const end = (name: string, ...value: object[]) => ({ value, "@odata.deltaLink": link(name) });

const occurrence = (id: string, seriesMasterId: string) => ({
  "@odata.etag": `W/"${id}"`,
  id,
  seriesMasterId,
  type: "occurrence",
  start: { dateTime: "2026-12-01T09:00:00.0000000", timeZone: "UTC" },
  end: { dateTime: "2026-12-01T10:00:00.0000000", timeZone: "UTC" },
});

const removed = (id: string) => ({ id, "@removed": { reason: "deleted" } });

async function finishedCheckpoint(under: Under): Promise<string> {
  answerInitial(end("d1", single("a")));
  const pages = await pull(under);
  return pages.at(-1)?.checkpoint ?? "";
}

describe("a complete delta round", () => {
  it("asks for the promised window and a rebase interval, and repeats Prefer on every page", async () => {
    answerInitial(next("p2", single("a")));
    answerLink("p2", end("d1", single("b")));
    const pages = await pull(sourceUnderTest());
    expect(pages.map(({ kind }) => kind)).toEqual(["complete", "complete"]);
    expect(pages.flatMap(({ staged }) => staged.map(({ nativeId }) => nativeId))).toEqual(["a", "b"]);
    expect(pages.map(({ resume }) => resume === null)).toEqual([false, true]);
    expect(pages.map(({ checkpoint }) => checkpoint === null)).toEqual([true, false]);
  });

  it("stages a single event in full, with its etag and without the wrapping", async () => {
    answerInitial(end("d1", single("a", { OccurrenceId: null, "@odata.context": "x" })));
    const [page] = await pull(sourceUnderTest());
    const staged = page?.staged[0];
    expect(staged).toMatchObject({ nativeId: "a", etag: 'W/"a-1"' });
    const { "@odata.type": _, ...event } = single("a", { OccurrenceId: null });
    expect(JSON.parse(staged?.native ?? "")).toEqual({ kind: "single", event });
  });

  it("owes each touched series once, and reads stubs of single events again", async () => {
    const stub = { id: "s", type: "singleInstance", start: {}, end: {} };
    answerInitial(
      end(
        "d1",
        occurrence("o1", "m1"),
        occurrence("o2", "m1"),
        { id: "m1", type: "seriesMaster" },
        { ...occurrence("e1", "m2"), type: "exception" },
        stub,
      ),
    );
    const [page] = await pull(sourceUnderTest());
    expect(page?.staged).toEqual([]);
    expect(page?.owed).toEqual([
      { kind: "series", nativeId: "m1" },
      { kind: "series", nativeId: "m2" },
      { kind: "series", nativeId: "s" },
    ]);
  });

  it("lets the last of several deliveries win", async () => {
    answerInitial(
      end(
        "d1",
        single("a", { subject: "old" }),
        removed("b"),
        single("c"),
        single("a"),
        single("b"),
        removed("c"),
      ),
    );
    const [page] = await pull(sourceUnderTest());
    expect(page?.staged.map(({ nativeId }) => nativeId)).toEqual(["a", "b"]);
    expect(page?.staged[0]?.native).toContain("Meeting a");
    expect(page?.gone).toEqual(["c"]);
  });

  it("follows links that are relative to the page they stand on, and takes empty ones for none", async () => {
    answerInitial({ value: [], "@odata.nextLink": "delta?$skiptoken=p2", "@odata.deltaLink": "" });
    nock(graph)
      .get(`${deltaPath}?$skiptoken=p2`)
      .reply(200, { value: [], "@odata.nextLink": "", "@odata.deltaLink": "/v1.0/d1?$deltatoken=d1" });
    const pages = await pull(sourceUnderTest());
    expect(pages).toHaveLength(2);
    expect(JSON.parse(pages[1]?.checkpoint ?? "")).toMatchObject({ link: `${graph}/v1.0/d1?$deltatoken=d1` });
  });

  it.each(["//elsewhere.test/x", "https://elsewhere.test/x", "http://graph.example.test/x"])(
    "does not follow a link to %s",
    async (foreign) => {
      answerInitial({ value: [], "@odata.nextLink": foreign });
      await expect(pull(sourceUnderTest())).rejects.toMatchObject({ code: "host-not-allowed" });
    },
  );

  it("goes on over empty pages, the first one included", async () => {
    answerInitial(next("p2"));
    answerLink("p2", next("p3"));
    answerLink("p3", end("d1", single("a")));
    expect(await pull(sourceUnderTest())).toHaveLength(3);
  });

  it.each([{}, { value: {} }, { value: [single("a")] }, { value: [{ subject: "no id" }] }])(
    "is not finished by %j",
    async (body) => {
      answerInitial(body);
      await expect(pull(sourceUnderTest())).rejects.toMatchObject({
        kind: "protocol",
        message: expect.stringMatching(/agency: sean@contoso\.test: calendar "Work"/),
      });
    },
  );
});

describe("a later round", () => {
  it("asks only for what changed, and tells what is gone", async () => {
    const under = sourceUnderTest();
    const checkpoint = await finishedCheckpoint(under);
    answerLink("d1", end("d2", removed("a")));
    const pages = await pull(under, { checkpoint });
    expect(pages).toEqual([
      {
        kind: "incremental",
        staged: [],
        present: [],
        gone: ["a"],
        owed: [],
        resume: null,
        checkpoint: expect.stringContaining("d2"),
      },
    ]);
  });

  it("goes on at the resume point of an unfinished one", async () => {
    const under = sourceUnderTest();
    const checkpoint = await finishedCheckpoint(under);
    answerLink("d1", next("p2", single("b")));
    const resume = await firstResume(under, { checkpoint });
    answerLink("p2", end("d2", single("c")));
    const pages = await pull(under, { checkpoint, resume });
    expect(pages.map(({ kind, staged }) => [kind, staged[0]?.nativeId])).toEqual([["incremental", "c"]]);
  });

  it("keeps its window until the promised one leaves it, then begins anew", async () => {
    const under = sourceUnderTest();
    const checkpoint = await finishedCheckpoint(under);
    answerLink("d1", end("d2"));
    const stillCovered = { from: "2026-09-30T00:00:00.000Z", until: "2027-10-01T00:00:00.000Z" };
    expect((await pull(under, { checkpoint, window: stillCovered }))[0]?.kind).toBe("incremental");
    const beyond = { from: "2026-09-30T00:00:00.000Z", until: "2027-10-02T00:00:00.000Z" };
    nock(graph)
      .get(deltaPath)
      .query({ startDateTime: beyond.from, endDateTime: "2027-11-01T00:00:00.000Z" })
      .reply(200, end("d3"));
    const [page] = await pull(under, { checkpoint, window: beyond });
    expect(page).toMatchObject({ kind: "complete" });
    expect(page).not.toHaveProperty("note");
  });

  it.each([
    ["nonsense", "nonsense"],
    ["a link of another host", JSON.stringify({ v: 1, mode: "delta", window, link: "https://other.test/x" })],
  ])("with %s for a checkpoint begins anew", async (_, checkpoint) => {
    answerInitial(end("d1"));
    expect((await pull(sourceUnderTest(), { checkpoint }))[0]?.kind).toBe("complete");
  });

  it.each([
    [410, "SyncStateNotFound"],
    [400, "resyncRequired"],
    [404, "syncStateInvalid"],
    [400, "BadRequest"],
  ])("whose link is answered %i %s begins anew, and says so", async (status, code) => {
    const under = sourceUnderTest();
    const checkpoint = await finishedCheckpoint(under);
    answerLink("d1", graphErrorBody(code), status);
    answerInitial(end("d2", single("a")));
    const [page] = await pull(under, { checkpoint });
    expect(page).toMatchObject({ kind: "complete", note: expect.stringContaining(code) });
  });

  it.each([
    [403, "ErrorAccessDenied", "forbidden"],
    [429, "TooManyRequests", "throttled"],
    [503, "ApplicationThrottled", "transient"],
  ])("whose link is answered %i %s fails, and says nothing of the calendar", async (status, code, kind) => {
    const under = sourceUnderTest();
    const checkpoint = await finishedCheckpoint(under);
    nock(graph)
      .persist()
      .get(/v1\.0\/d1/)
      .reply(status, graphErrorBody(code));
    await expect(pull(under, { checkpoint })).rejects.toMatchObject({ kind });
  });
});

describe("a calendar that delta does not serve", () => {
  it.each([
    [400, "ErrorInvalidRequest"],
    [404, "ErrorItemNotFound"],
    [405, "MethodNotAllowed"],
    [501, "NotImplemented"],
    [410, "SyncStateNotFound"],
  ])("(%i %s) is read by its plain view", async (status, code) => {
    answerInitial(graphErrorBody(code), status);
    answerView({ value: [single("a")], "@odata.nextLink": link("v2") });
    nock(graph)
      .get(/\/v1\.0\/v2/)
      .reply(200, { value: [occurrence("o1", "m1")] });
    const pages = await pull(sourceUnderTest());
    expect(pages.map(({ kind }) => kind)).toEqual(["complete", "complete"]);
    expect(pages[0]?.note).toContain(code);
    expect(pages[1]?.owed).toEqual([{ kind: "series", nativeId: "m1" }]);
    expect(JSON.parse(pages[1]?.checkpoint ?? "")).toMatchObject({ mode: "view" });
  });

  it.each([
    [500, graphErrorBody("InternalServerError"), {}],
    [502, "<html>", {}],
    [503, graphErrorBody("ServiceUnavailable"), { "Retry-After": "1" }],
    [504, graphErrorBody("UnknownError"), {}],
    [404, "<html>", {}],
    [405, "", {}],
  ])("(%i %j, for ever) is read by its plain view", async (status, body, extra) => {
    nock(graph).get(deltaPath).query(true).times(4).reply(status, body, extra);
    answerView({ value: [single("a")] });
    expect(await pull(sourceUnderTest())).toHaveLength(1);
  });

  it("for the moment is tried with delta again after an hour", async () => {
    const under = sourceUnderTest();
    const known = await finishedCheckpoint(under);
    nock(graph)
      .get(/v1\.0\/d1/)
      .times(4)
      .reply(500, graphErrorBody("InternalServerError"));
    answerView({ value: [single("a")] });
    const [page] = await pull(under, { checkpoint: known });
    expect(page).toMatchObject({ kind: "complete", note: expect.stringContaining("500") });
    under.clock.advance(3_600_000);
    answerInitial(end("d2"));
    const [again] = await pull(under, { checkpoint: page?.checkpoint ?? null });
    expect(JSON.parse(again?.checkpoint ?? "")).toMatchObject({ mode: "delta" });
  });

  it("while all of Graph is down is not read at all", async () => {
    nock(graph).persist().get(/.*/).reply(503, graphErrorBody("ServiceUnavailable"));
    await expect(pull(sourceUnderTest())).rejects.toMatchObject({ kind: "transient", status: 503 });
  });

  it("is tried with delta again after a day", async () => {
    const under = sourceUnderTest();
    answerInitial(graphErrorBody("NotSupported"), 400);
    answerView({ value: [] });
    const first = await pull(under);
    const checkpoint = first[0]?.checkpoint ?? null;
    under.clock.advance(23 * 3_600_000);
    answerView({ value: [] });
    const second = await pull(under, { checkpoint });
    expect(second[0]?.note).toBe(first[0]?.note);
    under.clock.advance(3_600_000);
    answerInitial(end("d1"));
    const third = await pull(under, { checkpoint: second[0]?.checkpoint ?? null });
    expect(JSON.parse(third[0]?.checkpoint ?? "")).toMatchObject({ mode: "delta" });
  });

  it("fails when its view fails too", async () => {
    answerInitial(graphErrorBody("MailboxNotEnabledForRESTAPI"), 404);
    answerView(graphErrorBody("MailboxNotEnabledForRESTAPI"), 404);
    await expect(pull(sourceUnderTest())).rejects.toMatchObject({ code: "MailboxNotEnabledForRESTAPI" });
  });
});

describe("pages without end", () => {
  it("of one content under ever new links end in the plain view", async () => {
    const value = [single("a"), occurrence("o1", "m1")];
    let count = 0;
    const again = () => ({ value, "@odata.nextLink": link(`p${(count += 1)}`) });
    nock(graph).get(deltaPath).query(true).reply(200, again);
    nock(graph)
      .persist()
      .get(/\/v1\.0\/p\d/)
      .reply(200, again);
    answerView({ value: [single("a")] });
    const pages = await pull(sourceUnderTest());
    expect(count).toBe(3);
    expect(pages.at(-1)).toMatchObject({ kind: "complete", note: expect.stringContaining("same page") });
  });

  it("of ever new content end after a number of pages, restarts of the daemon included", async () => {
    let count = 0;
    const more = () => next(`p${(count += 1)}`, single(`s${count}`));
    nock(graph).get(deltaPath).query(true).reply(200, more);
    nock(graph)
      .persist()
      .get(/\/v1\.0\/p\d/)
      .reply(200, more);
    answerView({ value: [] });
    const under = sourceUnderTest({ limits: { pages: 5, wallClockMs: 1e9, sightings: 2 } });
    let resume: string | null = null;
    for (let restart = 0; restart < 2; restart += 1) {
      resume = await firstResume(under, { resume });
    }
    const pages = await pull(under, { resume });
    expect(count).toBe(5);
    expect(pages.at(-1)?.note).toContain("no end after 5 pages");
  });

  it("of a plain view are an error", async () => {
    answerInitial("", 501);
    let count = 0;
    const again = () => ({ value: [single("a")], "@odata.nextLink": link(`v${(count += 1)}`) });
    nock(graph).get(viewPath).query(true).reply(200, again);
    nock(graph)
      .persist()
      .get(/\/v1\.0\/v\d/)
      .reply(200, again);
    await expect(pull(sourceUnderTest())).rejects.toMatchObject({
      kind: "protocol",
      message: expect.stringContaining("does not end"),
    });
  });
});
