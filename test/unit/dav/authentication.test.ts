import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createAuthenticator } from "../../../src/dav/authenticator.ts";
import { parseChallenges } from "../../../src/dav/challenge.ts";
import { createTransport } from "../../../src/http/node-transport.ts";
import { startServer } from "../http/test-server.ts";
import { remoteErrorOf } from "../remote-error-of.ts";
import { at, clientOf, document, fakeServer, found, signal } from "./fake-server.ts";
import { names, ok } from "./propfind.ts";

describe("a session", () => {
  it("keeps its cookie until a 401 ends it", async () => {
    const server = fakeServer([
      { ...ok, headers: { "set-cookie": "PHPSESSID=1; path=/" } },
      { status: 401 },
      ok,
    ]);
    const client = clientOf(server);
    await client.propfind(at("/c/"), "0", names, signal);
    await remoteErrorOf(client.propfind(at("/c/"), "0", names, signal));
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
    const error = await remoteErrorOf(clientOf(server, auto()).propfind(at("/c/"), "0", names, signal));
    expect(error).toMatchObject({ kind: "auth", remedy: expect.stringContaining("password") });
    expect(error.message).toContain("offers basic");
    expect(JSON.stringify(error) + error.message).not.toMatch(/secret|bWU6c2VjcmV0/);
    expect(server.sent).toHaveLength(2);
  });

  it("stops when a server calls every nonce stale", async () => {
    const server = fakeServer([
      { status: 401, headers: { "www-authenticate": 'Digest realm="r", nonce="n", stale=true' } },
    ]);
    expect(
      await remoteErrorOf(clientOf(server, auto()).propfind(at("/c/"), "0", names, signal)),
    ).toMatchObject({
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
