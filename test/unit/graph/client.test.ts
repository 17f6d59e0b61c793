import nock from "nock";
import { describe, expect, it } from "vitest";
import type { GraphTarget } from "../../../src/sources/graph/client.ts";
import { mockNetwork } from "../mocked-network.ts";
import { answerTokens, graph, graphErrorBody, startOfTest, tenantUnderTest } from "./fixture.ts";

const attempted = "agency: sean@contoso.test: reading";

mockNetwork();

function clientUnderTest() {
  const { clock, tenant } = tenantUnderTest();
  const read = (target: GraphTarget, signal = new AbortController().signal) =>
    tenant.client.get({
      target,
      prefer: 'IdType="ImmutableId"',
      attempted,
      permit: (task) => task(),
      signal,
    });
  return { clock, read };
}

describe("a request", () => {
  it("goes to v1.0 of the configured host with token and Prefer", async () => {
    answerTokens();
    nock(graph, { reqheaders: { authorization: "Bearer token-1", prefer: 'IdType="ImmutableId"' } })
      .get("/v1.0/users/a%23b/calendars")
      .query({ $top: "100", startDateTime: "2026-01-01T00:00:00+01:00" })
      .reply(200, { value: [] });
    const { read } = clientUnderTest();
    const query = { $top: "100", startDateTime: "2026-01-01T00:00:00+01:00" };
    await expect(read({ path: "/users/a%23b/calendars", query })).resolves.toEqual({ value: [] });
  });

  it("sends a link exactly as it came: order, repeated keys and encoding", async () => {
    answerTokens();
    const path = "/v1.0/users('x@y')/calendarView/delta?b=2&$skip=10&a=1&a=2&$deltatoken=q%2Bw%3D_-&$top=3";
    const sent: string[] = [];
    nock(graph)
      .get(/.*/)
      .reply(200, (request: Request) => {
        sent.push(request.url);
        return {};
      });
    await clientUnderTest().read({ link: `${graph}${path}` });
    expect(sent).toEqual([graph + path]);
  });

  it("answered with bytes that are no UTF-8 is not answered", async () => {
    answerTokens();
    nock(graph).get("/v1.0/me").reply(200, Buffer.from('{"subject":"B\u00fcro"}', "latin1"));
    await expect(clientUnderTest().read({ path: "/me" })).rejects.toMatchObject({ kind: "protocol" });
  });

  it.each([
    "https://evil.example.test/v1.0/users",
    "https://graph.example.test:8443/v1.0/users",
    "https://graph.example.test.evil.test/v1.0/users",
    "https://graph.example.test:x@evil.example.test/v1.0/users",
    "https://name:word@graph.example.test/v1.0/users",
    "http://graph.example.test/v1.0/users",
    "/v1.0/users",
  ])("is not sent, and no token is asked for, to %s", async (link) => {
    // Nothing is mocked: an attempt would be answered by nock, with another error.
    await expect(clientUnderTest().read({ link })).rejects.toMatchObject({
      kind: "protocol",
      code: "host-not-allowed",
    });
  });
});

describe("a 401", () => {
  it("renews the token once and repeats the request", async () => {
    answerTokens();
    nock(graph, { reqheaders: { authorization: "Bearer token-1" } })
      .get("/v1.0/me")
      .reply(401, graphErrorBody("InvalidAuthenticationToken"));
    nock(graph, { reqheaders: { authorization: "Bearer token-2" } })
      .get("/v1.0/me")
      .reply(200, { ok: true });
    await expect(clientUnderTest().read({ path: "/me" })).resolves.toEqual({ ok: true });
  });

  it("is an error of the credentials the second time", async () => {
    answerTokens();
    const scope = nock(graph)
      .get("/v1.0/me")
      .twice()
      .reply(401, graphErrorBody("InvalidAuthenticationToken"));
    await expect(clientUnderTest().read({ path: "/me" })).rejects.toMatchObject({
      kind: "auth",
      status: 401,
      code: "InvalidAuthenticationToken",
      requestId: "req-1",
    });
    expect(scope.isDone()).toBe(true);
  });

  it("of several requests at once renews the token only once", async () => {
    answerTokens();
    nock(graph, { reqheaders: { authorization: "Bearer token-1" } })
      .get("/v1.0/me")
      .times(3)
      .reply(401, graphErrorBody("InvalidAuthenticationToken"));
    nock(graph, { reqheaders: { authorization: "Bearer token-2" } })
      .get("/v1.0/me")
      .times(3)
      .reply(200, { ok: true });
    const { read } = clientUnderTest();
    const answers = await Promise.all([1, 2, 3].map(() => read({ path: "/me" })));
    expect(answers).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
  });
});

