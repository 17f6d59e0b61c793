import type { HttpRequest, HttpResponse, Transport } from "../../../src/http/transport.ts";

export type Received = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};
type Reply = Answer | ((request: Received) => Answer | Promise<Answer>);

const namespaces =
  'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:cs="http://calendarserver.org/ns/" ' +
  'xmlns:a="http://apple.com/ns/ical/" xmlns:s="http://sabredav.org/ns"';

export const home = "/dav.php/calendars/owner/";

/**
 * A CalDAV server made of answers: what is not scripted is a 599, so that a test fails on a request that it did not
 * expect. Knows discovery from `https://dav.example.test/dav.php/`.
 */
export class ScriptedCaldav implements Transport {
  readonly received: Received[] = [];
  readonly #script = new Map<string, Reply>();

  constructor() {
    const principal = "/dav.php/principals/owner/";
    this.on(
      "PROPFIND /dav.php/",
      multistatus(ok("/dav.php/", `<d:current-user-principal>${href(principal)}</d:current-user-principal>`)),
    );
    this.on(
      `PROPFIND ${principal}`,
      multistatus(ok(principal, `<c:calendar-home-set>${href(home)}</c:calendar-home-set>`)),
    );
  }

  /** Scripts `METHOD /decoded/path`, for REPORTs with the root element: `sync-collection /path/`. */
  on(line: string, reply: Reply): this {
    this.#script.set(line, reply);
    return this;
  }

  /** Lines of the requests so far, without discovery and credentials; empties the list. */
  takeLines(): readonly string[] {
    const lines = this.received.filter(({ url }) => url.pathname.startsWith(home)).map(lineOf);
    this.received.length = 0;
    return lines;
  }

  async send({ method, url, headers = {}, body = "" }: HttpRequest): Promise<HttpResponse> {
    const request = { method, url, headers, body: String(body) };
    this.received.push(request);
    const reply = this.#script.get(lineOf(request)) ?? this.#script.get(`${url.origin} ${lineOf(request)}`);
    const answer = typeof reply === "function" ? await reply(request) : (reply ?? { status: 599 });
    const { body: content = "" } = answer;
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    const entries = Object.entries(answer.headers ?? {}).map(
      ([name, value]) => [name.toLowerCase(), value] as const,
    );
    return { status: answer.status, headers: new Map(entries), body: bytes, text };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function lineOf({ method, url, body }: Received): string {
  const report = /<(?:\w+:)?(sync-collection|calendar-multiget)\b/.exec(body)?.[1];
  return `${method === "REPORT" ? report : method} ${decodeURIComponent(url.pathname)}`;
}

const href = (path: string): string => `<d:href>${path}</d:href>`;

/** A response with one 200 propstat. */
export const ok = (path: string, properties: string): string =>
  `<d:response>${href(path)}<d:propstat><d:prop>${properties}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`;

/** A response with a status of its own. */
export const failed = (path: string, status: number): string =>
  `<d:response>${href(path)}<d:status>HTTP/1.1 ${status} X</d:status></d:response>`;

export const multistatus = (...parts: readonly string[]): Answer => ({
  status: 207,
  headers: { "content-type": "application/xml" },
  body: `<?xml version="1.0"?><d:multistatus ${namespaces}>${parts.join("")}</d:multistatus>`,
});

export const etag = (tag: string): string => `<d:getetag>"${tag}"</d:getetag>`;

export const syncToken = (token: string): string => `<d:sync-token>${token}</d:sync-token>`;

/** The answer about a calendar collection; further properties as XML. */
export const calendar = (path: string, properties = ""): string =>
  ok(path, `<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>${properties}`);
