import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { allowOrigins, restrictHosts } from "../../../src/http/allowed-hosts.ts";
import type { HttpRequest, Transport } from "../../../src/http/transport.ts";

function recording(): Transport & { readonly sent: HttpRequest[]; disposed: boolean } {
  const sent: HttpRequest[] = [];
  return {
    sent,
    disposed: false,
    async send(request) {
      sent.push(request);
      return { status: 200, headers: new Map(), body: new Uint8Array(), text: "" };
    },
    async [Symbol.asyncDispose]() {
      this.disposed = true;
    },
  };
}

const isAllowed = allowOrigins([new URL("https://graph.microsoft.com"), new URL("http://127.0.0.1:8080/x")]);
const get = (url: string): HttpRequest => ({ method: "GET", url: new URL(url) });

describe("restrictHosts", () => {
  it.each([
    "https://graph.microsoft.com/v1.0/me",
    "https://graph.microsoft.com:443/",
    "http://127.0.0.1:8080/",
  ])("lets %s pass", async (url) => {
    const inner = recording();
    const transport = restrictHosts(inner, isAllowed, () => "Only Graph.");
    expect((await transport.send(get(url))).status).toBe(200);
    expect(inner.sent).toHaveLength(1);
  });

  it.each([
    "http://graph.microsoft.com/",
    "https://graph.microsoft.com:8443/",
    "https://graph.microsoft.com.evil.example/",
    "https://evil.example/?graph.microsoft.com",
    "https://sub.graph.microsoft.com/",
    "https://user@graph.microsoft.com/",
    "https://graph.microsoft.com@evil.example/",
    "http://127.0.0.1:8081/",
  ])("sends nothing to %s", async (url) => {
    const inner = recording();
    const transport = restrictHosts(inner, isAllowed, () => "Only Graph.");
    await expect(transport.send(get(url))).rejects.toMatchObject({
      kind: "protocol",
      code: "host-not-allowed",
      remedy: "Only Graph.",
    });
    expect(inner.sent).toEqual([]);
  });

  it("shows neither credentials nor the query of a refused URL", async () => {
    const transport = restrictHosts(recording(), isAllowed, () => "Only Graph.");
    const error = await transport
      .send(get("https://me:hunter2@evil.example/p?$deltatoken=xyz"))
      .catch((thrown: unknown) => thrown);
    const shown = inspect(error);
    expect(shown).toContain("evil.example/p");
    expect(shown).not.toMatch(/hunter2|xyz/);
  });

  it("disposes of the inner transport", async () => {
    const inner = recording();
    await restrictHosts(inner, isAllowed, () => "")[Symbol.asyncDispose]();
    expect(inner.disposed).toBe(true);
  });
});
