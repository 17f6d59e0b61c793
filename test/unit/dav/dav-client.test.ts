import { createHash } from "node:crypto";
import nock from "nock";
import { afterEach, describe, expect, it } from "vitest";
import { createAuthenticator } from "../../../src/dav/authenticator.ts";
import { parseChallenges } from "../../../src/dav/challenge.ts";
import { parseXml } from "../../../src/dav/xml.ts";
import { createTransport } from "../../../src/http/node-transport.ts";
import { RemoteError } from "../../../src/http/remote-error.ts";
import { startServer } from "../http/test-server.ts";
import { at, clientOf, document, fakeServer, found, multistatus, type Reply, signal } from "./fake-server.ts";

const ok = multistatus(found("/c/", "<d:displayname>Work</d:displayname>"));
const names = [
  ["DAV:", "displayname"],
  ["urn:ietf:params:xml:ns:caldav", "calendar-data"],
] as const;

async function failureOf(promise: Promise<unknown>): Promise<RemoteError> {
  const error: unknown = await promise.then(
    () => new Error("did not fail"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RemoteError)) throw error;
  return error;
}
const propfindFailure = (reply: Reply) =>
  failureOf(clientOf(fakeServer([reply])).propfind(at("/c/"), "0", names, signal));

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
      await failureOf(client.exchange({ method: "PUT", url: at("/c/a.ics"), body: "x" }, signal)),
    ).toMatchObject({ kind: "transient" });
    expect(await failureOf(client.proppatch(at("/c/"), "<x/>", signal))).toMatchObject({ kind: "transient" });
    expect(failing.sent).toHaveLength(2);
  });
});

describe("a redirect", () => {
  it.each([301, 302, 307, 308])("with %d is followed with method, body and credentials", async (status) => {
    const server = fakeServer([{ status, headers: { location: "/dav.php/" } }, ok]);
    const answer = await clientOf(server).propfind(at("/.well-known/caldav"), "0", names, signal);
    expect(answer.url.pathname).toBe("/dav.php/");
    expect(server.sent.map(({ method }) => method)).toEqual(["PROPFIND", "PROPFIND"]);
    expect(server.sent[1]?.body).toBe(server.sent[0]?.body);
    expect(server.sent[1]?.headers.authorization).toBe(`Basic ${btoa("me:secret")}`);
  });

  it("to a host that may be contacted but not trusted goes without credentials and cookies", async () => {
    const server = fakeServer([
      { status: 301, headers: { location: "https://cdn.example/", "set-cookie": "a=1" } },
      { status: 401, headers: { "www-authenticate": 'Basic realm="gimme"' } },
    ]);
    const client = clientOf(server, { maySend: (url) => url.hostname.endsWith(".example") });
    expect(await failureOf(client.propfind(at("/"), "0", names, signal))).toMatchObject({ kind: "auth" });
    expect(server.sent).toHaveLength(2);
    expect(server.sent[1]?.headers).not.toHaveProperty("authorization");
    expect(server.sent[1]?.headers).not.toHaveProperty("cookie");
  });

  it.each([
    ["another host", "https://evil.example/c/"],
    ["the same host without encryption", "http://dav.example/c/"],
    ["another port of a host that is trusted by port", "ftp://dav.example/"],
    ["a URL with credentials", "https://a:b@dav.example/c/"],
    ["nowhere", undefined],
  ])("to %s is refused", async (_where, location) => {
    const server = fakeServer([{ status: 302, headers: location === undefined ? {} : { location } }, ok]);
    const error = await failureOf(clientOf(server).propfind(at("/c/"), "0", names, signal));
    expect(error).toMatchObject({ kind: "protocol", code: "redirect-refused" });
    expect(server.sent).toHaveLength(1);
  });

  it("of a 303 is refused: it asks for another method", async () => {
    expect(await propfindFailure({ status: 303, headers: { location: "/login" } })).toMatchObject({
      kind: "protocol",
    });
  });

  it("is followed five times and not a sixth", async () => {
    const server = fakeServer([{ status: 302, headers: { location: "/loop" } }]);
    expect(await failureOf(clientOf(server).propfind(at("/"), "0", names, signal))).toMatchObject({
      code: "too-many-redirects",
    });
    expect(server.sent).toHaveLength(6);
  });

  it("to Baikal's installer is an outage that names the cure", async () => {
    const error = await propfindFailure({ status: 302, headers: { location: "/admin/install/" } });
    expect(error).toMatchObject({
      kind: "transient",
      code: "upgrade-needed",
      remedy: expect.stringContaining("/admin/install/"),
    });
  });

  it("of a write is followed to the same name only, never to a login page", async () => {
    const put = { method: "PUT", url: at("/c/a%20b.ics"), body: "x" } as const;
    const moved = fakeServer([
      { status: 308, headers: { location: "https://dav.example/new/a b.ics" } },
      { status: 201 },
    ]);
    expect((await clientOf(moved).exchange(put, signal)).status).toBe(201);
    const login = fakeServer([{ status: 302, headers: { location: "/login" } }, { status: 200 }]);
    expect(await failureOf(clientOf(login).exchange(put, signal))).toMatchObject({ kind: "protocol" });
    expect(login.sent).toHaveLength(1);
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
      expect(await failureOf(readAnswered200(body))).toMatchObject({ kind: "protocol", status: 200 });
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
      await failureOf(clientOf(server).exchange({ method: "DELETE", url: at("/c/a") }, signal)),
    ).toMatchObject({ kind, status });
  });

  it("goes to no host but the account's", async () => {
    const server = fakeServer([{ status: 204 }]);
    const error = await failureOf(
      clientOf(server).exchange({ method: "DELETE", url: new URL("https://other.example/") }, signal),
    );
    expect([error.code, server.sent]).toEqual(["host-not-allowed", []]);
  });
});

