import type { AlertsConfig, WebhookConfig } from "./config.ts";
import { defaults } from "./defaults.ts";
import type { ConfigDraft } from "./draft.ts";
import { resolveCa } from "./resolve-ca.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { resolveSecret } from "./resolve-secret.ts";
import { parseSpan, readSpan } from "./resolve-span.ts";
import { isLoopback } from "./resolve-url.ts";

/** Who is told of alerts, and how often of one that goes on. */
export async function resolveAlerts(
  context: ResolveContext,
  draft: ConfigDraft["alerts"],
): Promise<AlertsConfig> {
  const repeatMs = readSpan(context, ["alerts", "repeat"], draft?.repeat ?? defaults.alerts.repeat);
  return {
    webhook: await resolveWebhook(context, draft),
    repeatMs: repeatMs ?? parseSpan(defaults.alerts.repeat) ?? 0,
  };
}

async function resolveWebhook(
  context: ResolveContext,
  draft: ConfigDraft["alerts"],
): Promise<WebhookConfig | null> {
  const { reporter } = context;
  const ca = await resolveCa(context, ["alerts", "ca_file"], draft?.ca_file);
  const path = ["webhook", "webhook_file"]
    .map((key) => ["alerts", key])
    .find((candidate) => reporter.has(candidate));
  if (path === undefined) return null;
  const url = await resolveSecret(context, ["alerts"], {
    key: "webhook",
    value: draft?.webhook,
    file: draft?.webhook_file,
  });
  if (url === undefined) return null;
  // The address carries a token at most receivers: nothing of it is shown.
  const parsed = URL.parse(url.reveal());
  if (parsed === null || (parsed.protocol !== "https:" && parsed.protocol !== "http:")) {
    reporter.error(path, "not an http(s) address", { allowed: "an address such as https://host/path" });
    return null;
  }
  if (parsed.username !== "" || parsed.password !== "") {
    reporter.error(path, "user name and password do not belong into the address", {
      allowed: "an address without user:password@",
    });
    return null;
  }
  if (parsed.protocol === "http:" && !isLoopback(parsed.hostname)) {
    reporter.warning(path, "alerts travel unencrypted over http", {
      allowed: "https, or http to a receiver on this machine",
    });
  }
  return { url, ca };
}
