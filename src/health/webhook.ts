import { createTransport } from "../http/node-transport.ts";
import { allowOrigins, restrictHosts } from "../http/allowed-hosts.ts";
import { RemoteError } from "../http/remote-error.ts";
import type { WebhookConfig } from "../config/config.ts";
import type { Delivery } from "../store/alerts.ts";

/** Where alerts are posted to. The path and query of its address may be a secret and stand in no message. */
export interface Webhook extends AsyncDisposable {
  /** Posts one alert. Resolves to null, or to why it did not arrive: the end of a sentence. Never throws. */
  deliver(delivery: Delivery, signal: AbortSignal): Promise<string | null>;
  /** Host and port, for messages. */
  readonly host: string;
}

const limits = {
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 10_000,
  idleTimeoutMs: 5_000,
  totalTimeoutMs: 15_000,
  maxBytes: 65_536,
};

/** A webhook as the configuration names it. Redirects are not followed, and no other host is ever asked. */
export function openWebhook({ url: secret, ca }: WebhookConfig): Webhook {
  const url = new URL(secret.reveal());
  const transport = restrictHosts(
    createTransport({ ...limits, ...(ca === null ? {} : { ca }) }),
    allowOrigins([url]),
    () => "Correct the address of the webhook.",
  );
  return {
    host: url.host,
    async deliver(delivery, signal) {
      try {
        const { status } = await transport.send({
          method: "POST",
          url,
          headers: { "content-type": "application/json" },
          body: JSON.stringify(bodyOf(delivery)),
          signal,
        });
        if (status >= 200 && status < 300) return null;
        const redirect = status >= 300 && status < 400;
        return `it answered ${status}${redirect ? " (redirects are not followed: write the final address)" : ""}`;
      } catch (error) {
        return explain(error);
      }
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

function bodyOf({ kind, subject, state, message, since }: Delivery) {
  return { alert: kind, state, subject, message, since: new Date(since).toISOString() };
}

/** The message of the error itself names the path. */
function explain(error: unknown): string {
  if (!(error instanceof RemoteError)) return "it could not be asked";
  if (error.kind === "aborted") return "the daemon was stopped";
  const cause = error.cause instanceof Error && "code" in error.cause ? ` (${String(error.cause.code)})` : "";
  return error.kind === "protocol"
    ? `its certificate or its answer cannot be trusted${cause}`
    : `it could not be reached${cause}`;
}
