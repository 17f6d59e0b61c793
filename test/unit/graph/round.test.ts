import nock from "nock";
import { beforeEach, describe, expect, it } from "vitest";
import { mockNetwork } from "../mocked-network.ts";
import { answerTokens, graph, single, sourceUnderTest } from "./fixture.ts";
import { answerInitial, answerLink, deltaPath, end, next, occurrence, pull } from "./round-answers.ts";

mockNetwork();
beforeEach(answerTokens);

const removed = (id: string) => ({ id, "@removed": { reason: "deleted" } });

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
