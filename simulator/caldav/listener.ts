import { randomUUID } from "node:crypto";
import {
  createServer as createHttp,
  type IncomingMessage,
  type ServerResponse,
  type Server,
} from "node:http";
import { createServer as createHttps } from "node:https";
import { emptyAnswer } from "./answers.ts";
import { recordRequest } from "./activity.ts";
import { strike, type FaultEffect } from "./faults.ts";
import { handle } from "./handle.ts";
import { pause } from "./pause.ts";
import type { DavAnswer, DavRequest, Host, ServerContext } from "./server-context.ts";
import { splitName, writeXml } from "./xml-write.ts";
import { node, type XmlNode } from "./xml-node.ts";
import { readXml } from "./xml-read.ts";

/** PEM texts for HTTPS. */
export type Tls = { readonly cert: string; readonly key: string };

/** Starts one listener on 127.0.0.1 and resolves when it accepts connections. */
export async function listen(
  context: ServerContext,
  host: Host,
  port: number,
  tls: Tls | undefined,
): Promise<Server> {
  const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    void serve(context, host, incoming, outgoing).catch((error: unknown) => {
      if (!outgoing.headersSent) outgoing.writeHead(500, { "Content-Type": "text/plain" });
      outgoing.end(
        `the simulator failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    });
  };
  const server = tls ? createHttps({ cert: tls.cert, key: tls.key }, onRequest) : createHttp(onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

async function serve(
  context: ServerContext,
  host: Host,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = await bodyOf(incoming);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  const method = incoming.method ?? "GET";
  const path = (incoming.url ?? "/").split("?")[0] ?? "/";
  const xml = method === "PUT" ? undefined : tryReadXml(body);
  const report = method === "REPORT" && xml ? splitName(xml.name)[1] : null;
  const where = host === "entry" ? "entry" : `partition-${host.partition}`;
  const effect = strike(context.faults, { method, path, report, host: where });
  const missingHref = effect?.kind === "multiget-404" ? effect.href : undefined;
  const request: DavRequest = { method, path, headers, body, xml, host, missingHref };
  const record = (status: number, user: string | null): void => {
    const { authorization: _, cookie: __, ...kept } = headers;
    recordRequest(context.activity, { method, report, path, user, host: where, status, headers: kept });
  };
  if (effect?.kind === "delay") await pause(effect.ms);
  if (effect?.kind === "reset" && !effect.applied) {
    record(0, null);
    cutOff(outgoing, effect.when);
    return;
  }
  const instead = answerInstead(context, effect);
  const { answer, user } = instead ? { answer: instead, user: null } : await handle(context, request);
  record(effect?.kind === "reset" ? 0 : answer.status, user);
  const cookie = sessionCookie(context, headers["cookie"] ?? "");
  const all = { ...answer.headers, ...(cookie === undefined ? {} : { "Set-Cookie": cookie }) };
  await deliver(outgoing, { ...answer, headers: all }, effect, method);
}

function tryReadXml(body: Uint8Array): XmlNode | undefined {
  if (body.length === 0) return undefined;
  try {
    return readXml(Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** PHP's `session_start()`: a request that brings no known session gets one, and leaves a file. */
function sessionCookie(context: ServerContext, cookie: string): string | undefined {
  if (!context.switches.sessionCookies) return undefined;
  const id = /PHPSESSID=([^;\s]+)/.exec(cookie)?.[1];
  if (id !== undefined && context.sessionIds.has(id)) return undefined;
  const made = randomUUID().replaceAll("-", "");
  context.sessionIds.add(made);
  context.activity.sessions += 1;
  return `PHPSESSID=${made}; path=/; HttpOnly`;
}

function answerInstead(context: ServerContext, effect: FaultEffect | undefined): DavAnswer | undefined {
  if (!effect) return undefined;
  switch (effect.kind) {
    case "status": {
      const retry = effect.retryAfter === undefined ? {} : { "Retry-After": effect.retryAfter };
      return { status: effect.status, headers: { ...retry, ...effect.headers }, body: effect.body ?? "" };
    }
    case "html":
      return {
        status: 200,
        headers: { "Content-Type": "text/html; charset=utf-8" },
        body: "<!DOCTYPE html><html><head><title>Sign in</title></head><body><p>Welcome</body></html>",
      };
    case "redirect":
      return emptyAnswer(effect.status, { Location: effect.location });
    case "empty-multistatus":
      return {
        status: 207,
        headers: { "Content-Type": "application/xml; charset=utf-8" },
        body: writeXml(node("{DAV:}multistatus"), context.dialect),
      };
    case "delay":
    case "reset":
    case "truncate":
    case "multiget-404":
    case "slow-body":
    case "content-type":
      return undefined;
    default:
      throw effect satisfies never;
  }
}

async function deliver(
  outgoing: ServerResponse,
  answer: DavAnswer,
  effect: FaultEffect | undefined,
  method: string,
): Promise<void> {
  const whole = Buffer.from(answer.body);
  if (effect?.kind === "reset") {
    cutOff(outgoing, effect.when, answer, whole);
    return;
  }
  const body =
    effect?.kind === "truncate" ? whole.subarray(0, Math.floor(whole.length * effect.keep)) : whole;
  const type = effect?.kind === "content-type" ? { "Content-Type": effect.value } : {};
  const bodiless = answer.status === 204 || answer.status === 304 || method === "HEAD";
  const length = bodiless ? {} : { "Content-Length": String(body.length) };
  outgoing.writeHead(answer.status, { ...answer.headers, ...type, ...length });
  if (effect?.kind === "slow-body") {
    for (let at = 0; at < body.length && !outgoing.destroyed; at += effect.chunkBytes) {
      outgoing.write(body.subarray(at, at + effect.chunkBytes));
      await pause(effect.intervalMs);
    }
  } else if (!bodiless) {
    outgoing.write(body);
  }
  outgoing.end();
}

/** Destroys the connection: at once, or when half of the announced body is out. */
function cutOff(
  outgoing: ServerResponse,
  when: "before-headers" | "mid-body",
  answer?: DavAnswer,
  body?: Buffer,
): void {
  if (when === "before-headers") {
    outgoing.destroy();
    return;
  }
  const content =
    body && body.length > 1 ? body : Buffer.from("<?xml version='1.0'?><multistatus xmlns='DAV:'>");
  outgoing.writeHead(answer?.status ?? 207, {
    "Content-Type": "application/xml; charset=utf-8",
    ...answer?.headers,
    "Content-Length": String(content.length * 2),
  });
  outgoing.write(content.subarray(0, Math.ceil(content.length / 2)), () => outgoing.destroy());
}
