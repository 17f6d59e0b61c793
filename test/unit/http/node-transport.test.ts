import type { IncomingMessage } from "node:http";
import nock from "nock";
import { afterEach, describe, expect, it } from "vitest";
import { createTransport } from "../../../src/http/node-transport.ts";
import { failure, get } from "./sending.ts";
import { startServer } from "./test-server.ts";

// Importing it takes over the network at once.
nock.restore();

afterEach(() => {
  nock.cleanAll();
  nock.restore();
});

describe("the transport", () => {
  it("sends method, headers and body, and reads status, headers and body", async () => {
    const seen: { request?: IncomingMessage; body: string } = { body: "" };
    await using server = await startServer((request, response) => {
      seen.request = request;
      request.setEncoding("utf8").on("data", (text: string) => {
        seen.body += text;
      });
      request.on("end", () => {
        response.writeHead(207, { ETag: '"1"', "Set-Cookie": ["a=1; Path=/", "b=2"], "X-Many": ["1", "2"] });
        response.end("grüße");
      });
    });
    await using transport = createTransport();
    const answer = await transport.send({
      method: "REPORT",
      url: new URL("a%20b/?x=1", server.url),
      headers: { depth: "1" },
      body: "<é/>",
    });
    expect(seen.request?.method).toBe("REPORT");
    expect(seen.request?.url).toBe("/a%20b/?x=1");
    expect(seen.request?.headers).toMatchObject({
      depth: "1",
      "content-length": "5",
      "user-agent": expect.stringMatching(/^kalends\/\d+\.\d+\.\d+$/),
      "accept-encoding": expect.stringContaining("gzip"),
    });
    expect(seen.body).toBe("<é/>");
    expect(answer.status).toBe(207);
    expect(answer.text).toBe("grüße");
    expect(answer.headers.get("etag")).toBe('"1"');
    expect(answer.headers.get("set-cookie")).toBe("a=1; Path=/\nb=2");
    expect(answer.headers.get("x-many")).toBe("1, 2");
  });

  it("can be intercepted by nock", async () => {
    nock.activate();
    nock("https://graph.microsoft.com").get("/v1.0/me").reply(200, { id: "1" });
    await using transport = createTransport();
    expect((await transport.send(get(new URL("https://graph.microsoft.com/v1.0/me")))).text).toBe(
      '{"id":"1"}',
    );
  });

  it("turns credentials in a URL into no header", async () => {
    await using server = await startServer((request, response) => {
      response.end(request.headers.authorization ?? "none");
    });
    const url = new URL(server.url);
    url.username = "me";
    url.password = "secret";
    await using transport = createTransport();
    expect((await transport.send(get(url))).text).toBe("none");
  });

  it("hands out a redirect as an answer", async () => {
    await using server = await startServer((_request, response) => {
      response.writeHead(302, { Location: "/elsewhere" }).end();
    });
    await using transport = createTransport();
    const answer = await transport.send(get(server.url));
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "/elsewhere"]);
  });

  it("uses one connection for one request after another", async () => {
    await using server = await startServer((_request, response) => {
      response.end("x");
    });
    await using transport = createTransport();
    for (let count = 0; count < 5; count += 1) await transport.send(get(server.url));
    expect(server.connections).toBe(1);
  });
});

describe("failures to connect", () => {
  it("name what was attempted and never the query", async () => {
    const server = await startServer((_request, response) => void response.end());
    const url = new URL("path?$deltatoken=hidden", server.url);
    await server[Symbol.asyncDispose]();
    await using transport = createTransport();
    const error = await failure(transport, get(url));
    expect(error).toMatchObject({ kind: "transient", code: "ECONNREFUSED" });
    expect(error.message).toContain(`GET ${server.url.href}path`);
    expect(error.message).not.toContain("hidden");
  });
});
