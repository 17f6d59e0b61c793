/**
 * What can go wrong with a server, as a closed union that decides what happens next.
 *
 * - `transient`   the network, a 5xx, a time-out, a truncated body: try again later
 * - `throttled`   429, or 503 with Retry-After: try again at `retryAt`
 * - `auth`        the credentials were refused (401, a token endpoint's invalid_client): a person must act
 * - `forbidden`   403: permission, policy or sharing is missing: a person must act
 * - `missing`     404/410 for a thing that was named in the request
 * - `checkpoint`  the delta link or sync token is no longer known: start a complete round
 * - `conflict`    409/412: somebody else changed the resource
 * - `refused`     the request was understood and will never be accepted as it stands (400, 415 …)
 * - `protocol`    an answer that is no answer: wrong type, unexpected redirect, broken XML or JSON
 * - `aborted`     we stopped it ourselves
 */
export type RemoteErrorKind =
  | "transient"
  | "throttled"
  | "auth"
  | "forbidden"
  | "missing"
  | "checkpoint"
  | "conflict"
  | "refused"
  | "protocol"
  | "aborted";

export type RemoteErrorDetails = {
  /** HTTP status, where an answer came. */
  readonly status?: number | undefined;
  /** The service's own code: a Graph error code, an OAuth error, a DAV precondition element. */
  readonly code?: string | undefined;
  /** Epoch milliseconds before which a retry is pointless. */
  readonly retryAt?: number | undefined;
  /** What the user can do about it, a full sentence. */
  readonly remedy?: string | undefined;
  /** Ids to quote to the operator of the service (request-id …). */
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
};

/** An error of the outside world. The message says what was attempted and what came back; never a secret. */
export class RemoteError extends Error {
  override readonly name = "RemoteError";
  readonly kind: RemoteErrorKind;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly retryAt: number | undefined;
  readonly remedy: string | undefined;
  readonly requestId: string | undefined;

  constructor(kind: RemoteErrorKind, message: string, details: RemoteErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.status = details.status;
    this.code = details.code;
    this.retryAt = details.retryAt;
    this.remedy = details.remedy;
    this.requestId = details.requestId;
  }

  /** True where the same request may succeed later without a person. */
  get willRecover(): boolean {
    return this.kind === "transient" || this.kind === "throttled" || this.kind === "checkpoint";
  }
}
