import { describe, expect, it } from "vitest";
import { createTransport } from "../../../src/http/node-transport.ts";
import { failure, get } from "./sending.ts";
import { startRawServer, startServer, type TestServer } from "./test-server.ts";

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
