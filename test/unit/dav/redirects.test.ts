import { describe, expect, it } from "vitest";
import { remoteErrorOf } from "../remote-error-of.ts";
import { at, clientOf, fakeServer, signal } from "./fake-server.ts";
import { names, ok, propfindFailure } from "./propfind.ts";

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
    expect(await remoteErrorOf(client.propfind(at("/"), "0", names, signal))).toMatchObject({ kind: "auth" });
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
    const error = await remoteErrorOf(clientOf(server).propfind(at("/c/"), "0", names, signal));
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
    expect(await remoteErrorOf(clientOf(server).propfind(at("/"), "0", names, signal))).toMatchObject({
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
    expect(await remoteErrorOf(clientOf(login).exchange(put, signal))).toMatchObject({ kind: "protocol" });
    expect(login.sent).toHaveLength(1);
  });
});
