import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import nock from "nock";
import { afterEach, describe, expect, it } from "vitest";
import { createTransport } from "../../../src/http/node-transport.ts";
import { RemoteError } from "../../../src/http/remote-error.ts";
import type { HttpRequest, Transport } from "../../../src/http/transport.ts";
import { startRawServer, startServer, type TestServer } from "./test-server.ts";

const get = (url: URL, more: Partial<HttpRequest> = {}): HttpRequest => ({ method: "GET", url, ...more });

async function failure(transport: Transport, request: HttpRequest): Promise<RemoteError> {
  const error: unknown = await transport.send(request).then(
    () => new Error("did not fail"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RemoteError)) throw error;
  return error;
}

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

describe("content codings", () => {
  const text = "BEGIN:VCALENDAR ".repeat(200);
  it.each([
    ["gzip", gzipSync(text)],
    ["x-gzip", gzipSync(text)],
    ["deflate", deflateSync(text)],
    ["deflate", deflateRawSync(text)],
    ["br", brotliCompressSync(text)],
    ["deflate, gzip", gzipSync(deflateSync(text))],
    ["identity", Buffer.from(text)],
  ])("undoes %s", async (coding, body) => {
    await using server = await startServer((_request, response) => {
      response.writeHead(200, { "Content-Encoding": coding }).end(body);
    });
    await using transport = createTransport();
    expect((await transport.send(get(server.url))).text).toBe(text);
  });

  it("refuses a coding it never asked for", async () => {
    await using server = await startServer((_request, response) => {
      response.writeHead(200, { "Content-Encoding": "zstd" }).end("x");
    });
    await using transport = createTransport();
    expect(await failure(transport, get(server.url))).toMatchObject({ kind: "protocol" });
  });

  it("takes a compressed body that ends too early for a passing failure", async () => {
    const whole = gzipSync(text);
    await using server = await startServer((_request, response) => {
      response.writeHead(200, { "Content-Encoding": "gzip" }).end(whole.subarray(0, whole.length - 20));
    });
    await using transport = createTransport();
    expect(await failure(transport, get(server.url))).toMatchObject({ kind: "transient" });
  });

  it("caps the body after decompression", async () => {
    await using server = await startServer((_request, response) => {
      response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync("0".repeat(1_000_000)));
    });
    await using small = createTransport({ maxBytes: 999_999 });
    expect(await failure(small, get(server.url))).toMatchObject({ kind: "protocol", code: "body-too-large" });
    await using enough = createTransport({ maxBytes: 1_000_000 });
    expect((await enough.send(get(server.url))).body).toHaveLength(1_000_000);
  });

  it("caps a plain body while it still arrives", async () => {
    await using server = await startServer((_request, response) => {
      const more = (): void => {
        if (!response.destroyed && response.write("x".repeat(10_000))) setImmediate(more);
        else response.once("drain", more);
      };
      more();
    });
    await using transport = createTransport({ maxBytes: 50_000 });
    expect(await failure(transport, get(server.url))).toMatchObject({
      kind: "protocol",
      code: "body-too-large",
    });
  });
});

