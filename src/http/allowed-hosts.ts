import { describeRequest } from "./describe-request.ts";
import { RemoteError } from "./remote-error.ts";
import type { HttpRequest, Transport } from "./transport.ts";

/** An exact allow-list: accepts a URL only with the protocol, host name and port of one of these. */
export function allowOrigins(origins: readonly URL[]): (url: URL) => boolean {
  const allowed = new Set(origins.map((url) => `${url.protocol}//${url.host}`));
  return (url) => allowed.has(`${url.protocol}//${url.host}`);
}

/**
 * A transport that refuses, before anything is sent, URLs that `isAllowed` rejects and URLs with credentials in them.
 * `describe` says in a full sentence what may be contacted, for the error's remedy.
 *
 * @throws RemoteError `protocol` with code `host-not-allowed`.
 */
export function restrictHosts(
  transport: Transport,
  isAllowed: (url: URL) => boolean,
  describe: (url: URL) => string,
): Transport {
  return {
    async send(request: HttpRequest) {
      const { url } = request;
      const hasCredentials = url.username !== "" || url.password !== "";
      if (!hasCredentials && isAllowed(url)) return await transport.send(request);
      const why = hasCredentials
        ? "the URL carries credentials"
        : `${url.host} is not a host of this account`;
      throw new RemoteError("protocol", `${describeRequest(request)}: not sent, ${why}`, {
        code: "host-not-allowed",
        remedy: describe(url),
      });
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}
