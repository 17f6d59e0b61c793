import { RemoteError } from "./remote-error.ts";
import type { HttpResponse, Transport } from "./transport.ts";

/** The shape of WHATWG fetch, as tsdav and the Graph client take it. */
export type FetchFunction = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * fetch on top of a transport: returns real Response objects, never follows a redirect, and throws the transport's
 * RemoteError instead of fetch's TypeError. Bodies: text, bytes or what Request can read.
 */
export function createFetch(transport: Pick<Transport, "send">): FetchFunction {
  return async (input, init) => {
    const request = new Request(input, { ...init, redirect: "manual" });
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    const url = new URL(request.url);
    const answer = await transport.send({
      method: request.method,
      url,
      headers: Object.fromEntries(request.headers),
      ...(body === undefined ? {} : { body }),
      signal: request.signal,
    });
    return toResponse(answer, url);
  };
}

const withoutBody = new Set([204, 205, 304]);

function toResponse(answer: HttpResponse, url: URL): Response {
  if (answer.status < 200 || answer.status > 599) {
    throw new RemoteError("protocol", `${url.origin}${url.pathname} answered with status ${answer.status}`, {
      status: answer.status,
    });
  }
  const headers = new Headers();
  for (const [name, value] of answer.headers) {
    // They describe the body as it travelled; here it is decoded.
    if (name === "content-encoding" || name === "content-length" || name === "transfer-encoding") continue;
    for (const line of name === "set-cookie" ? value.split("\n") : [value]) headers.append(name, line);
  }
  const body = withoutBody.has(answer.status) ? null : new Uint8Array(answer.body);
  const response = new Response(body, { status: answer.status, headers });
  // Response offers no other way to say where it came from, and tsdav reads it.
  Object.defineProperty(response, "url", { value: url.href });
  return response;
}
