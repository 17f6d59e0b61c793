import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
import { RemoteError } from "../../http/remote-error.ts";
import type { Clock } from "../../http/clock.ts";
import type { HttpResponse, Transport } from "../../http/transport.ts";
import { type JsonObject, parseObject } from "./json.ts";
import { tokenError, type TokenRefusal } from "./token-error.ts";

/** msal's network port on our transport, and what went wrong on it last. */
export type TokenNetwork = INetworkModule & {
  /** The typed error of the last exchange, once: msal wraps or drops what its network module throws. */
  takeFailure(): RemoteError | null;
};

/** @param refusal how to word a refused answer: the tenant's name and its secret, to be kept out of messages. */
export function createTokenNetwork(
  transport: Pick<Transport, "send">,
  clock: Clock,
  signal: AbortSignal,
  refusal: TokenRefusal,
): TokenNetwork {
  let failure: RemoteError | null = null;

  async function exchange<T>(
    method: string,
    address: string,
    options?: NetworkRequestOptions,
  ): Promise<NetworkResponse<T>> {
    failure = null;
    try {
      const response = await transport.send({
        method,
        url: new URL(address),
        headers: { ...options?.headers, accept: "application/json" },
        ...(options?.body === undefined ? {} : { body: options.body }),
        signal,
      });
      refuseErrors(response);
      return { status: response.status, headers: {}, body: JSON.parse(response.text) };
    } catch (error) {
      failure = error instanceof RemoteError ? error : null;
      throw error;
    }
  }

  // Every answer but a good one is thrown here. Given to msal, a 429 or 5xx would make it block itself for
  // up to an hour and then speak without status or cause, and a body that is no JSON would end in a TypeError.
  function refuseErrors(response: HttpResponse): void {
    const body = parseObject(response.text);
    if (response.status !== 200 || body === null || "error" in body || !isSendable(body)) {
      throw tokenError(response, clock.now(), refusal);
    }
  }

  return {
    sendGetRequestAsync: (url, options) => exchange("GET", url, options),
    sendPostRequestAsync: (url, options) => exchange("POST", url, options),
    takeFailure: () => {
      const taken = failure;
      failure = null;
      return taken;
    },
  };
}

/** A token that was spoiled on its way could not even be put into a header (RFC 6750 section 2.1). */
function isSendable({ access_token: token }: JsonObject): boolean {
  return typeof token !== "string" || /^[\x21-\x7e]+$/.test(token);
}
