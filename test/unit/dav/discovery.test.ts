import { describe, expect, it } from "vitest";
import { createAuthenticator } from "../../../src/dav/authenticator.ts";
import { discoverHome } from "../../../src/dav/discovery.ts";
import {
  at,
  clientOf,
  type FakeServer,
  fakeServer,
  found,
  multistatus,
  propstat,
  type Reply,
  type Sent,
  signal,
} from "./fake-server.ts";

const principalOf = (href: string, principal: string) =>
  multistatus(
    found(href, `<d:current-user-principal><d:href>${principal}</d:href></d:current-user-principal>`),
  );
const homeOf = (href: string, ...homes: readonly string[]) =>
  multistatus(
    found(
      href,
      `<c:calendar-home-set>${homes.map((home) => `<d:href>${home}</d:href>`).join("")}</c:calendar-home-set>`,
    ),
  );

/** Answers by path; 404 for the rest. */
function serverWith(replies: Readonly<Record<string, Reply>>): FakeServer {
  return fakeServer(({ url }: Sent) => replies[new URL(url).pathname] ?? { status: 404 });
}
const discover = (server: FakeServer, entry: URL) =>
  discoverHome(
    clientOf(server, { mayReceiveCredentials: (url) => url.hostname.endsWith(".example") }),
    entry,
    signal,
  );

describe("discovery", () => {
  it("finds iCloud's home on its partition host, though the principal calls itself /principal/", async () => {
    const server = serverWith({
      "/": principalOf("/", "/17149682/principal/"),
      "/17149682/principal/": homeOf("/principal/", "https://p62-caldav.example:443/17149682/calendars/"),
    });
    const { principal, homes } = await discover(server, at("/"));
    expect(principal.href).toBe("https://dav.example/17149682/principal/");
    expect(homes.map(({ href }) => href)).toEqual(["https://p62-caldav.example/17149682/calendars/"]);
    expect(server.sent).toHaveLength(2);
  });

  it("goes on where a redirect led, resolving hrefs there", async () => {
    const server = serverWith({
      "/": { status: 301, headers: { location: "https://p9.example:8443/dav/" } },
      "/dav/": principalOf("/dav/", "/p/me"),
      "/p/me": homeOf("/p/me", "/c/me"),
    });
    const { principal, homes } = await discover(server, at("/"));
    expect(principal.href).toBe("https://p9.example:8443/p/me");
    expect(homes[0].href).toBe("https://p9.example:8443/c/me/");
  });

  it.each([
    ["is not found", { status: 404 }],
    ["is a web page", { status: 200, body: "<html/>" }],
    ["takes no PROPFIND", { status: 405 }],
    [
      "names no principal",
      multistatus(
        `<d:response><d:href>/x/</d:href>${propstat(404, "<d:current-user-principal/>")}</d:response>`,
      ),
    ],
  ])("tries the well-known URL where the one given %s", async (_what, reply) => {
    const server = serverWith({
      "/x/": reply,
      "/.well-known/caldav": { status: 308, headers: { location: "/dav.php/" } },
      "/dav.php/": principalOf("/dav.php/", "/dav.php/principals/me/"),
      "/dav.php/principals/me/": homeOf("/dav.php/principals/me/", "/dav.php/calendars/me/"),
    });
    expect((await discover(server, at("/x/"))).homes[0].pathname).toBe("/dav.php/calendars/me/");
  });

  it("accepts the URL of the principal itself, and several homes", async () => {
    const server = serverWith({ "/p/me/": homeOf("/p/me/", "/c/me/", "/rooms/me/") });
    const { homes } = await discover(server, at("/p/me/"));
    expect(homes.map(({ pathname }) => pathname)).toEqual(["/c/me/", "/rooms/me/"]);
  });

  it.each([
    [
      "unauthenticated",
      found("/", "<d:current-user-principal><d:unauthenticated/></d:current-user-principal>"),
    ],
    ["nobody", `<d:response><d:href>/</d:href>${propstat(404, "<d:current-user-principal/>")}</d:response>`],
  ])("names itself to a server that never asks and calls it %s", async (_what, stranger) => {
    const server = fakeServer(({ url, headers }: Sent) => {
      if (headers["authorization"] === undefined) return multistatus(stranger);
      return new URL(url).pathname === "/" ? principalOf("/", "/p/me/") : homeOf("/p/me/", "/c/me/");
    });
    const authenticator = createAuthenticator({ username: "me", password: "secret", scheme: "auto" });
    const { homes } = await discoverHome(clientOf(server, { authenticator }), at("/"), signal);
    expect(homes[0].pathname).toBe("/c/me/");
    expect(server.sent.map(({ headers }) => headers["authorization"] !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
  });

  it.each([
    [401, "auth"],
    [503, "transient"],
    [429, "throttled"],
  ] as const)("stops at a %d instead of asking elsewhere", async (status, kind) => {
    const server = fakeServer([{ status }]);
    await expect(discover(server, at("/dav/"))).rejects.toMatchObject({ kind, status });
    expect(server.sent).toHaveLength(1);
  });

  it("reports the answer to the URL that the user gave", async () => {
    const server = serverWith({ "/dav/": { status: 403 } });
    await expect(discover(server, at("/dav/"))).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringContaining("/dav/"),
    });
  });

  it("says what to check where a server names no home at all", async () => {
    const server = fakeServer([multistatus(found("/", "<d:resourcetype/>"))]);
    await expect(discover(server, at("/"))).rejects.toMatchObject({
      code: "no-calendar-home",
      remedy: expect.stringContaining("auth: basic"),
    });
  });
});
