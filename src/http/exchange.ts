import { once } from "node:events";
import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { connectionError } from "./connection-error.ts";
import { acceptedEncodings, bodyTooLarge, decodeContent } from "./content-decoding.ts";
import { describeRequest } from "./describe-request.ts";
import { ExchangeWatch } from "./exchange-watch.ts";
import { RemoteError } from "./remote-error.ts";
import type { HttpRequest, HttpResponse, TransportOptions } from "./transport.ts";

type ExchangeLimits = Required<Omit<TransportOptions, "ca">>;

export type ExchangeContext = {
  readonly agent: http.Agent;
  readonly limits: ExchangeLimits;
  readonly userAgent: string;
  /** Ends whatever is under way when the transport is disposed of. */
  readonly lifetime: AbortSignal;
};

/** A kept-alive connection turned out to be closed before a single byte of the answer came. */
export type StaleConnection = { readonly stale: RemoteError };

/** One request and its whole answer. @throws RemoteError, see Transport. */
export async function exchange(
  request: HttpRequest,
  context: ExchangeContext,
): Promise<HttpResponse | StaleConnection> {
  const attempted = describeRequest(request);
  using watch = new ExchangeWatch(request, { ...context, attempted });
  const outgoing = open(request, context, watch);
  const seen = { bytesBefore: 0, socket: undefined as Socket | undefined };
  outgoing.once("socket", (socket) => {
    seen.socket = socket;
    seen.bytesBefore = socket.bytesRead;
  });
  try {
    outgoing.end(request.body);
    const incoming = await firstResponse(outgoing);
    const body = await readBody(incoming, { watch, attempted, maxBytes: context.limits.maxBytes });
    return toHttpResponse(incoming, body);
  } catch (error) {
    watch.throwIfStopped();
    const failure = connectionError(error, attempted);
    const silent = seen.socket !== undefined && seen.socket.bytesRead === seen.bytesBefore;
    const closed = failure.code === "ECONNRESET" || failure.code === "EPIPE";
    if (closed && silent && outgoing.reusedSocket) return { stale: failure };
    throw failure;
  }
}

function open(request: HttpRequest, context: ExchangeContext, watch: ExchangeWatch): ClientRequest {
  const url = new URL(request.url);
  // Node would make an Authorization header of them.
  url.username = "";
  url.password = "";
  const headers: Record<string, string> = {
    "user-agent": context.userAgent,
    "accept-encoding": acceptedEncodings,
    ...request.headers,
  };
  if (request.body !== undefined) headers["content-length"] = String(Buffer.byteLength(request.body));
  const secure = url.protocol === "https:";
  const outgoing = (secure ? https : http).request(url, {
    method: request.method,
    headers,
    agent: context.agent,
    signal: watch.signal,
  });
  outgoing.on("error", () => undefined); // later ones than the one that is awaited
  outgoing.once("socket", (socket: Socket) => {
    if (outgoing.reusedSocket || !socket.connecting) watch.enter("headers");
    else socket.once(secure ? "secureConnect" : "connect", () => watch.enter("headers"));
  });
  return outgoing;
}

async function firstResponse(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [incoming]: IncomingMessage[] = await once(outgoing, "response");
  if (incoming === undefined) throw new Error("no response");
  return incoming;
}

/** Node itself throws where the body ends before its content-length or last chunk. */
async function readBody(
  incoming: IncomingMessage,
  { watch, attempted, maxBytes }: { watch: ExchangeWatch; attempted: string; maxBytes: number },
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  watch.enter("body");
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    watch.enter("body");
    length += chunk.length;
    if (length > maxBytes) throw bodyTooLarge(attempted, maxBytes);
    chunks.push(chunk);
  }
  return await decodeContent(Buffer.concat(chunks), incoming.headers["content-encoding"], {
    maxBytes,
    attempted,
  });
}

function toHttpResponse(incoming: IncomingMessage, body: Buffer): HttpResponse {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join("\n") : value);
  }
  return {
    status: incoming.statusCode ?? 0,
    headers,
    body,
    get text() {
      return new TextDecoder().decode(body);
    },
  };
}
