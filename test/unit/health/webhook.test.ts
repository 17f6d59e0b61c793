import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServerIdentity, type ServerIdentity } from "../../../simulator/certificates.ts";
import { Secret } from "../../../src/config/secret.ts";
import { openWebhook } from "../../../src/health/webhook.ts";
import { startServer, type TestServer } from "../http/test-server.ts";
import { now } from "./statuses.ts";

const secretPath = "/services/T0/hunter2?token=hunter3";
const delivery = {
  kind: "stale",
  subject: "family/me",
  state: "firing",
  message: "family/me was last read completely yesterday.",
  since: now,
} as const;

describe("the webhook", () => {
  let identity: ServerIdentity;
  let server: TestServer;
  let answer: (response: ServerResponse) => void;
  const asked: Array<{ readonly request: IncomingMessage; readonly body: string }> = [];
  const signal = new AbortController().signal;

  beforeAll(async () => {
    identity = await createServerIdentity(["127.0.0.1"]);
    server = await startServer((request, response) => {
      const note = async (): Promise<void> => {
        asked.push({ request, body: await text(request) });
        answer(response);
      };
      void note();
    }, identity);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const open = (url: URL = new URL(secretPath, server.url), ca: string | null = identity.ca) =>
    openWebhook({ url: new Secret(url.href, "webhook"), ca });

  it("gets an alert as JSON, by a POST over a checked connection", async () => {
    answer = (response) => void response.writeHead(204).end();
    await using webhook = open();
    expect(await webhook.deliver(delivery, signal)).toBeNull();
    const { request, body } = asked.at(-1) ?? {};
    expect(request?.method).toBe("POST");
    expect(request?.url).toBe(secretPath);
    expect(request?.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(body ?? "")).toEqual({
      alert: "stale",
      state: "firing",
      subject: "family/me",
      message: "family/me was last read completely yesterday.",
      since: "2026-11-22T12:00:00.000Z",
    });
  });

  it.each([
    ["it answered 500", 500, {}],
    ["it answered 404", 404, {}],
    ["redirects are not followed", 302, { location: "https://127.0.0.1:1/elsewhere" }],
  ])("that fails says so: %s", async (expected, status, headers) => {
    answer = (response) => void response.writeHead(status, headers).end("hunter4");
    const before = asked.length;
    await using webhook = open();
    const failure = await webhook.deliver(delivery, signal);
    expect(failure).toContain(expected);
    expect(failure).not.toContain("hunter");
    expect(asked.length).toBe(before + 1);
  });

  it("is not trusted without its authority, and nothing of its address is told", async () => {
    const before = asked.length;
    await using webhook = open(undefined, null);
    const failure = await webhook.deliver(delivery, signal);
    expect(failure).toContain("certificate");
    expect(failure).not.toContain("hunter");
    expect(asked.length).toBe(before);
  });

  it("that cannot be reached is no reason to throw", async () => {
    const gone = await startServer(() => undefined);
    const url = new URL(secretPath, gone.url);
    await gone[Symbol.asyncDispose]();
    await using webhook = open(url);
    expect(await webhook.deliver(delivery, signal)).toBe("it could not be reached (ECONNREFUSED)");
    const aborted = AbortSignal.abort();
    expect(await webhook.deliver(delivery, aborted)).toBe("the daemon was stopped");
  });
});
