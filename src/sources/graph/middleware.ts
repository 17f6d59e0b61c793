import { type Context, GraphClientError, type Middleware } from "@microsoft/microsoft-graph-client";
import type { Clock } from "../../http/clock.ts";
import type { FetchFunction } from "../../http/fetch-adapter.ts";
import { RemoteError } from "../../http/remote-error.ts";
import { type RetryPolicy, withRetry } from "../../http/retry.ts";
import { graphError } from "./graph-error.ts";
import { RequestFrame } from "./request-frame.ts";
import type { TokenProvider } from "./token.ts";

export type MiddlewareDeps = {
  /** Origin of Graph: nothing else ever gets a token, or a request. */
  readonly graph: URL;
  readonly fetch: FetchFunction;
  readonly tokens: Pick<TokenProvider, "get" | "renew">;
  readonly clock: Clock;
  readonly random: () => number;
  readonly policy: RetryPolicy;
};

/**
 * The whole middleware chain of the Graph client: host check, token, permit, transport, retries. Sets
 * `context.response` for 2xx only; everything else is thrown as a GraphClientError that carries the
 * RemoteError in `customError` (the client rewraps any other error and loses it).
 */
export function createGraphMiddleware(deps: MiddlewareDeps): Middleware {
  return {
    execute: async (context) => {
      try {
        context.response = await exchange(context, deps);
      } catch (error) {
        const carrier = new GraphClientError();
        carrier.customError = error;
        throw carrier;
      }
    },
  };
}

async function exchange(context: Context, deps: MiddlewareDeps): Promise<Response> {
  const frame = RequestFrame.of(context);
  const url = frame.link ?? String(context.request);
  if (!isOnOrigin(url, deps.graph)) {
    throw new RemoteError("protocol", `${frame.attempted}: the address is not on ${deps.graph.origin}`, {
      code: "host-not-allowed",
      remedy: "No token was sent. If Graph moved, correct `cloud` (or `graph` of a custom cloud).",
    });
  }
  const { method = "GET", headers } = context.options ?? {};
  return withRetry(
    async () => {
      // The token comes first: a permit must not be held while the login host is slow.
      const token = await deps.tokens.get(frame.signal);
      let response = await send(token);
      if (response.status === 401) {
        response = await send(await deps.tokens.renew(token, frame.signal));
      }
      if (response.ok) return response;
      const { status } = response;
      throw graphError(
        { status, headers: response.headers, text: await response.text() },
        deps.clock.now(),
        frame.attempted,
      );
    },
    deps.policy,
    { signal: frame.signal, clock: deps.clock, random: deps.random },
  );

  function send(token: string): Promise<Response> {
    const all = new Headers(headers);
    all.set("authorization", `Bearer ${token}`);
    all.set("accept", "application/json");
    return frame.permit(() => deps.fetch(url, { method, headers: all, signal: frame.signal }));
  }
}

/** Exact: https, host and port equal, no credentials before an @. */
function isOnOrigin(address: string, graph: URL): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return url.protocol === "https:" && url.host === graph.host && url.username === "" && url.password === "";
}
