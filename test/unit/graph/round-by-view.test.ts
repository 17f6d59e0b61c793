import nock from "nock";
import { beforeEach, describe, expect, it } from "vitest";
import { mockNetwork } from "../mocked-network.ts";
import { answerTokens, graph, graphErrorBody, single, sourceUnderTest } from "./fixture.ts";
import {
  answerInitial,
  answerView,
  deltaPath,
  end,
  finishedCheckpoint,
  link,
  occurrence,
  pull,
} from "./round-answers.ts";

mockNetwork();
beforeEach(answerTokens);

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
