import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { Server } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { ServerIdentity } from "../certificates.ts";
import { replacement, spoil } from "./faults.ts";
import type { FaultEffect } from "./faults.ts";
import { graphRoute, prepareGraphRequest } from "./graph.ts";
import { answerLogin, loginRoute } from "./login.ts";
import type { Cloud } from "./model.ts";
import { errorReply, GraphRefusal } from "./reply.ts";
import type { Reply } from "./reply.ts";
import type { World } from "./world.ts";

const bodyBytesMax = 8_000_000;
const compressedFromBytes = 1024;

/** A listening HTTPS server. Closing it ends what is under way. */
export type Listener = { readonly port: number; close(): Promise<void> };

type Exchange = {
  readonly role: "login" | "graph";
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly requestId: string;
  readonly body: string;
};

/**
 * Opens one origin of a cloud. The world and the cloud are asked for at each request, because the origin is
 * not known before the port is.
 */
export async function listen(
  role: "login" | "graph",
  identity: ServerIdentity,
  address: { readonly host: string; readonly port: number },
  context: () => { readonly world: World; readonly cloud: Cloud },
): Promise<Listener> {
  const server: Server = createServer({ key: identity.key, cert: identity.cert });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const { world, cloud } = context();
    serve(world, cloud, role, request, response).catch(() => {
      // A client that hangs up in the middle is no business of ours.
      request.socket.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("The server has no port.");
  return {
    port: bound.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  world: World,
  cloud: Cloud,
  role: "login" | "graph",
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = request.url ?? "/";
  const exchange: Exchange = {
    role,
    request,
    response,
    url: new URL(url, cloud[role]),
    requestId: randomUUID(),
    body: await readBody(request),
  };
  const method = request.method ?? "GET";
  const effect = world.faults.strike({ server: role, method, url });
  if (effect?.kind === "delay") await pause(response, effect.ms);
  const instead = effect === null ? null : replacement(effect, world.clock.now());
  const { reply, release } = await answer(world, cloud, exchange, instead);
  const ids = { "request-id": exchange.requestId, "client-request-id": clientRequestId(exchange) };
  const complete = spoil(effect, { ...reply, headers: { ...ids, ...reply.headers } });
  try {
    world.counters.countRequest({
      at: world.clock.now(),
      server: role,
      method,
      url,
      route: role === "login" ? loginRoute(exchange.url.pathname) : graphRoute(exchange.url.pathname),
      prefer: headerOf(request, "prefer") ?? null,
      status: reply.status,
      requestId: exchange.requestId,
    });
    const isCompressed =
      world.switches.compression && /\bgzip\b/.test(headerOf(request, "accept-encoding") ?? "");
    await send(response, complete, effect, isCompressed);
  } finally {
    release();
  }
}

function nothing(): void {}

type Answer = { readonly reply: Reply; readonly release: () => void };

async function answer(
  world: World,
  cloud: Cloud,
  exchange: Exchange,
  instead: Reply | null,
): Promise<Answer> {
  const { request, requestId, body, url } = exchange;
  const method = request.method ?? "GET";
  let release = nothing;
  if (exchange.role === "login") {
    const contentType = headerOf(request, "content-type");
    const asked = { method, path: url.pathname, body, contentType, requestId };
    return { reply: instead ?? answerLogin(world, cloud, asked), release };
  }
  try {
    const prepared = prepareGraphRequest(world, cloud, {
      method,
      path: url.pathname,
      query: url.searchParams,
      authorization: headerOf(request, "authorization"),
      prefer: headerOf(request, "prefer"),
      body,
    });
    const { switches, throttleKey } = prepared;
    if (throttleKey !== null) {
      const admission = world.throttle.admit(throttleKey, switches);
      release = admission.release;
      if (admission.refusal !== null) return { reply: admission.refusal, release };
    }
    if (switches.latencyMs > 0) await pause(exchange.response, switches.latencyMs);
    return { reply: instead ?? (await prepared.answer()), release };
  } catch (error) {
    const refusal = error instanceof GraphRefusal ? error : broken(error);
    const ids = { requestId, clientRequestId: clientRequestId(exchange), now: world.clock.now() };
    return { reply: instead ?? errorReply(refusal, ids), release };
  }
}

/** A fault of the simulator itself, told loudly enough to be found. */
function broken(error: unknown): GraphRefusal {
  return new GraphRefusal(
    500,
    "SimulatorBroken",
    error instanceof Error ? (error.stack ?? "") : String(error),
  );
}

async function send(
  response: ServerResponse,
  reply: Reply,
  effect: FaultEffect | null,
  isCompressed: boolean,
): Promise<void> {
  if (response.destroyed) return;
  if (effect?.kind === "reset" && effect.at === "headers") {
    response.destroy();
    return;
  }
  const plain = Buffer.from(reply.body, "utf8");
  const shrinks = isCompressed && plain.length >= compressedFromBytes;
  const bytes = shrinks ? gzipSync(plain, { level: 1 }) : plain;
  response.writeHead(reply.status, {
    ...reply.headers,
    ...(shrinks ? { "content-encoding": "gzip", vary: "Accept-Encoding" } : {}),
    "content-length": bytes.length,
    date: new Date().toUTCString(),
  });
  if (effect?.kind === "reset") {
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
    return;
  }
  if (effect?.kind === "slow") {
    const step = Math.max(1, Math.ceil(bytes.length / 10));
    for (let at = 0; at < bytes.length; at += step) {
      await pause(response, effect.pauseMs);
      response.write(bytes.subarray(at, at + step));
    }
  }
  if (response.destroyed) return;
  const ended = new Promise((resolve) => response.once("close", resolve));
  response.end(effect?.kind === "slow" ? undefined : bytes);
  await ended;
}

/** Waits, but not beyond the end of the connection. */
async function pause(response: ServerResponse, ms: number): Promise<void> {
  const gone = new AbortController();
  const onClose = (): void => gone.abort();
  response.once("close", onClose);
  await sleep(ms, undefined, { signal: gone.signal }).catch(() => undefined);
  response.off("close", onClose);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size > bodyBytesMax) throw new Error("The request body is too large.");
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

function clientRequestId({ request, requestId }: Exchange): string {
  return headerOf(request, "client-request-id") ?? requestId;
}
