import pLimit, { type LimitFunction } from "p-limit";
import type { SinkConfig } from "../config/config.ts";
import { createAuthenticator } from "../dav/authenticator.ts";
import { sameHost } from "../dav/credential-hosts.ts";
import { createDavClient } from "../dav/dav-client.ts";
import { discoverHome } from "../dav/discovery.ts";
import type { DavClient } from "../dav/protocol.ts";
import type { Clock } from "../http/clock.ts";
import type { RetryPolicy } from "../http/retry.ts";
import type { Transport } from "../http/transport.ts";

export type SinkParts = {
  /** Owned: disposed of with the sink. */
  readonly transport: Transport;
  readonly clock?: Clock;
  /** In [0, 1), for the jitter between retries. */
  readonly random?: () => number;
  readonly retry?: RetryPolicy;
};

/** The daemon's account on the sink. */
export type SinkAccount = {
  readonly client: DavClient;
  readonly config: SinkConfig;
  /** The collection that holds the account's calendars; asked for once. @throws RemoteError */
  home(signal: AbortSignal): Promise<URL>;
  /** A URL on the server that has the home: the home where it was asked for already, else the configured one. */
  origin(): URL;
  /** Ask again next time: what was found there is not there any more. */
  forgetHome(): void;
  /** One write at a time per collection: sabre/dav gives parallel ones the same sync token, and a reader loses one. */
  oneAtATime(collection: URL): LimitFunction;
};

/** Connects to nothing yet: the first request is made by the first call. */
export function createSinkAccount(config: SinkConfig, parts: SinkParts): SinkAccount {
  const client = createDavClient({
    ...parts,
    authenticator: createAuthenticator({
      username: config.credentials.username,
      password: config.credentials.password.reveal(),
      scheme: config.auth,
    }),
    account: "sink",
    mayReceiveCredentials: sameHost(config.url),
  });
  let home: URL | null = null;
  const limits = new Map<string, LimitFunction>();
  return {
    client,
    config,
    async home(signal) {
      home ??= (await discoverHome(client, config.url, signal)).homes[0];
      return home;
    },
    origin: () => home ?? config.url,
    forgetHome() {
      home = null;
    },
    oneAtATime(collection) {
      const limit = limits.get(collection.href) ?? pLimit(1);
      limits.set(collection.href, limit);
      return limit;
    },
  };
}
