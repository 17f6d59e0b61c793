import http from "node:http";
import https from "node:https";
import tls from "node:tls";
import manifest from "../../package.json" with { type: "json" };
import { type ExchangeContext, exchange } from "./exchange.ts";
import type { HttpRequest, HttpResponse, Transport, TransportOptions } from "./transport.ts";

const defaults: ExchangeContext["limits"] = {
  connectTimeoutMs: 15_000,
  headersTimeoutMs: 90_000,
  idleTimeoutMs: 60_000,
  totalTimeoutMs: 600_000,
  maxBytes: 64 * 1024 * 1024,
};

/** Reads, which may be sent twice without harm. */
const reads = new Set(["GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"]);

/**
 * A transport on node:http and node:https with keep-alive. A read, or a write with a condition, whose kept-alive
 * connection the server had just closed is sent once more on a new one; nothing else is repeated here.
 */
export function createTransport(options: TransportOptions = {}): Transport {
  const { ca, ...limits } = options;
  return new NodeTransport({ ...defaults, ...limits }, ca);
}

class NodeTransport implements Transport {
  readonly #plain = new http.Agent({ keepAlive: true });
  readonly #secure: https.Agent;
  readonly #lifetime = new AbortController();
  readonly #limits: ExchangeContext["limits"];

  constructor(limits: ExchangeContext["limits"], ca: string | undefined) {
    this.#limits = limits;
    // A context of its own: by a list of authorities the agent would name, and the socket parse, all of them each time.
    const authorities = ca === undefined ? undefined : [...tls.getCACertificates("default"), ca];
    const trusted = authorities && { secureContext: tls.createSecureContext({ ca: authorities }) };
    this.#secure = new https.Agent({ keepAlive: true, ...trusted });
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    const context: ExchangeContext = {
      agent: request.url.protocol === "https:" ? this.#secure : this.#plain,
      limits: this.#limits,
      userAgent: `kalends/${manifest.version}`,
      lifetime: this.#lifetime.signal,
    };
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await exchange(request, context);
      if (!("stale" in outcome)) return outcome;
      if (attempt > 1 || !isRepeatable(request)) throw outcome.stale;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lifetime.abort();
    this.#plain.destroy();
    this.#secure.destroy();
  }
}

/** Of a write with a condition only one can land: the second is answered 412, which its sender has to look into anyway. */
function isRepeatable({ method, headers = {} }: HttpRequest): boolean {
  return reads.has(method) || "if-match" in headers || "if-none-match" in headers;
}
