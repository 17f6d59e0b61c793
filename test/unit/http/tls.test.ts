import { describe, expect, it } from "vitest";
import { createServerIdentity } from "../../../simulator/certificates.ts";
import { connectionError } from "../../../src/http/connection-error.ts";
import { createTransport } from "../../../src/http/node-transport.ts";
import { startServer } from "./test-server.ts";

describe("TLS", () => {
  it("refuses a private authority and says what to configure", async () => {
    await using server = await startServer(
      (_request, response) => void response.end("x"),
      await createServerIdentity(["127.0.0.1"]),
    );
    await using transport = createTransport();
    await expect(transport.send({ method: "GET", url: server.url })).rejects.toMatchObject({
      kind: "protocol",
      remedy: expect.stringContaining("ca_file"),
    });
  });

  it("accepts the private authority that is configured", async () => {
    const identity = await createServerIdentity(["127.0.0.1"]);
    await using server = await startServer((_request, response) => void response.end("x"), identity);
    await using transport = createTransport({ ca: identity.ca });
    expect((await transport.send({ method: "GET", url: server.url })).text).toBe("x");
  });

  it("refuses a certificate for another host even then", async () => {
    const identity = await createServerIdentity(["other.example"]);
    await using server = await startServer((_request, response) => void response.end("x"), identity);
    await using transport = createTransport({ ca: identity.ca });
    await expect(transport.send({ method: "GET", url: server.url })).rejects.toMatchObject({
      kind: "protocol",
      remedy: expect.stringContaining("host name"),
    });
  });

  it("tells an expired certificate from an untrusted one", () => {
    const error = Object.assign(new Error("expired"), { code: "CERT_HAS_EXPIRED" });
    expect(connectionError(error, "GET https://x")).toMatchObject({
      kind: "protocol",
      remedy: expect.stringContaining("Renew"),
    });
  });

  it("names a port that does not speak TLS", async () => {
    await using server = await startServer((_request, response) => void response.end("x"));
    const url = new URL(server.url);
    url.protocol = "https:";
    await using transport = createTransport();
    await expect(transport.send({ method: "GET", url })).rejects.toMatchObject({
      kind: "protocol",
      remedy: expect.stringContaining("scheme"),
    });
  });
});
