import { Client, GraphClientError, ResponseType } from "@microsoft/microsoft-graph-client";
import { isDamaged } from "../../http/damaged.ts";
import { RemoteError } from "../../http/remote-error.ts";
import { type JsonObject, parseObject } from "./json.ts";
import { createGraphMiddleware, type MiddlewareDeps } from "./middleware.ts";
import { type Permit, RequestFrame } from "./request-frame.ts";

/** Reads from Graph v1.0 with the tenant's token. */
export type GraphClient = {
  /** Origin of Graph. */
  readonly graph: URL;
  /**
   * The JSON object behind a 2xx.
   *
   * @throws RemoteError for every other answer; `protocol` for a 2xx that is no JSON object, and for an
   *   address outside the Graph origin (nothing is sent then).
   */
  get(read: GraphRead): Promise<JsonObject>;
};

type GraphRead = {
  readonly target: GraphTarget;
  /** The whole `Prefer` header. */
  readonly prefer: string;
  /** For messages, from the source id on: `agency: sean@example.us: reading the calendars`. */
  readonly attempted: string;
  readonly permit: Permit;
  readonly signal: AbortSignal;
};

/** A path below `/v1.0` (encoded) with its query (not encoded), or a link that Graph gave, sent untouched. */
export type GraphTarget =
  | { readonly path: string; readonly query?: Readonly<Record<string, string>> }
  | { readonly link: string };

/** Microsoft's client fenced in by our own middleware: see docs/adr/0004-graph-client-fenced.md. */
export function createGraphClient(deps: MiddlewareDeps): GraphClient {
  const client = Client.initWithMiddleware({
    baseUrl: deps.graph.origin,
    defaultVersion: "v1.0",
    middleware: createGraphMiddleware(deps),
  });

  async function send({ target, prefer, attempted, permit, signal }: GraphRead): Promise<Response> {
    const link = "link" in target ? target.link : undefined;
    const request = client.api("path" in target ? target.path : "/");
    if ("path" in target && target.query !== undefined) {
      for (const [name, value] of Object.entries(target.query)) {
        request.query({ [name]: encodeURIComponent(value) });
      }
    }
    const answer: unknown = await request
      .header("Prefer", prefer)
      .responseType(ResponseType.RAW)
      .middlewareOptions([new RequestFrame({ link, attempted, permit, signal })])
      .get();
    if (answer instanceof Response) return answer;
    throw new RemoteError("protocol", `${attempted}: the Graph client gave no response`);
  }

  return {
    graph: deps.graph,
    get: async (read) => {
      let text: string;
      let body: Buffer;
      try {
        const response = await send(read);
        body = Buffer.from(await response.arrayBuffer());
        text = new TextDecoder().decode(body);
      } catch (error) {
        throw named(error instanceof GraphClientError ? error.customError : error, read.attempted);
      }
      const parsed = isDamaged({ body, text }) ? null : parseObject(text);
      if (parsed !== null) return parsed;
      throw new RemoteError(
        "protocol",
        `${read.attempted} was answered with something that is no JSON object`,
        {
          remedy: "Something between here and Graph answers in its place: check proxies.",
        },
      );
    },
  };
}

/** The same error, saying what it spoiled: a transport knows only the address. */
function named(error: unknown, attempted: string): unknown {
  if (!(error instanceof RemoteError) || error.message.startsWith(attempted)) return error;
  const { kind, message, status, code, retryAt, remedy, requestId, cause } = error;
  return new RemoteError(kind, `${attempted}: ${message}`, {
    status,
    code,
    retryAt,
    remedy,
    requestId,
    cause: cause ?? error,
  });
}
