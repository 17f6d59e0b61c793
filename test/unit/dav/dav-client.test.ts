import nock from "nock";
import { afterEach, describe, expect, it } from "vitest";
import { parseXml } from "../../../src/dav/xml.ts";
import { createTransport } from "../../../src/http/node-transport.ts";
import { remoteErrorOf } from "../remote-error-of.ts";
import { at, clientOf, document, fakeServer, found, signal } from "./fake-server.ts";
import { names, ok, propfindFailure } from "./propfind.ts";

// Importing it takes over the network at once.
nock.restore();

afterEach(() => {
  nock.cleanAll();
  nock.restore();
});

describe("a read", () => {
  it("goes out with depth, credentials and the properties asked for", async () => {
    const server = fakeServer([ok]);
    const answer = await clientOf(server).propfind(at("/c/"), "1", names, signal);
    expect(answer.url.href).toBe("https://dav.example/c/");
    expect(answer.multistatus.responses[0]?.properties.get("{DAV:}displayname")?.text).toBe("Work");
    const [sent] = server.sent;
    expect(sent).toMatchObject({
      method: "PROPFIND",
      headers: { depth: "1", authorization: `Basic ${btoa("me:secret")}` },
    });
    const asked = parseXml(sent?.body ?? "").children[0]?.children.map(({ namespace, local }) => [
      namespace,
      local,
    ]);
    expect(asked).toEqual(names);
  });

  it("passes through the real transport", async () => {
    nock.activate();
    nock("https://dav.example")
      .intercept("/c/", "REPORT", "<x/>")
      .reply(207, document(found("/c/a.ics", "")));
    await using client = clientOf(createTransport());
    expect((await client.report(at("/c/"), "1", "<x/>", signal)).multistatus.responses).toHaveLength(1);
  });

  it.each([
    [400, "refused"],
    [401, "auth"],
    [403, "forbidden"],
    [404, "missing"],
    [410, "missing"],
    [409, "conflict"],
    [412, "conflict"],
    [415, "refused"],
    [421, "protocol"],
    [429, "throttled"],
    [500, "transient"],
    [501, "refused"],
    [503, "transient"],
    [507, "transient"],
    [200, "protocol"],
    [204, "protocol"],
    [302, "protocol"],
    [304, "protocol"],
  ] as const)("answered with %d fails as %s", async (status, kind) => {
    const error = await propfindFailure({ status, body: "<html>no</html>" });
    expect(error).toMatchObject({ kind, status });
    expect(error.message).toMatch(/^sink: PROPFIND https:\/\/dav\.example\/c\/: answered \d{3}/);
  });

  it.each([400, 403, 409, 410, 412, 500])(
    "refused with %d for its sync token fails as checkpoint",
    async (status) => {
      const body = '<d:error xmlns:d="DAV:"><d:valid-sync-token/></d:error>';
      expect(await propfindFailure({ status, body })).toMatchObject({
        kind: "checkpoint",
        code: "{DAV:}valid-sync-token",
      });
    },
  );

  it("keeps the server's precondition, its words and its Retry-After", async () => {
    const body =
      '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>X</s:exception><s:message>Not\n allowed</s:message><d:need-privileges/></d:error>';
    const error = await propfindFailure({ status: 503, headers: { "retry-after": "60" }, body });
    expect(error).toMatchObject({ kind: "throttled", code: "{DAV:}need-privileges" });
    expect(error.message).toContain("Not allowed");
    expect((error.retryAt ?? 0) - Date.now()).toBeGreaterThan(55_000);
  });

  it("answered 415 names the remedy", async () => {
    expect(await propfindFailure({ status: 415 })).toMatchObject({
      kind: "refused",
      remedy: expect.stringContaining("proxy"),
    });
  });

  it("answered 207 with HTML fails as protocol", async () => {
    expect(
      await propfindFailure({ status: 207, headers: { "content-type": "text/xml" }, body: "<html/>" }),
    ).toMatchObject({ kind: "protocol" });
  });

  it("that is no UTF-8 is no answer, though its XML can be read", async () => {
    const bytes = Buffer.from(document(found("/c/", "<d:displayname>B\u00fcro</d:displayname>")), "latin1");
    const client = clientOf(fakeServer([{ status: 207, body: bytes }]));
    await expect(client.propfind(at("/c/"), "0", [], signal)).rejects.toMatchObject({
      kind: "protocol",
      message: expect.stringContaining("no valid UTF-8"),
    });
  });

  it("does not care about the content type", async () => {
    const server = fakeServer([{ ...ok, headers: { "content-type": "text/html" } }]);
    expect(
      (await clientOf(server).propfind(at("/c/"), "0", names, signal)).multistatus.responses,
    ).toHaveLength(1);
  });

  it("is repeated within its budget, a write never", async () => {
    const clock = { now: () => 0, uptime: () => 0, sleep: async () => undefined };
    const retry = { attempts: 3, baseDelayMs: 1, maxDelayMs: 1, maxTotalWaitMs: 100 };
    const recovering = fakeServer([{ status: 500 }, { status: 503 }, ok]);
    await clientOf(recovering, { retry, clock }).propfind(at("/c/"), "0", names, signal);
    expect(recovering.sent).toHaveLength(3);
    const failing = fakeServer([{ status: 503 }]);
    const client = clientOf(failing, { retry, clock });
    expect(
      await remoteErrorOf(client.exchange({ method: "PUT", url: at("/c/a.ics"), body: "x" }, signal)),
    ).toMatchObject({ kind: "transient" });
    expect(await remoteErrorOf(client.proppatch(at("/c/"), "<x/>", signal))).toMatchObject({
      kind: "transient",
    });
    expect(failing.sent).toHaveLength(2);
  });
});

