import type { RemoteError } from "../http/remote-error.ts";
import { describeRequest } from "../http/describe-request.ts";
import { answerError } from "./answer-error.ts";
import type { DavExchange } from "./protocol.ts";

/** The error for an answer of DavClient.exchange that is none of those the caller knows what to do with. */
export function exchangeError(answer: DavExchange, method: string): RemoteError {
  const { status, headers, text, url } = answer;
  const response = { status, headers, text, body: new Uint8Array() };
  return answerError(response, describeRequest({ method, url }), Date.now());
}
