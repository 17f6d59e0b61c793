import { ConfidentialClientApplication, type AuthenticationResult } from "@azure/msal-node";
import type { GraphSourceConfig } from "../../config/config.ts";
import type { Clock } from "../../http/clock.ts";
import { RemoteError } from "../../http/remote-error.ts";
import { longestRetryAfterMs } from "../../http/retry-after.ts";
import type { Transport } from "../../http/transport.ts";
import { clientCertificate } from "./certificate.ts";
import { createTokenNetwork } from "./token-network.ts";

/** Access tokens of one tenant: cached, and never asked for twice at the same time. */
export type TokenProvider = AsyncDisposable & {
  /** @throws RemoteError `auth`, `throttled` or `transient` (with `retryAt`), `protocol`, `aborted`. */
  get(signal: AbortSignal): Promise<string>;
  /** After a 401: a newer token than the refused one, asked for past the cache unless somebody already did. */
  renew(refused: string, signal: AbortSignal): Promise<string>;
};

type TokenDeps = { readonly transport: Pick<Transport, "send">; readonly clock: Clock };

/** OAuth 2.0 client credentials (v2.0 endpoint) by msal-node, with the scope `<graph origin>/.default`. */
export function createTokenProvider(config: GraphSourceConfig, deps: TokenDeps): TokenProvider {
  const closing = new AbortController();
  const attempted = `asking ${config.cloud.login.host} for a token of tenant ${config.tenant}`;
  const network = createTokenNetwork(deps.transport, deps.clock, closing.signal, {
    attempted,
    redact: redactor(config),
  });
  let application: ConfidentialClientApplication | undefined;
  let cached: Promise<AuthenticationResult> | null = null;
  let fresh: Promise<AuthenticationResult> | null = null;
  let last: AuthenticationResult | null = null;
  let blocked: RemoteError | null = null;

  async function acquire(skipCache: boolean): Promise<AuthenticationResult> {
    // The login host's Retry-After binds every caller, not only the one who heard it.
    const left = (blocked?.retryAt ?? 0) - deps.clock.now();
    // More than anybody may ask for: the clock was set back meanwhile.
    if (blocked !== null && left > 0 && left <= longestRetryAfterMs) throw blocked;
    blocked = null;
    try {
      application ??= createApplication(config, network);
      const result = await application.acquireTokenByClientCredential({
        scopes: [new URL("/.default", config.cloud.graph).href],
        skipCache,
      });
      if (!result?.accessToken) throw new RemoteError("protocol", `${attempted} gave none`);
      last = result;
      return result;
    } catch (error) {
      const failure = network.takeFailure() ?? asRemoteError(error, attempted);
      if (failure.retryAt !== undefined) blocked = failure;
      // A token that is refreshed ahead of its time is still good when the login host is not.
      if (!skipCache && failure.willRecover && last !== null && isAlive(last, deps.clock)) return last;
      throw failure;
    }
  }

  function shareCached(): Promise<AuthenticationResult> {
    if (fresh !== null) return fresh;
    cached ??= acquire(false).finally(() => {
      cached = null;
    });
    return cached;
  }

  async function acquireFresh(refused: string): Promise<AuthenticationResult> {
    await cached?.catch(() => undefined);
    return last !== null && last.accessToken !== refused ? last : acquire(true);
  }

  function shareFresh(refused: string): Promise<AuthenticationResult> {
    fresh ??= acquireFresh(refused).finally(() => {
      fresh = null;
    });
    return fresh;
  }

  return {
    get: async (signal) => (await abortable(shareCached(), signal, attempted)).accessToken,
    renew: async (refused, signal) => (await abortable(shareFresh(refused), signal, attempted)).accessToken,
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      await Promise.allSettled([cached, fresh]);
    },
  };
}

function createApplication(
  config: GraphSourceConfig,
  networkClient: ReturnType<typeof createTokenNetwork>,
): ConfidentialClientApplication {
  const { cloud, credential } = config;
  const authority = new URL(`/${encodeURIComponent(config.tenant)}`, cloud.login).href;
  return new ConfidentialClientApplication({
    auth: {
      clientId: config.clientId,
      authority,
      // Without this an unknown login host is looked up at login.microsoftonline.com first.
      knownAuthorities: [cloud.login.host],
      // The v2.0 endpoints are fixed by Microsoft's protocol page; asking for them would cost a request.
      authorityMetadata: JSON.stringify({
        issuer: `${authority}/v2.0`,
        authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
        token_endpoint: `${authority}/oauth2/v2.0/token`,
        jwks_uri: `${authority}/discovery/v2.0/keys`,
      }),
      ...(credential.kind === "secret"
        ? { clientSecret: credential.secret.reveal() }
        : { clientCertificate: clientCertificate(credential.certificate, credential.privateKey) }),
    },
    system: { networkClient },
  });
}

function redactor(config: GraphSourceConfig): (text: string) => string {
  const { credential } = config;
  if (credential.kind === "certificate") return (text) => text;
  return (text) => text.replaceAll(credential.secret.reveal(), "[secret]");
}

/** What msal throws of its own accord (an issuer that does not fit, an unusable setting) has no answer behind it. */
function asRemoteError(error: unknown, attempted: string): RemoteError {
  if (error instanceof RemoteError) return error;
  const code = error instanceof Error && "errorCode" in error ? String(error.errorCode) : undefined;
  return new RemoteError("protocol", `${attempted} failed: ${code ?? "unexpected answer"}`, {
    code,
    remedy: "Check `tenant` and `cloud` (or `login` and `graph` of a custom cloud).",
  });
}

function isAlive(result: AuthenticationResult, clock: Clock): boolean {
  return (result.expiresOn?.getTime() ?? 0) > clock.now() + 60_000;
}

/** The shared request goes on for the others when one caller is stopped. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal, attempted: string): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  const stop = (): void => stopped.reject(new RemoteError("aborted", `${attempted} was stopped`));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
