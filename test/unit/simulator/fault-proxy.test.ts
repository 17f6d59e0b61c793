import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Fault } from "../../../simulator/fault-proxy/fault.ts";
import { type FaultProxy, startFaultProxy } from "../../../simulator/fault-proxy/fault-proxy.ts";
import { createProxyIdentities } from "../../../simulator/fault-proxy/identities.ts";
import { createTransport } from "../../../src/http/node-transport.ts";
import type { HttpResponse, Transport } from "../../../src/http/transport.ts";

const page = (items: string[], link: Record<string, string>): string =>
  JSON.stringify({ value: items.map((id) => ({ "@odata.etag": `W/"${id}"`, id })), ...link });

describe("the fault proxy", () => {
  let upstream: Server;
  let origin: string;
  let applied: string[];
  let proxy: FaultProxy;
  let client: Transport;

  beforeEach(async () => {
    applied = [];
    upstream = createServer((request, response) => {
      applied.push(`${request.method} ${request.url}`);
      const at = Number(/page=(\d)/.exec(request.url ?? "")?.[1] ?? "1");
      const next = { "@odata.nextLink": `${origin}/list?page=${at + 1}` };
      const text = page([`${at}a`, `${at}b`], at < 3 ? next : { "@odata.deltaLink": `${origin}/list?d=1` });
      response.writeHead(200, { "content-type": "application/json", etag: '"1"' }).end(text);
    });
    await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
    const address = upstream.address();
    origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    proxy = await startFaultProxy({ upstreams: { graph: origin }, identities: null, upstreamCa: null });
    client = createTransport({ maxBytes: 1_000_000 });
  });

  afterEach(async () => {
    await client[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    upstream.closeAllConnections();
    upstream.close();
  });

  const get = (path = "/list"): Promise<HttpResponse> =>
    client.send({ method: "GET", url: new URL(proxy.inFront(`${origin}${path}`)) });
  const met = async (fault: Fault): Promise<HttpResponse | Error> => {
    const armed = proxy.arm({ times: 1, fault });
    const answer = await get().catch((error: Error) => error);
    expect(armed.hits).toBe(1);
    return answer;
  };
  /** Ids of all pages, by the links in them. */
  async function ids(): Promise<string[]> {
    const found: string[] = [];
    for (let url: string | undefined = proxy.inFront(`${origin}/list`); url !== undefined; ) {
      expect(url).toContain(proxy.addresses[0]?.proxy);
      const body = JSON.parse((await client.send({ method: "GET", url: new URL(url) })).text);
      found.push(...body.value.map(({ id }: { id: string }) => id));
      url = body["@odata.nextLink"];
    }
    return found;
  }

  it("passes everything on, and has every link lead back to itself", async () => {
    expect(await ids()).toEqual(["1a", "1b", "2a", "2b", "3a", "3b"]);
  });

  it.each([
    ["again", ["1a", "1b", "1a", "1b", "2a", "2b", "3a", "3b"]],
    ["out-of-order", ["2a", "2b", "1a", "1b", "3a", "3b"]],
    ["missing", ["1a", "1b", "3a", "3b"]],
  ] as const)("gives a page %s", async (how, expected) => {
    proxy.arm({ times: 1, fault: { kind: "page", how } });
    expect(await ids()).toEqual(expected);
  });

  it("strikes the nth matching request, so many times, and no other", async () => {
    const armed = proxy.arm({ url: /page=/, nth: 2, times: 1, fault: { kind: "status", status: 503 } });
    const statuses: number[] = [];
    for (const path of ["/list", "/list?page=2", "/list?page=2", "/list?page=2"])
      statuses.push((await get(path)).status);
    expect([statuses, armed.hits]).toEqual([[200, 200, 503, 200], 1]);
  });

  it("knows a request by its answer", async () => {
    proxy.arm({ answer: /deltaLink/, fault: { kind: "html" } });
    expect((await get()).text).toContain("nextLink");
    expect((await get("/list?page=3")).text).toContain("Sign in");
  });

  it.each<[Fault, string]>([
    [{ kind: "reset", stage: "before-forwarding" }, "transient"],
    [{ kind: "reset", stage: "after-applied" }, "transient"],
    [{ kind: "reset", stage: "in-headers" }, "transient"],
    [{ kind: "reset", stage: "mid-body" }, "transient"],
    [{ kind: "endless" }, "protocol"],
    [{ kind: "truncated", part: "body", length: "too-long" }, "transient"],
    [{ kind: "gzip", how: "flipped" }, "protocol"],
    [{ kind: "gzip", how: "cut" }, "transient"],
    [{ kind: "gzip", how: "absent" }, "protocol"],
    [{ kind: "refused" }, "transient"],
  ])("%j is an error of the connection", async (fault, kind) => {
    expect(await met(fault)).toMatchObject({ kind });
    expect(applied).toHaveLength(fault.kind === "refused" || isBefore(fault) ? 0 : 1);
    await proxy.disarm();
    expect((await get()).status).toBe(200);
  });

  it.each(["headers", "body"] as const)("is silent from the %s on", async (at) => {
    await using hasty = createTransport({ headersTimeoutMs: 60, idleTimeoutMs: 60 });
    const armed = proxy.arm({ fault: { kind: "stalled", at } });
    const answer = hasty.send({ method: "GET", url: new URL(proxy.inFront(`${origin}/list`)) });
    await expect(answer).rejects.toMatchObject({ code: "ETIMEDOUT" });
    expect(armed.hits).toBeLessThanOrEqual(1);
  });

  it("carries out what it answers with a failure, where it is told to", async () => {
    expect(await met({ kind: "status", status: 504, applied: true })).toMatchObject({ status: 504 });
    expect(await met({ kind: "status", status: 504 })).toMatchObject({ status: 504 });
    expect(applied).toEqual(["GET /list"]);
  });

  it("spoils what is in an answer", async () => {
    const { text } = await get();
    const half = await met({ kind: "truncated", part: "body", length: "honest" });
    expect(half).toMatchObject({ text: text.slice(0, text.length / 2) });
    for (const how of ["flipped", "invalid-utf8"] as const) {
      const spoiled = await met({ kind: "corrupt", how, part: "body" });
      expect(spoiled).toMatchObject({ status: 200, text: expect.not.stringMatching(/^\{"value".*\}\]\}$/) });
    }
    expect(await met({ kind: "etag", how: "missing" })).toMatchObject({
      text: expect.not.stringContaining("etag"),
    });
    expect(await met({ kind: "etag", how: "stale" })).toMatchObject({
      text: expect.stringContaining(String.raw`"W/\"stale\""`),
    });
  });

  it("shows bad certificates, and then good ones again", async () => {
    const identities = await createProxyIdentities(["127.0.0.1"]);
    await using secure = await startFaultProxy({
      upstreams: { graph: origin },
      identities,
      upstreamCa: null,
    });
    await using trusting = createTransport({ ca: identities.ca });
    const ask = () =>
      trusting.send({ method: "GET", url: new URL(secure.inFront(`${origin}/list`)) }).then(
        ({ status }) => status,
        ({ code }: { code: string }) => code,
      );
    const seen: unknown[] = [];
    for (const flaw of ["wrong-name", "expired", "self-signed", "cut-off"] as const) {
      secure.arm({ fault: { kind: "tls", flaw } });
      await ask();
      seen.push(await ask());
      await secure.disarm();
      seen.push(await ask());
    }
    expect(seen).toEqual([
      "ERR_TLS_CERT_ALTNAME_INVALID",
      200,
      "CERT_HAS_EXPIRED",
      200,
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      200,
      "ECONNRESET",
      200,
    ]);
  });
});

function isBefore(fault: Fault): boolean {
  return fault.kind === "reset" && fault.stage === "before-forwarding";
}
