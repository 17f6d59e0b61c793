import type { GraphCredential } from "./config.ts";
import type { SourceDraft } from "./draft.ts";
import { daysUntil, expiryWarningDays } from "./expiry.ts";
import { resolveCertificate } from "./resolve-certificate.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { resolveSecret } from "./resolve-secret.ts";
import type { YamlPath } from "./yaml-path.ts";

type CredentialDraft = NonNullable<Extract<SourceDraft, { kind?: "graph" | undefined }>["credential"]>;

/** The credential of an app registration: a secret or a certificate, exactly one. */
export async function resolveCredential(
  context: ResolveContext,
  path: YamlPath,
  draft: CredentialDraft,
  enabled: boolean,
): Promise<GraphCredential | undefined> {
  const { reporter } = context;
  const has = (key: string) => reporter.has([...path, key]);
  const hasSecret = has("secret") || has("secret_file");
  if (hasSecret && has("certificate")) {
    reporter.error([...path, "certificate"], "give a secret or a certificate, not both", { atKey: true });
    return undefined;
  }
  if (!hasSecret && !has("certificate")) {
    reporter.error(path, "one of secret, secret_file and certificate is required");
    return undefined;
  }
  if (!hasSecret) {
    if (has("expires")) {
      reporter.error([...path, "expires"], "belongs to a secret: a certificate carries its own date", {
        atKey: true,
      });
    }
    const { certificate, key } = draft;
    return certificate === undefined
      ? undefined
      : resolveCertificate(context, { path, certificate, key, enabled });
  }
  if (has("key")) {
    reporter.error([...path, "key"], "belongs to a certificate, not to a secret", { atKey: true });
  }
  checkExpires(context, [...path, "expires"], draft.expires);
  const secret = await resolveSecret(context, path, {
    key: "secret",
    value: draft.secret,
    file: draft.secret_file,
  });
  return secret && { kind: "secret", secret, expires: draft.expires ?? null };
}

/** The date is the owner's note, not a fact: a date that has passed is no reason to stop. */
function checkExpires(context: ResolveContext, path: YamlPath, expires: string | undefined): void {
  if (expires === undefined) return;
  const start = new Date(`${expires}T00:00:00Z`);
  const valid =
    /^\d{4}-\d{2}-\d{2}$/.test(expires) &&
    !Number.isNaN(start.getTime()) &&
    start.toISOString().startsWith(expires);
  if (!valid) {
    context.reporter.error([...path], "not a date", { allowed: "a date such as 2027-05-01" });
    return;
  }
  // The day itself still counts.
  const days = daysUntil(start, context.now) + 1;
  const shown = context.reporter.node(path)?.template ?? expires;
  const renew = "make a new one in the app registration and change it here, with its date";
  if (days < 0) context.reporter.warning(path, `the client secret expired on ${shown}: ${renew}`);
  else if (days < expiryWarningDays) {
    context.reporter.warning(path, `the client secret expires on ${shown}: ${renew}`);
  }
}
