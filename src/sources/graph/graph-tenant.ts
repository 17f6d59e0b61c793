import type { GraphSourceConfig } from "../../config/config.ts";
import { allowOrigins, restrictHosts } from "../../http/allowed-hosts.ts";
import type { Clock } from "../../http/clock.ts";
import { createFetch } from "../../http/fetch-adapter.ts";
import { readRetryPolicy } from "../../http/retry.ts";
import type { Transport } from "../../http/transport.ts";
import { createGraphClient, type GraphClient } from "./client.ts";
import { createExpansion, type Expansion } from "./series-expansion.ts";
import { createTokenProvider } from "./token.ts";

/** What all mailboxes of one configured source share: its app registration's tokens and its client. */
export type GraphTenant = AsyncDisposable & {
  readonly client: GraphClient;
  /** What was learned about its Graph. */
  readonly expansion: Expansion;
};

export type GraphTenantDeps = {
  /** With the cloud's own certificate authority, if it has one. Stays the caller's to dispose. */
  readonly transport: Pick<Transport, "send" | typeof Symbol.asyncDispose>;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
};

/** Nothing is requested before the first read. */
export function createGraphTenant(config: GraphSourceConfig, deps: GraphTenantDeps): GraphTenant {
  const { cloud } = config;
  const only = (origin: URL): Transport =>
    restrictHosts(
      deps.transport,
      allowOrigins([origin]),
      () =>
        `The source ${config.id} (cloud ${cloud.name}) may contact ${origin.origin} here and nothing else.`,
    );
  const tokens = createTokenProvider(config, { transport: only(cloud.login), clock: deps.clock });
  const client = createGraphClient({
    graph: cloud.graph,
    fetch: createFetch(only(cloud.graph)),
    tokens,
    clock: deps.clock,
    random: deps.random,
    policy: readRetryPolicy,
  });
  const expansion = createExpansion(deps.clock);
  return { client, expansion, [Symbol.asyncDispose]: () => tokens[Symbol.asyncDispose]() };
}
