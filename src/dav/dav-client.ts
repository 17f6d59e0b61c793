import { type Clock, systemClock } from "../http/clock.ts";
import { isDamaged } from "../http/damaged.ts";
import { describeRequest } from "../http/describe-request.ts";
import { RemoteError } from "../http/remote-error.ts";
import { type RetryPolicy, readRetryPolicy, withRetry } from "../http/retry.ts";
import type { HttpResponse, Transport } from "../http/transport.ts";
import { answerError } from "./answer-error.ts";
import type { Authenticator } from "./authenticator.ts";
import { readErrorBody } from "./dav-error.ts";
import { parseMultistatus } from "./multistatus.ts";
import {
  type DavAnswer,
  type DavClient,
  type DavExchange,
  type DavRequest,
  DAV,
  type Name,
} from "./protocol.ts";
import { redirectTarget } from "./redirect.ts";
import { SessionCookies } from "./session-cookies.ts";
import { childNamed, keyOf } from "./xml.ts";
import { xmlDocument, xmlElement } from "./xml-document.ts";

export type DavClientOptions = {
  /** Owned: disposed of with the client. */
  readonly transport: Transport;
  readonly authenticator: Authenticator;
  /** Whose account this is, first in every message: `family/me@icloud.com`, `sink`. */
  readonly account: string;
  readonly mayReceiveCredentials: (url: URL) => boolean;
  /** Hosts that may be contacted at all (redirects!); default: those that may receive credentials. */
  readonly maySend?: (url: URL) => boolean;
  /** Budget for PROPFIND, REPORT, GET and OPTIONS (default `readRetryPolicy`); everything else is sent once. */
  readonly retry?: RetryPolicy;
  readonly clock?: Clock;
  /** In [0, 1), for the jitter. */
  readonly random?: () => number;
};

const redirectsMax = 5;
/** An unasked request, one with a nonce that has gone stale, and two more for nonces that parallel requests used up. */
const challengesMax = 3;

const currentUserPrincipal = keyOf([DAV, "current-user-principal"]);

/** See DavClient in protocol.ts. Keeps session cookies per origin. */
export function createDavClient(options: DavClientOptions): DavClient {
  return new Client(options);
}

type Outgoing = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};
type Answered = { readonly url: URL; readonly response: HttpResponse };

class Client implements DavClient {
  readonly #options: DavClientOptions;
  readonly #clock: Clock;
  readonly #cookies = new SessionCookies();

  constructor(options: DavClientOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  async propfind(
    url: URL,
    depth: "0" | "1",
    properties: readonly Name[],
    signal: AbortSignal,
  ): Promise<DavAnswer> {
    const wanted = xmlElement([DAV, "prop"], properties.map((name) => xmlElement(name)).join(""));
    const body = xmlDocument([DAV, "propfind"], wanted);
    const request = { method: "PROPFIND", url, headers: xmlHeaders(depth), body };
    const answer = await this.#read(request, signal);
    const asksWhoWeAre = properties.some((name) => keyOf(name) === currentUserPrincipal);
    if (!asksWhoWeAre || !this.#isOverlooked({ ...request, url: answer.url }, answer)) return answer;
    return await this.#read(request, signal);
  }

  /** Some servers answer everybody, and then call a stranger `DAV:unauthenticated` (RFC 5397) or leave it out. */
  #isOverlooked(request: Outgoing, { multistatus }: DavAnswer): boolean {
    const { authenticator, mayReceiveCredentials } = this.#options;
    const isKnown = multistatus.responses.some(({ properties }) => {
      const principal = properties.get(currentUserPrincipal);
      return principal !== undefined && childNamed(principal, [DAV, "href"]) !== undefined;
    });
    return !isKnown && mayReceiveCredentials(request.url) && authenticator.overlooked(request);
  }

  async report(url: URL, depth: "0" | "1", body: string, signal: AbortSignal): Promise<DavAnswer> {
    return await this.#read({ method: "REPORT", url, headers: xmlHeaders(depth), body }, signal);
  }

  async proppatch(url: URL, body: string, signal: AbortSignal): Promise<DavAnswer> {
    const request = { method: "PROPPATCH", url, headers: xmlHeaders(), body };
    return this.#multistatus(request, await this.#follow(request, signal));
  }

  async exchange(request: DavRequest, signal: AbortSignal): Promise<DavExchange> {
    const outgoing = { ...request, headers: request.headers ?? {} };
    const send = async (): Promise<DavExchange> => {
      const { url, response } = await this.#follow(outgoing, signal);
      const { status, headers, text } = response;
      const isAnswer = status < 500 ? status !== 401 && status !== 429 : status === 500;
      if (!isAnswer) throw this.#error({ ...outgoing, url }, response);
      const errors = status < 400 ? [] : readErrorBody(text).errors;
      return { url, status, headers, text, errors, ...(isDamaged(response) ? { damaged: true } : {}) };
    };
    const isRead = request.method === "GET" || request.method === "OPTIONS";
    return await (isRead ? this.#retrying(send, signal) : send());
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#options.transport[Symbol.asyncDispose]();
  }

  async #read(request: Outgoing, signal: AbortSignal): Promise<DavAnswer> {
    return await this.#retrying(
      async () => this.#multistatus(request, await this.#follow(request, signal)),
      signal,
    );
  }

