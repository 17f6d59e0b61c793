import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { createTransport } from "../../../src/http/node-transport.ts";
import { failure, get } from "./sending.ts";
import { startServer } from "./test-server.ts";

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