describe("a session", () => {
  it("keeps its cookie until a 401 ends it", async () => {
    const server = fakeServer([
      { ...ok, headers: { "set-cookie": "PHPSESSID=1; path=/" } },
      { status: 401 },
      ok,
    ]);
    const client = clientOf(server);
    await client.propfind(at("/c/"), "0", names, signal);
    await failureOf(client.propfind(at("/c/"), "0", names, signal));
    await client.propfind(at("/c/"), "0", names, signal);
    expect(server.sent.map(({ headers }) => headers.cookie)).toEqual([undefined, "PHPSESSID=1", undefined]);
  });
});

function auto() {
  return { authenticator: createAuthenticator({ username: "me", password: "secret", scheme: "auto" }) };
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

describe("authentication", () => {
  it("costs one more request the first time only", async () => {
    const server = fakeServer(({ headers }) =>
      headers.authorization === undefined
        ? { status: 401, headers: { "www-authenticate": 'Basic realm="x"' } }
        : ok,
    );
    const client = clientOf(server, auto());
    await client.propfind(at("/c/"), "0", names, signal);
    await client.propfind(at("/c/"), "0", names, signal);
    expect(server.sent).toHaveLength(3);
  });

  it("that is refused names the schemes and never the password", async () => {
    const server = fakeServer([{ status: 401, headers: { "www-authenticate": 'Basic realm="x"' } }]);
    const error = await failureOf(clientOf(server, auto()).propfind(at("/c/"), "0", names, signal));
    expect(error).toMatchObject({ kind: "auth", remedy: expect.stringContaining("password") });
    expect(error.message).toContain("offers basic");
    expect(JSON.stringify(error) + error.message).not.toMatch(/secret|bWU6c2VjcmV0/);
    expect(server.sent).toHaveLength(2);
  });

  it("stops when a server calls every nonce stale", async () => {
    const server = fakeServer([
      { status: 401, headers: { "www-authenticate": 'Digest realm="r", nonce="n", stale=true' } },
    ]);
    expect(await failureOf(clientOf(server, auto()).propfind(at("/c/"), "0", names, signal))).toMatchObject({
      kind: "auth",
    });
    expect(server.sent).toHaveLength(4);
  });

  it("by Digest survives a strict server under parallel requests", async () => {
    const seen = new Set<string>();
    await using server = await startServer((request, response) => {
      const sent =
        parseChallenges(request.headers.authorization ?? "")[0]?.parameters ?? new Map<string, string>();
      const use = `${sent.get("nonce")}:${sent.get("nc")}`;
      const expected = md5(
        `${md5("me:r:secret")}:${sent.get("nonce")}:${sent.get("nc")}:${sent.get("cnonce")}:auth:${md5(`${request.method}:${request.url}`)}`,
      );
      const isRight = sent.get("nonce") === "n1" && sent.get("response") === expected && !seen.has(use);
      seen.add(use);
      if (isRight) response.writeHead(207).end(document(found("/c/", "")));
      else response.writeHead(401, { "WWW-Authenticate": 'Digest realm="r", nonce="n1", qop="auth"' }).end();
    });
    await using client = clientOf(createTransport(), { ...auto(), mayReceiveCredentials: () => true });
    await client.propfind(server.url, "0", names, signal);
    const answers = Array.from({ length: 20 }, (_, index) =>
      client.propfind(new URL(`/${index}?x`, server.url), "0", names, signal),
    );
    expect(await Promise.all(answers)).toHaveLength(20);
    expect(seen.size).toBe(22);
  });
});
