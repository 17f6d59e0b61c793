import type { RetryAfterForm } from "./switches.ts";

/** An answer before it goes to the wire. */
export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** A refusal by Graph: status, code and message of the error object. */
export class GraphRefusal extends Error {
  override readonly name = "GraphRefusal";
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The content type that Graph gives every JSON answer. */
export const graphJson =
  "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

/** A 200 with a JSON body. */
export function jsonReply(body: object, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, headers: { "content-type": graphJson, ...headers }, body: JSON.stringify(body) };
}

/** Graph's error body around a refusal. */
export function errorReply(
  refusal: GraphRefusal,
  ids: { readonly requestId: string; readonly clientRequestId: string; readonly now: number },
): Reply {
  const innerError = {
    date: new Date(ids.now).toISOString().slice(0, 19),
    "request-id": ids.requestId,
    "client-request-id": ids.clientRequestId,
  };
  return {
    status: refusal.status,
    headers: { "content-type": "application/json", ...refusal.headers },
    body: JSON.stringify({ error: { code: refusal.code, message: refusal.message, innerError } }),
  };
}

/** The Retry-After header in one of the forms that occur; `now` is for the date. */
export function retryAfterHeader(form: RetryAfterForm, seconds: number, now: number): Record<string, string> {
  switch (form) {
    case "integer":
      return { "retry-after": String(Math.ceil(seconds)) };
    case "fraction":
      return { "retry-after": (seconds + 0.128).toFixed(3) };
    case "date":
      return { "retry-after": new Date(now + seconds * 1000).toUTCString() };
    case "absent":
      return {};
    default:
      throw new Error(`"${String(form satisfies never)}" is not a form of Retry-After.`);
  }
}