describe("cut-off answers", () => {
  it.each([
    ["with a content-length", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"],
    ["in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"],
    ["in the headers", "HTTP/1.1 200 OK\r\nContent-Le"],
    ["before anything", ""],
  ])("%s are passing failures", async (_where, bytes) => {
    await using server = await startRawServer((socket) => {
      socket.once("data", () => socket.end(bytes));
    });
    await using transport = createTransport();
    expect(await failure(transport, get(server.url))).toMatchObject({ kind: "transient" });
  });

  it("do not mean HEAD and 304, which promise a length and send nothing", async () => {
    await using server = await startServer((request, response) => {
      response.writeHead(request.method === "HEAD" ? 200 : 304, { "Content-Length": "100" }).end();
    });
    await using transport = createTransport();
    expect((await transport.send({ method: "HEAD", url: server.url })).status).toBe(200);
    expect((await transport.send(get(server.url))).status).toBe(304);
  });

  it("that are no HTTP are a protocol error", async () => {
    await using server = await startRawServer((socket) => {
      socket.once("data", () => socket.end("SSH-2.0-OpenSSH_9.6\r\n\r\n"));
    });
    await using transport = createTransport();
    expect(await failure(transport, get(server.url))).toMatchObject({ kind: "protocol" });
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

function startSilentServer(): Promise<TestServer> {
  return startRawServer(() => undefined);
}

describe("time-outs", () => {
  it("end the wait for headers", async () => {
    await using server = await startSilentServer();
    await using transport = createTransport({ headersTimeoutMs: 20 });
    const error = await failure(transport, get(server.url));
    expect(error).toMatchObject({ kind: "transient", code: "ETIMEDOUT" });
    expect(error.message).toMatch(/no answer within 0\.02 s/);
  });

  it("end a body that stalls, but not one that is merely slow", async () => {
    await using server = await startServer((request, response) => {
      response.writeHead(200, { "Content-Length": "6" });
      const letters = (request.url === "/slow" ? "letter" : "let").split("");
      const timer = setInterval(() => {
        const letter = letters.shift();
        if (letter !== undefined) response.write(letter);
        else clearInterval(timer);
        if (letters.length === 0 && request.url === "/slow") response.end();
      }, 20);
    });
    await using transport = createTransport({ idleTimeoutMs: 100 });
    expect((await transport.send(get(new URL("/slow", server.url)))).text).toBe("letter");
    expect((await failure(transport, get(server.url))).message).toMatch(/the body stalled/);
  });

  it("end an exchange that as a whole takes too long", async () => {
    await using server = await startServer((_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("x"), 5);
      response.once("close", () => clearInterval(timer));
    });
    await using transport = createTransport({ totalTimeoutMs: 60, idleTimeoutMs: 50 });
    expect((await failure(transport, get(server.url))).message).toMatch(/the whole exchange took longer/);
  });

  it("end a TLS handshake that never comes", async () => {
    await using server = await startSilentServer();
    const url = new URL(server.url);
    url.protocol = "https:";
    await using transport = createTransport({ connectTimeoutMs: 20 });
    expect((await failure(transport, get(url))).message).toMatch(/no connection within/);
  });
});

describe("cancelling", () => {
  it("stops a request under way and closes its connection", async () => {
    const stop = new AbortController();
    let closed: Promise<unknown> | undefined;
    await using server = await startServer((request) => {
      closed = once(request.socket, "close");
      stop.abort(new Error("shutting down"));
    });
    await using transport = createTransport();
    const error = await failure(transport, get(server.url, { signal: stop.signal }));
    expect(error).toMatchObject({ kind: "aborted", cause: new Error("shutting down") });
    await closed;
  });

  it("stops while the body arrives", async () => {
    const stop = new AbortController();
    await using server = await startServer((_request, response) => {
      response.writeHead(200, { "Content-Length": "100" });
      response.write("x", () => stop.abort());
    });
    await using transport = createTransport();
    expect(await failure(transport, get(server.url, { signal: stop.signal }))).toMatchObject({
      kind: "aborted",
    });
  });

  it("sends nothing under a signal that has fired", async () => {
    await using server = await startServer((_request, response) => void response.end());
    await using transport = createTransport();
    const error = await failure(transport, get(server.url, { signal: AbortSignal.abort() }));
    expect([error.kind, server.connections]).toEqual(["aborted", 0]);
  });

  it("by disposal ends what is under way and refuses what comes later", async () => {
    const arrived = Promise.withResolvers<void>();
    await using server = await startServer(() => arrived.resolve());
    const transport = createTransport();
    const pending = failure(transport, get(server.url));
    await arrived.promise;
    await transport[Symbol.asyncDispose]();
    expect((await pending).kind).toBe("aborted");
    expect((await failure(transport, get(server.url))).kind).toBe("aborted");
  });

  it("leaves no listener on a signal that lives long", async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    await using server = await startServer((_request, response) => void response.end());
    await using transport = createTransport();
    await transport.send(get(server.url, { signal }));
    expect(listeners).toBe(0);
  });
});

/** Answers the first request of each connection and drops the second unanswered. */
async function droppingServer() {
  const requests: string[] = [];
  const server = await startRawServer((socket: Socket) => {
    let answered = 0;
    socket.on("data", (chunk) => {
      requests.push(String(chunk).split(" ", 1)[0] ?? "");
      answered += 1;
      if (answered > 1) socket.destroy();
      else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
  });
  return { server, requests };
}

describe("a kept-alive connection that the server closes at the moment of re-use", () => {
  it("lets a read be sent once more", async () => {
    const { server, requests } = await droppingServer();
    await using _ = server;
    await using transport = createTransport();
    await transport.send(get(server.url));
    const answer = await transport.send({ method: "PROPFIND", url: server.url, body: "<x/>" });
    expect(answer.text).toBe("ok");
    expect(requests).toEqual(["GET", "PROPFIND", "PROPFIND"]);
  });

  it("lets a write with a condition be sent once more", async () => {
    const { server, requests } = await droppingServer();
    await using _ = server;
    await using transport = createTransport();
    await transport.send(get(server.url));
    const headers = { "if-none-match": "*" };
    const answer = await transport.send({ method: "PUT", url: server.url, headers, body: "x" });
    expect(answer.text).toBe("ok");
    expect(requests).toEqual(["GET", "PUT", "PUT"]);
  });

  it("does not let any other write be sent twice", async () => {
    const { server, requests } = await droppingServer();
    await using _ = server;
    await using transport = createTransport();
    await transport.send(get(server.url));
    const error = await failure(transport, { method: "PUT", url: server.url, body: "x" });
    expect(error.kind).toBe("transient");
    expect(requests).toEqual(["GET", "PUT"]);
  });

  it("is told from a new connection that is dropped", async () => {
    let requests = 0;
    await using server = await startServer((_request: IncomingMessage, response: ServerResponse) => {
      requests += 1;
      response.destroy();
    });
    await using transport = createTransport();
    expect((await failure(transport, get(server.url))).kind).toBe("transient");
    expect(requests).toBe(1);
  });
});