const readAnswered200 = (body: string) =>
  clientOf(fakeServer([{ status: 200, body }])).propfind(at("/c/"), "0", [], signal);

describe("a read that is answered 200", () => {
  it("is taken for the multistatus that it has in it", async () => {
    const { multistatus: answer } = await readAnswered200(document(found("/c/", "")));
    expect(answer.responses.map(({ href }) => href)).toEqual(["/c/"]);
  });

  it.each(["", "<html/>", '<error xmlns="DAV:"/>', document(found("/c/", "")).slice(0, -3)])(
    "fails with anything else: %s",
    async (body) => {
      expect(await remoteErrorOf(readAnswered200(body))).toMatchObject({ kind: "protocol", status: 200 });
    },
  );
});

describe("an exchange", () => {
  it.each([200, 201, 204, 207, 400, 403, 404, 405, 409, 412, 415, 500])("returns a %d", async (status) => {
    const server = fakeServer([{ status, body: '<d:error xmlns:d="DAV:"><d:x/></d:error>' }]);
    const answer = await clientOf(server).exchange({ method: "DELETE", url: at("/c/a") }, signal);
    expect(answer).toMatchObject({ status, errors: status < 400 ? [] : ["{DAV:}x"] });
  });

  it.each([
    [401, "auth"],
    [429, "throttled"],
    [502, "transient"],
    [503, "transient"],
    [507, "transient"],
  ] as const)("throws for a %d", async (status, kind) => {
    const server = fakeServer([{ status }]);
    expect(
      await remoteErrorOf(clientOf(server).exchange({ method: "DELETE", url: at("/c/a") }, signal)),
    ).toMatchObject({ kind, status });
  });

  it("goes to no host but the account's", async () => {
    const server = fakeServer([{ status: 204 }]);
    const error = await remoteErrorOf(
      clientOf(server).exchange({ method: "DELETE", url: new URL("https://other.example/") }, signal),
    );
    expect([error.code, server.sent]).toEqual(["host-not-allowed", []]);
  });
});
