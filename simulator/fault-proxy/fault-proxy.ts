import type { IncomingMessage, ServerResponse } from "node:http";
import { type Address, towardsClient, towardsServer } from "./addresses.ts";
import { type Answer, answerInstead, signInPage, signInPath } from "./answer.ts";
import { deliver, deliverBadly } from "./deliver.ts";
import type { Fault, FaultRule, Subject } from "./fault.ts";
import { bodyOf, Forwarder, type Outgoing } from "./forward.ts";
import { Front } from "./front.ts";
import type { ProxyIdentities } from "./identities.ts";
import { misplacePage } from "./pages.ts";
import { type ArmedRule, isOfConnection, remaining, Rules } from "./rules.ts";
import { spoil } from "./spoil.ts";

export type FaultProxyOptions = {
  /** Origins of the servers behind the proxy, by the name that rules call them. Each gets a port of its own. */
  readonly upstreams: Readonly<Record<string, string>>;
  /** For HTTPS in front of the proxy; null for HTTP. */
  readonly identities: ProxyIdentities | null;
  /** Host name in the addresses of the proxy; the certificates must cover it. */
  readonly host?: string;
  /** PEM of the authority of the servers' own certificates; null for the machine's. */
  readonly upstreamCa: string | null;
  readonly clock?: () => number;
};

/** A reverse proxy that breaks what passes through it, by rule. */
export interface FaultProxy extends AsyncDisposable {
  readonly addresses: readonly Address[];
  /** A text (a configuration file) with the servers' origins replaced by the proxy's. */
  inFront(text: string): string;
  /** Arms a fault; its `hits` count what really went wrong. */
  arm(rule: FaultRule): Readonly<ArmedRule>;
  /** Takes all faults away. */
  disarm(): Promise<void>;
  /** Every request that came, since the last `disarm`. */
  readonly requests: number;
}

/** Starts a proxy on loopback. @throws Error where a port cannot be had */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new Proxy(options);
  await proxy.start();
  return proxy;
}

type Upstream = { readonly name: string; readonly origin: string; readonly front: Front };

class Proxy implements FaultProxy {
  readonly addresses: Address[] = [];
  requests = 0;
  readonly #rules = new Rules();
  readonly #forwarder: Forwarder;
  readonly #options: FaultProxyOptions;
  readonly #upstreams: Upstream[] = [];
  /** Answers that wait for the next request of their page. */
  readonly #waiting = new Map<string, Answer>();

  constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#forwarder = new Forwarder(options.upstreamCa);
  }

  async start(): Promise<void> {
    const { upstreams, identities, host = "127.0.0.1" } = this.#options;
    const scheme = identities === null ? "http" : "https";
    for (const [name, url] of Object.entries(upstreams)) {
      const { origin } = new URL(url);
      const front = new Front(
        (request, response) => void this.#serve(upstream, request, response),
        identities,
      );
      const upstream = { name, origin, front };
      await front.listen();
      this.#upstreams.push(upstream);
      this.addresses.push({ upstream: origin, proxy: `${scheme}://${host}:${front.port}` });
    }
  }

  inFront(text: string): string {
    return towardsClient(text, this.addresses);
  }

  arm(rule: FaultRule): Readonly<ArmedRule> {
    return this.#rules.add(rule);
  }

  async disarm(): Promise<void> {
    this.#rules.clear();
    this.#waiting.clear();
    this.requests = 0;
    for (const { front } of this.#upstreams) await front.heal();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { front } of this.#upstreams) await front[Symbol.asyncDispose]();
    this.#forwarder[Symbol.dispose]();
  }

  async #serve(upstream: Upstream, request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => undefined);
    try {
      this.requests += 1;
      await this.#answer(upstream, request, response);
    } catch {
      // The client hung up, or the server is not there: a proxy says the one to nobody and the other with 502.
      if (response.headersSent || response.destroyed) response.destroy();
      else deliver(response, { status: 502, headers: {}, body: Buffer.alloc(0) });
    }
  }

  async #answer(upstream: Upstream, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/" } = request;
    const body = await bodyOf(request);
    if (url.split("?")[0] === signInPath) {
      deliver(response, signInPage());
      return;
    }
    const subject: Subject = {
      upstream: upstream.name,
      method,
      url,
      headers: request.headers,
      body: body.toString("utf8"),
    };
    const outgoing = this.#outgoing(upstream, subject, request, body);
    let struck = this.#rules.strike(subject, null);
    const fault = struck?.rule.fault;
    if (struck !== null && fault !== undefined && this.#failsBefore(upstream, fault, struck, response))
      return;
    const instead = fault === undefined ? null : answerInstead(fault, this.#setting(upstream, url));
    if (struck !== null && instead !== null && !(fault?.kind === "status" && fault.applied)) {
      struck.hits += 1;
      deliver(response, instead);
      return;
    }
    const original = this.#takeWaiting(outgoing) ?? (await this.#forwarder.send(outgoing));
    struck ??= this.#rules.strike(subject, original.body.toString("utf8"));
    const answer =
      struck === null ? null : await this.#spoiled(struck, original, upstream, outgoing, subject.url);
    if (struck === null || answer === null) {
      deliver(response, this.#rewritten(original));
      return;
    }
    struck.hits += 1;
    if (isOfConnection(struck.rule.fault)) this.#troubleFrom(upstream, struck.rule.fault, struck);
    const sent = this.#rewritten(answer);
    if (!(await deliverBadly(response, sent, struck.rule.fault, this.#rewritten(original))))
      deliver(response, sent);
  }

  /** Faults for which nothing is sent on. True where the request is done with. */
  #failsBefore(upstream: Upstream, fault: Fault, struck: ArmedRule, response: ServerResponse): boolean {
    if (isOfConnection(fault)) {
      if (fault.kind === "tls" && this.#options.identities === null) return false;
      struck.hits += 1;
      this.#troubleFrom(upstream, fault, struck);
      return true;
    }
    if (fault.kind !== "reset" || fault.stage !== "before-forwarding") return false;
    struck.hits += 1;
    response.socket?.resetAndDestroy();
    return true;
  }

  #troubleFrom(
    { front }: Upstream,
    fault: Extract<Fault, { kind: "refused" | "dropped" | "tls" }>,
    struck: ArmedRule,
  ): void {
    front.trouble({ fault, left: remaining(struck), onHit: () => void (struck.hits += 1) });
  }

  /** The answer with the fault in it; null where there is nothing that the fault could spoil. */
  async #spoiled(
    { rule: { fault } }: ArmedRule,
    original: Answer,
    upstream: Upstream,
    outgoing: Outgoing,
    url: string,
  ): Promise<Answer | null> {
    switch (fault.kind) {
      case "page": {
        const address = outgoing.url.href;
        return misplacePage(original, fault.how, {
          address,
          read: (next) => this.#forwarder.send({ ...outgoing, url: new URL(next) }),
          replaceNext: (answer) => void this.#waiting.set(address, answer),
        });
      }
      case "reset":
      case "slow":
      case "stalled":
      case "endless":
      case "refused":
      case "dropped":
      case "tls":
        return original;
      case "truncated":
      case "corrupt":
      case "gzip":
      case "content-type":
      case "html":
      case "empty":
      case "empty-multistatus":
      case "empty-list":
      case "status":
      case "redirect":
      case "etag":
        return answerInstead(fault, this.#setting(upstream, url)) ?? spoil(original, fault);
      default:
        return fault satisfies never;
    }
  }

  #takeWaiting(outgoing: Outgoing): Answer | undefined {
    const answer = this.#waiting.get(outgoing.url.href);
    this.#waiting.delete(outgoing.url.href);
    return answer;
  }

  #setting(upstream: Upstream, url: string): { origin: string; url: string; now: number } {
    const { clock = Date.now } = this.#options;
    return { origin: towardsClient(upstream.origin, this.addresses), url, now: clock() };
  }

  #outgoing(upstream: Upstream, subject: Subject, request: IncomingMessage, body: Buffer): Outgoing {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        typeof value === "string" ? towardsServer(value, this.addresses) : value,
      ]),
    );
    const url = new URL(towardsServer(subject.url, this.addresses), upstream.origin);
    const text = isText(request.headers["content-type"])
      ? Buffer.from(towardsServer(subject.body, this.addresses))
      : body;
    return { method: subject.method, url, headers, body: text };
  }

  /** As a client sees it: every link leads back to the proxy. */
  #rewritten(answer: Answer): Answer {
    const headers = Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [
        name,
        typeof value === "string" ? towardsClient(value, this.addresses) : value,
      ]),
    );
    const isPacked = "content-encoding" in answer.headers;
    if (isPacked || !isText(String(answer.headers["content-type"] ?? ""))) return { ...answer, headers };
    // latin1 keeps bytes that are no UTF-8 as they are.
    const text = towardsClient(answer.body.toString("latin1"), this.addresses);
    return { ...answer, headers, body: Buffer.from(text, "latin1") };
  }
}

function isText(contentType: string | undefined): boolean {
  return /json|xml|text|x-www-form-urlencoded/.test(contentType ?? "");
}
