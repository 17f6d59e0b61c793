import { Agent, request } from "node:https";

const answerBytesMax = 65_536;

/** What an endpoint answered, and how long it took; or why there is no answer. */
export type WebhookAnswer = { readonly durationMs: number } & (
  | { readonly kind: "answer"; readonly status: number; readonly contentType: string; readonly body: string }
  | { readonly kind: "timeout" }
  | { readonly kind: "failure"; readonly reason: string }
);

export type WebhookRequest = {
  readonly url: string;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Real time. */
  readonly timeoutMs: number;
};

/** POSTs to clients' endpoints. */
export type WebhookClient = { post(webhook: WebhookRequest): Promise<WebhookAnswer>; close(): void };

/**
 * A plain HTTPS client that trusts `ca` (PEM) alone, follows no redirects, and connects to nothing but
 * loopback: whatever a test subscribes, nobody outside gets a request.
 */
export function createWebhookClient(ca: string): WebhookClient {
  const agent = new Agent({ ca, keepAlive: false });
  const closing = new AbortController();
  return {
    post: (webhook) => post(agent, closing.signal, webhook),
    close: () => {
      closing.abort();
      agent.destroy();
    },
  };
}

async function post(agent: Agent, closing: AbortSignal, webhook: WebhookRequest): Promise<WebhookAnswer> {
  const started = performance.now();
  const durationMs = (): number => Math.round(performance.now() - started);
  const timeout = AbortSignal.timeout(webhook.timeoutMs);
  try {
    const answer = await exchange(agent, AbortSignal.any([timeout, closing]), webhook);
    return { kind: "answer", durationMs: durationMs(), ...answer };
  } catch (error) {
    if (timeout.aborted) return { kind: "timeout", durationMs: durationMs() };
    return {
      kind: "failure",
      durationMs: durationMs(),
      reason: error instanceof Error ? error.message : String(error),
    };
  }
}

function exchange(
  agent: Agent,
  signal: AbortSignal,
  { url, contentType, body, headers = {} }: WebhookRequest,
): Promise<{ readonly status: number; readonly contentType: string; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const { protocol, hostname } = new URL(url);
    if (protocol !== "https:") throw new Error("Only https is spoken.");
    if (!isLoopback(hostname)) throw new Error(`${hostname} is not loopback.`);
    const length = Buffer.byteLength(body);
    const outgoing = request(url, {
      agent,
      signal,
      method: "POST",
      headers: { "content-type": contentType, "content-length": length, ...headers },
    });
    outgoing.once("error", reject);
    outgoing.once("response", (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > answerBytesMax) outgoing.destroy(new Error("The answer is too large."));
        else chunks.push(chunk);
      });
      incoming.once("error", reject);
      incoming.once("end", () =>
        resolve({
          status: incoming.statusCode ?? 0,
          contentType: incoming.headers["content-type"] ?? "",
          body: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    outgoing.end(body);
  });
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
