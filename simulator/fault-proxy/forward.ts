import { once } from "node:events";
import http, { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";
import type { Answer } from "./answer.ts";

/** A request as it goes on to the server. */
export type Outgoing = {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  // Set anew, for what is really sent.
  "content-length",
  "accept-encoding",
  "host",
]);

/** Sends requests on and reads the whole answers; keeps its connections. */
export class Forwarder implements Disposable {
  readonly #plain = new http.Agent({ keepAlive: true });
  readonly #secure: https.Agent;

  /** `ca`: PEM of the authority that the servers' certificates come from; null for the machine's own. */
  constructor(ca: string | null) {
    this.#secure = new https.Agent({ keepAlive: true, ...(ca === null ? {} : { ca }) });
  }

  /** @throws Error where the server cannot be reached */
  async send({ method, url, headers, body }: Outgoing): Promise<Answer> {
    const isSecure = url.protocol === "https:";
    const request = (isSecure ? https : http).request(url, {
      method,
      agent: isSecure ? this.#secure : this.#plain,
      headers: {
        ...withoutHops(headers),
        host: url.host,
        "accept-encoding": "identity",
        ...(body.length > 0 || method === "PUT" ? { "content-length": String(body.length) } : {}),
      },
    });
    request.end(body);
    const [response]: IncomingMessage[] = await once(request, "response");
    if (response === undefined) throw new Error("no response");
    return {
      status: response.statusCode ?? 502,
      headers: withoutHops(response.headers),
      body: await bodyOf(response),
    };
  }

  [Symbol.dispose](): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }
}

/** The whole body of a message. */
export async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function withoutHops(headers: IncomingHttpHeaders): Record<string, string | readonly string[]> {
  const kept: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && !hopByHop.has(name)) kept[name] = value;
  return kept;
}
