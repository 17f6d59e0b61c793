import nock from "nock";
import { beforeEach, describe, expect, it } from "vitest";
import type { OwedWork, Settlement } from "../../../src/sources/source.ts";
import { mockNetwork } from "../mocked-network.ts";
import {
  answerTokens,
  calendar,
  calendarPath,
  graph,
  graphErrorBody,
  settleAll,
  single,
  sourceUnderTest,
  window,
} from "./fixture.ts";

mockNetwork();
beforeEach(answerTokens);

const owed = (nativeId: string): OwedWork => ({ kind: "fetch", nativeId, native: null });
const eventPath = (id: string) => `${calendarPath}/events/${id}`;

/** Settles until it is through or fails; `got` has what was reached. */
async function drain(ids: readonly string[], got: Settlement[]): Promise<void> {
  const never = new AbortController().signal;
  const batches = sourceUnderTest().source.settle(calendar, ids.map(owed), window, never);
  for await (const batch of batches) got.push(...batch);
}

function answerSingle(id: string): void {
  nock(graph).get(eventPath(id)).query(true).twice().reply(200, single(id));
}

describe("settling", () => {
  it("reports an item that fails by name, and goes on with the rest", async () => {
    answerSingle("a");
    nock(graph).get(eventPath("b")).query(true).reply(400, graphErrorBody("ErrorCorruptData"));
    nock(graph).get(eventPath("c")).query(true).reply(404, graphErrorBody("MailboxNotEnabledForRESTAPI"));
    nock(graph).persist().get(eventPath("d")).query(true).reply(504, graphErrorBody("UnknownError"));
    answerSingle("e");
    const settled = await settleAll(sourceUnderTest().source, ["a", "b", "c", "d", "e"].map(owed));
    expect(settled.map(({ kind }) => kind)).toEqual(["staged", "failed", "failed", "failed", "staged"]);
    const failed = settled[1];
    expect(failed?.kind === "failed" && failed.error.message).toMatch(
      /^agency: sean@contoso\.test: calendar "Work": reading the event b was answered 400 ErrorCorruptData/,
    );
  });

  it("puts a request without an answer down to its item where others are answered", async () => {
    answerSingle("a");
    nock(graph).persist().get(eventPath("b")).query(true).replyWithError(new Error("socket hang up"));
    answerSingle("c");
    const settled = await settleAll(sourceUnderTest().source, ["a", "b", "c"].map(owed));
    expect(settled.map(({ item, kind }) => [item.nativeId, kind])).toEqual([
      ["a", "staged"],
      ["b", "failed"],
      ["c", "staged"],
    ]);
  });

  it("stops where nothing is answered, and counts it against the items that were asked for", async () => {
    nock(graph).persist().get(/./).query(true).replyWithError(new Error("socket hang up"));
    const ids = Array.from({ length: 13 }, (_, index) => `x${index}`);
    const got: Settlement[] = [];
    await expect(drain(ids, got)).rejects.toMatchObject({ kind: "transient" });
    expect(got.map(({ kind }) => kind)).toEqual(Array.from({ length: 12 }, () => "failed"));
  });

  it.each([
    [401, "InvalidAuthenticationToken", "auth"],
    [429, "ApplicationThrottled", "throttled"],
  ])("stops at %i after giving what it has", async (status, code, kind) => {
    answerSingle("a");
    nock(graph).persist().get(eventPath("b")).query(true).reply(status, graphErrorBody(code));
    const got: Settlement[] = [];
    await expect(drain(["a", "b"], got)).rejects.toMatchObject({ kind });
    expect(got.map(({ item }) => item.nativeId)).toEqual(["a"]);
  });

  it("stops within a moment when told to", async () => {
    const stop = new AbortController();
    nock(graph)
      .get(eventPath("a"))
      .query(true)
      .reply(() => {
        stop.abort();
        return [503, "", { "Retry-After": "5" }];
      });
    const { source, clock } = sourceUnderTest();
    clock.sleep = (_ms, signal) =>
      new Promise((_, reject) => {
        if (signal?.aborted === true) reject(signal.reason);
      });
    await expect(settleAll(source, [owed("a")], stop.signal)).rejects.toThrow();
  });

  it("has no more than three requests under way at once", async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `x${index}`);
    let running = 0;
    let most = 0;
    for (const id of ids) {
      nock(graph)
        .get(eventPath(id))
        .query(true)
        .twice()
        .reply(200, async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          return single(id);
        });
    }
    const settled = await settleAll(sourceUnderTest().source, ids.map(owed));
    expect(settled).toHaveLength(10);
    expect(most).toBe(3);
  });
});
