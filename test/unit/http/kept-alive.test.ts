import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { createTransport } from "../../../src/http/node-transport.ts";
import { failure, get } from "./sending.ts";
import { startRawServer, startServer } from "./test-server.ts";

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