  #retrying<T>(operation: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { retry = readRetryPolicy, random = Math.random } = this.#options;
    return withRetry(operation, retry, { signal, clock: this.#clock, random });
  }

  #multistatus(request: Outgoing, { url, response }: Answered): DavAnswer {
    const at = { ...request, url };
    if (response.status !== 207 && response.status !== 200) throw this.#error(at, response);
    if (isDamaged(response)) {
      // XML 1.0 section 4.3.3: a fatal error. Read loosely, titles would change for good without a word.
      throw new RemoteError("protocol", `${this.#attempted(at)}: the answer is no valid UTF-8`, {
        status: response.status,
        remedy: "It is asked for again with the next run; check that no proxy changes the server's answers.",
      });
    }
    try {
      return { url, multistatus: parseMultistatus(response.text, url, this.#attempted(at)) };
    } catch (error) {
      // Some servers say 200 where they mean 207; anything but a multistatus is then another answer.
      if (response.status === 200) throw this.#error(at, response);
      throw error;
    }
  }

  /** Sends, and follows redirects with method and body kept. */
  async #follow(request: Outgoing, signal: AbortSignal): Promise<Answered> {
    const { account } = this.#options;
    const maySend = (url: URL): boolean => this.#maySend(url);
    let url = request.url;
    if (!maySend(url)) {
      throw new RemoteError(
        "protocol",
        `${this.#attempted(request)}: not sent, ${url.host} is not a host of this account`,
        {
          code: "host-not-allowed",
        },
      );
    }
    for (let hops = 0; hops <= redirectsMax; hops += 1) {
      const response = await this.#authenticated({ ...request, url }, signal);
      const target = redirectTarget(response, { account, method: request.method, url, maySend });
      if (target === null) return { url, response };
      url = target;
    }
    throw new RemoteError("protocol", `${this.#attempted(request)}: more than ${redirectsMax} redirects`, {
      code: "too-many-redirects",
    });
  }

  /** One request to one URL, with credentials and cookies if the host may have them. */
  async #authenticated(request: Outgoing, signal: AbortSignal): Promise<HttpResponse> {
    const { transport, authenticator, mayReceiveCredentials } = this.#options;
    const { url } = request;
    const trusted = mayReceiveCredentials(url);
    for (let challenges = 0; ; challenges += 1) {
      const sent = trusted ? authenticator.authorize(request) : null;
      const cookie = trusted ? this.#cookies.headerFor(url) : null;
      const response = await transport.send({
        ...request,
        headers: {
          ...request.headers,
          ...(sent === null ? {} : { authorization: sent }),
          ...(cookie === null ? {} : { cookie }),
        },
        signal,
      });
      if (response.status === 401) this.#cookies.forget(url);
      if (trusted) this.#cookies.learn(url, response.headers.get("set-cookie"), this.#clock.now());
      if (response.status !== 401) {
        if (sent !== null) authenticator.accepted(request, response);
        return response;
      }
      if (!trusted || challenges >= challengesMax) return response;
      if (!authenticator.challenged(request, response, sent)) return response;
    }
  }

  #maySend(url: URL): boolean {
    return (this.#options.maySend ?? this.#options.mayReceiveCredentials)(url);
  }

  #error(request: Outgoing, response: HttpResponse): RemoteError {
    return answerError(response, this.#attempted(request), this.#clock.now());
  }

  #attempted(request: { readonly method: string; readonly url: URL }): string {
    return `${this.#options.account}: ${describeRequest(request)}`;
  }
}

function xmlHeaders(depth?: "0" | "1"): Record<string, string> {
  return { "content-type": "application/xml; charset=utf-8", ...(depth === undefined ? {} : { depth }) };
}
