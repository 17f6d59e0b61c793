import type { RemoteError } from "../../../src/http/remote-error.ts";
import type { HttpRequest, Transport } from "../../../src/http/transport.ts";
import { remoteErrorOf } from "../remote-error-of.ts";

/** A GET of a URL. */
export const get = (url: URL, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: "GET",
  url,
  ...more,
});

/** The error that a request fails with. */
export function failure(transport: Transport, request: HttpRequest): Promise<RemoteError> {
  return remoteErrorOf(transport.send(request));
}