describe("waiting", () => {
  it.each([
    ["2.128", 2_128],
    ["3", 3_000],
    [new Date(startOfTest + 9_000).toUTCString(), 9_000],
  ])("takes Retry-After %s at its word", async (retryAfter, ms) => {
    answerTokens();
    nock(graph).get("/v1.0/me").reply(429, graphErrorBody("TooManyRequests"), { "Retry-After": retryAfter });
    nock(graph).get("/v1.0/me").reply(200, { ok: true });
    const { clock, read } = clientUnderTest();
    await read({ path: "/me" });
    expect(clock.slept).toEqual([ms]);
  });

  it("backs off by itself after 503, 504 and a lost connection", async () => {
    answerTokens();
    nock(graph).get("/v1.0/me").reply(503, "<html>busy</html>");
    nock(graph).get("/v1.0/me").reply(504, graphErrorBody("UnknownError"));
    nock(graph).get("/v1.0/me").replyWithError(new Error("socket hang up"));
    nock(graph).get("/v1.0/me").reply(200, { ok: true });
    const { clock, read } = clientUnderTest();
    await read({ path: "/me" });
    expect(clock.slept).toHaveLength(3);
  });

  it("ends with the budget, and says until when", async () => {
    answerTokens();
    nock(graph).get("/v1.0/me").reply(429, graphErrorBody("ApplicationThrottled"), { "Retry-After": "3600" });
    await expect(clientUnderTest().read({ path: "/me" })).rejects.toMatchObject({
      kind: "throttled",
      retryAt: startOfTest + 3_600_000,
      message: expect.stringContaining(attempted),
    });
  });

  it("ends at once when stopped", async () => {
    answerTokens();
    const stop = new AbortController();
    nock(graph)
      .get("/v1.0/me")
      .reply(() => {
        stop.abort();
        return [429, graphErrorBody("TooManyRequests"), { "Retry-After": "1" }];
      });
    await expect(clientUnderTest().read({ path: "/me" }, stop.signal)).rejects.toMatchObject({
      kind: "aborted",
    });
  });
});

describe("an answer outside 2xx", () => {
  it.each([
    [400, graphErrorBody("ErrorInvalidRequest"), "refused"],
    [400, graphErrorBody("resyncRequired"), "checkpoint"],
    [404, graphErrorBody("SYNCSTATENOTFOUND"), "checkpoint"],
    [409, graphErrorBody("SyncStateInvalid"), "checkpoint"],
    [410, graphErrorBody("SyncStateNotFound"), "checkpoint"],
    [410, "<html>gone</html>", "checkpoint"],
    [403, graphErrorBody("ErrorAccessDenied"), "forbidden"],
    [404, graphErrorBody("ErrorItemNotFound"), "missing"],
    [404, graphErrorBody("MailboxNotEnabledForRESTAPI"), "missing"],
    [404, graphErrorBody("Request_ResourceNotFound"), "missing"],
    [404, "<html>not found</html>", "protocol"],
    [412, graphErrorBody("ErrorIrresolvableConflict"), "conflict"],
    [405, "", "refused"],
    [501, graphErrorBody("NotImplemented"), "refused"],
    [302, "", "protocol"],
    [500, "broken", "transient"],
    [502, graphErrorBody("syncStateNotFound"), "transient"],
  ])("%i with %j is %s", async (status, body, kind) => {
    answerTokens();
    nock(graph).persist().get("/v1.0/me").reply(status, body);
    await expect(clientUnderTest().read({ path: "/me" })).rejects.toMatchObject({
      name: "RemoteError",
      kind,
      status,
      message: expect.stringContaining(`${attempted} was answered ${status}`),
    });
  });

  it.each([
    [403, "ErrorAccessDenied", "Calendars.Read"],
    [404, "MailboxNotEnabledForRESTAPI", "licence"],
    [403, "MailboxNotEnabledForRESTAPI", "licence"],
    [404, "ErrorMailboxNotFound", "licence"],
    [404, "Request_ResourceNotFound", "no such user"],
  ])("%i %s says what to do", async (status, code, remedy) => {
    answerTokens();
    nock(graph).get("/v1.0/me").reply(status, graphErrorBody(code));
    await expect(clientUnderTest().read({ path: "/me" })).rejects.toMatchObject({
      remedy: expect.stringContaining(remedy),
    });
  });
});

it.each(["<html>welcome</html>", "[]", ""])("a 200 with %j is no answer", async (body) => {
  answerTokens();
  nock(graph).get("/v1.0/me").reply(200, body);
  await expect(clientUnderTest().read({ path: "/me" })).rejects.toMatchObject({ kind: "protocol" });
});
