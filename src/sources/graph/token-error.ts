import { RemoteError, type RemoteErrorKind } from "../../http/remote-error.ts";
import { parseRetryAfter } from "../../http/retry-after.ts";
import type { HttpResponse } from "../../http/transport.ts";
import { aadstsNumber, aadstsRemedy } from "./aadsts.ts";
import { parseObject, stringAt } from "./json.ts";

/** What a message about a refused token request needs to know. */
export type TokenRefusal = {
  /** `asking login.microsoftonline.us for a token of tenant 7c0e…` */
  readonly attempted: string;
  /** Blanks out what must not be shown. */
  readonly redact: (text: string) => string;
};

/** OAuth errors (RFC 6749 section 5.2 and 4.1.2.1) that pass by themselves. */
const passing: ReadonlySet<string> = new Set(["temporarily_unavailable", "server_error"]);

/** The error for an answer of the token endpoint that is no token; by HTTP status and OAuth `error` only. */
export function tokenError(
  response: Pick<HttpResponse, "status" | "headers" | "text">,
  now: number,
  refusal: TokenRefusal,
): RemoteError {
  const body = parseObject(response.text);
  const oauth = body === null ? undefined : stringAt(body, "error");
  const description = body === null ? "" : (stringAt(body, "error_description") ?? "");
  const kind = classify(response.status, oauth);
  const wait = parseRetryAfter(response.headers.get("retry-after"), now);
  const told = description.split(/[\r\n]/, 1)[0]?.slice(0, 300) ?? "";
  const parts = [String(response.status), oauth ?? "without an OAuth answer", told && `(${told})`];
  return new RemoteError(
    kind,
    refusal.redact(`${refusal.attempted} was answered ${parts.filter(Boolean).join(" ")}`),
    {
      status: response.status,
      code: oauth,
      retryAt: wait === null ? undefined : now + wait,
      remedy: kind === "auth" ? aadstsRemedy(aadstsNumber(description)) : remedyOf(kind),
      requestId:
        response.headers.get("x-ms-request-id") ?? (body === null ? undefined : stringAt(body, "trace_id")),
    },
  );
}

function classify(status: number, oauth: string | undefined): RemoteErrorKind {
  if (status === 429) return "throttled";
  if (status >= 500 || status === 408 || (oauth !== undefined && passing.has(oauth))) return "transient";
  return oauth === undefined ? "protocol" : "auth";
}

function remedyOf(kind: RemoteErrorKind): string | undefined {
  return kind === "protocol"
    ? "Check `cloud` (or `login` of a custom cloud), and that no proxy answers in the login host's place."
    : undefined;
}
