import { createAuthenticator } from "../../../src/dav/authenticator.ts";
import { createDavClient, type DavClientOptions } from "../../../src/dav/dav-client.ts";
import type { DavClient } from "../../../src/dav/protocol.ts";
import type { HttpRequest, HttpResponse, Transport } from "../../../src/http/transport.ts";

export type Reply = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};
export type Sent = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};
export type FakeServer = Transport & { readonly sent: Sent[] };

/** A transport that answers from a function; a list answers in turn, the last one for ever. */
export function fakeServer(replies: readonly Reply[] | ((request: Sent) => Reply)): FakeServer {
  const sent: Sent[] = [];
  return {
    sent,
    async send(request: HttpRequest): Promise<HttpResponse> {
      const body = typeof request.body === "string" ? request.body : "";
      const seen = { method: request.method, url: request.url.href, headers: request.headers ?? {}, body };
      sent.push(seen);
      const reply =
        typeof replies === "function"
          ? replies(seen)
          : (replies[Math.min(sent.length, replies.length) - 1] ?? {});
      const { body: content = "" } = reply;
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      return {
        status: reply.status ?? 200,
        headers: new Map(Object.entries(reply.headers ?? {})),
        body: bytes,
        text: new TextDecoder().decode(bytes),
      };
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** A client of dav.example that never waits. */
export function clientOf(transport: Transport, options: Partial<DavClientOptions> = {}): DavClient {
  return createDavClient({
    transport,
    authenticator: createAuthenticator({ username: "me", password: "secret", scheme: "basic" }),
    account: "sink",
    mayReceiveCredentials: (url) => url.hostname === "dav.example",
    retry: { attempts: 1, baseDelayMs: 0, maxDelayMs: 0, maxTotalWaitMs: 0 },
    ...options,
  });
}

export const { signal } = new AbortController();
export const at = (path: string): URL => new URL(path, "https://dav.example/");

/** A 207 whose body is the given responses. */
export function multistatus(content: string): Reply {
  return { status: 207, headers: { "content-type": "application/xml" }, body: document(content) };
}

export function document(content: string): string {
  return (
    `<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" ` +
    `xmlns:cs="http://calendarserver.org/ns/" xmlns:i="http://apple.com/ns/ical/">${content}</d:multistatus>`
  );
}

/** A response with one 200 propstat. */
export function found(href: string, properties: string): string {
  return `<d:response><d:href>${href}</d:href>${propstat(200, properties)}</d:response>`;
}

export function propstat(status: number, properties: string): string {
  return `<d:propstat><d:prop>${properties}</d:prop><d:status>HTTP/1.1 ${status} X</d:status></d:propstat>`;
}

/** A response with a status of its own. */
export function failed(href: string, status: number, more = ""): string {
  return `<d:response><d:href>${href}</d:href><d:status>HTTP/1.1 ${status} X</d:status>${more}</d:response>`;
}
