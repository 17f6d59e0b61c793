import { describeRequest } from "../http/describe-request.ts";
import { isSuccess, parseMultistatus } from "./multistatus.ts";
import type { DavExchange } from "./protocol.ts";

export type HiddenFailure = { readonly status: number; readonly errors: readonly string[] };

/** The first failure inside a 207 that answers a write; null where there is none or the answer is no 207. */
export function hiddenFailure({ status, text, url }: DavExchange): HiddenFailure | null {
  if (status !== 207) return null;
  const { responses } = parseMultistatus(text, url, describeRequest({ method: "write to", url }));
  for (const response of responses) {
    const statuses = [response.status ?? 200, ...response.missing.values()];
    const failed = statuses.find((candidate) => !isSuccess(candidate));
    if (failed !== undefined) return { status: failed, errors: response.errors };
  }
  return null;
}
