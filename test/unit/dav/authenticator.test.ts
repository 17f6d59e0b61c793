import { describe, expect, it } from "vitest";
import { createAuthenticator } from "../../../src/dav/authenticator.ts";
import { parseChallenges } from "../../../src/dav/challenge.ts";
import type { HttpResponse } from "../../../src/http/transport.ts";
import { at } from "./fake-server.ts";

const request = { method: "PROPFIND", url: at("/c/?a=1") };
const elsewhere = { method: "PROPFIND", url: new URL("https://other.example/") };
const basic = `Basic ${btoa("me:secret")}`;

const answer = (status: number, headers: Record<string, string>): HttpResponse => ({
  status,
  headers: new Map(Object.entries(headers)),
  body: new Uint8Array(),
  text: "",
});
const challenge = (header: string) => answer(401, { "www-authenticate": header });
const digest = (nonce: string, more = "") =>
  challenge(`Digest realm="r", nonce="${nonce}", qop="auth"${more}`);
const create = (scheme: "auto" | "basic" | "digest") =>
  createAuthenticator({ username: "me", password: "secret", scheme });
const parametersOf = (header: string | null) =>
  parseChallenges(header ?? "")[0]?.parameters ?? new Map<string, string>();

describe("the authenticator", () => {
  it("sends Basic at once where it is configured, and takes a 401 for a refusal", () => {
    const authenticator = create("basic");
    expect(authenticator.authorize(request)).toBe(basic);
    expect(authenticator.challenged(request, challenge('Basic realm="x", Digest nonce="n"'), basic)).toBe(
      false,
    );
  });

  it.each([
    ["auto", "https://dav.example/", true],
    ["auto", "http://127.0.0.1:8080/", true],
    ["auto", "http://[::1]:8080/", true],
    ["auto", "http://dav.example/", false],
    ["auto", "http://localhost.example/", false],
    ["digest", "https://dav.example/", false],
    ["basic", "https://dav.example/", false],
  ] as const)("set to %s, unasked by %s: Basic is offered: %s", (scheme, url, expected) => {
    const authenticator = create(scheme);
    const unasked = { method: "PROPFIND", url: new URL(url) };
    expect(authenticator.overlooked(unasked)).toBe(expected);
    if (expected) expect(authenticator.authorize(unasked)).toBe(basic);
    expect(authenticator.overlooked(unasked)).toBe(false);
  });

  it("does not fall back from Digest to Basic for a server that stops asking", () => {
    const authenticator = create("auto");
    authenticator.challenged(request, digest("n1"), null);
    expect(authenticator.overlooked(request)).toBe(false);
    expect(authenticator.authorize(request)).toMatch(/^Digest /);
  });

  it("waits to be asked, then uses Basic on that origin alone", () => {
    const authenticator = create("auto");
    expect(authenticator.authorize(request)).toBeNull();
    expect(authenticator.challenged(request, challenge('Basic realm="x"'), null)).toBe(true);
    expect(authenticator.authorize(request)).toBe(basic);
    expect(authenticator.authorize(elsewhere)).toBeNull();
    expect(authenticator.challenged(request, challenge('Basic realm="x"'), basic)).toBe(false);
  });

  it("prefers Digest to Basic, in whichever order they are offered", () => {
    for (const offer of [
      'Basic realm="x", Digest realm="r", nonce="n"',
      'Digest realm="r", nonce="n", Basic realm="x"',
    ]) {
      const authenticator = create("auto");
      expect(authenticator.challenged(request, challenge(offer), null)).toBe(true);
      expect(authenticator.authorize(request)).toMatch(/^Digest /);
    }
  });

  it("never sends the password in Basic where Digest is configured", () => {
    const authenticator = create("digest");
    expect(authenticator.challenged(request, challenge('Basic realm="x"'), null)).toBe(false);
    expect(authenticator.authorize(request)).toBeNull();
  });

  it("is not talked down from Digest to Basic on an unencrypted line", () => {
    const plain = { method: "GET", url: new URL("http://dav.example/") };
    const authenticator = create("auto");
    authenticator.challenged(plain, digest("n"), null);
    const sent = authenticator.authorize(plain);
    authenticator.accepted(plain, answer(207, {}));
    expect(authenticator.challenged(plain, challenge('Basic realm="x"'), sent)).toBe(false);
    expect(authenticator.authorize(plain)).toMatch(/^Digest /);
  });

  it("follows a server that changes its scheme behind TLS", () => {
    const authenticator = create("auto");
    authenticator.challenged(request, digest("n"), null);
    const sent = authenticator.authorize(request);
    expect(authenticator.challenged(request, challenge('Basic realm="x"'), sent)).toBe(true);
    expect(authenticator.challenged(request, digest("m"), authenticator.authorize(request))).toBe(true);
    expect(authenticator.authorize(request)).toMatch(/^Digest /);
  });

  it("uses one nonce for many requests, counting up, one number each", () => {
    const authenticator = create("digest");
    authenticator.challenged(request, digest("n1"), null);
    const headers = Array.from({ length: 17 }, () => parametersOf(authenticator.authorize(request)));
    expect(headers.map((parameters) => parameters.get("nc"))).toEqual(
      headers.map((_, index) => (index + 1).toString(16).padStart(8, "0")),
    );
    expect(headers[0]?.get("uri")).toBe("/c/?a=1");
    expect(new Set(headers.map((parameters) => parameters.get("response"))).size).toBe(17);
  });

  it("goes over to nextnonce and counts from one again", () => {
    const authenticator = create("digest");
    authenticator.challenged(request, digest("n1"), null);
    authenticator.authorize(request);
    authenticator.accepted(request, answer(207, { "authentication-info": 'nextnonce="n2", qop=auth' }));
    const parameters = parametersOf(authenticator.authorize(request));
    expect([parameters.get("nonce"), parameters.get("nc")]).toEqual(["n2", "00000001"]);
  });

  it("answers again when the nonce has gone stale", () => {
    const authenticator = create("digest");
    authenticator.challenged(request, digest("n1"), null);
    const sent = authenticator.authorize(request);
    expect(authenticator.challenged(request, digest("n2", ", stale=true"), sent)).toBe(true);
    expect(parametersOf(authenticator.authorize(request)).get("nonce")).toBe("n2");
  });

  it("takes a 401 for a refusal when a fresh nonce was answered in vain", () => {
    const authenticator = create("digest");
    authenticator.challenged(request, digest("n1"), null);
    const sent = authenticator.authorize(request);
    expect(authenticator.challenged(request, digest("n2"), sent)).toBe(false);
  });

  it("answers a server that forgot a proven nonce without saying so, once", () => {
    const authenticator = create("digest");
    authenticator.challenged(request, digest("n1"), null);
    authenticator.authorize(request);
    authenticator.accepted(request, answer(207, {}));
    expect(authenticator.challenged(request, digest("n2"), authenticator.authorize(request))).toBe(true);
    expect(authenticator.challenged(request, digest("n3"), authenticator.authorize(request))).toBe(false);
  });

  it("answers again when a parallel request has moved on to another nonce", () => {
    const authenticator = create("digest");
    authenticator.challenged(request, digest("n1"), null);
    const [first, second] = [authenticator.authorize(request), authenticator.authorize(request)];
    authenticator.accepted(request, answer(207, {}));
    expect(authenticator.challenged(request, digest("n2"), first)).toBe(true);
    expect(authenticator.challenged(request, digest("n3"), second)).toBe(true);
  });
});
