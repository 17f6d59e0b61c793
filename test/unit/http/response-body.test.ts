import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createTransport } from "../../../src/http/node-transport.ts";
import { failure, get } from "./sending.ts";
import { startRawServer, startServer } from "./test-server.ts";

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
