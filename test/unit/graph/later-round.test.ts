import nock from "nock";
import { beforeEach, describe, expect, it } from "vitest";
import { mockNetwork } from "../mocked-network.ts";
import { answerTokens, graph, graphErrorBody, single, sourceUnderTest, window } from "./fixture.ts";
import {
  answerInitial,
  answerLink,
  deltaPath,
  end,
  finishedCheckpoint,
  firstResume,
  next,
  pull,
} from "./round-answers.ts";

mockNetwork();
beforeEach(answerTokens);

const removed = (id: string) => ({ id, "@removed": { reason: "deleted" } });

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
