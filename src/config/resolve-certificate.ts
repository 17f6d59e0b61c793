import type { KeyObject } from "node:crypto";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { resolve } from "node:path";
import type { GraphCredential } from "./config.ts";
import { daysUntil, expiryWarningDays } from "./expiry.ts";
import { pemBlocks } from "./pem.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { fileName, readNamedFile } from "./resolve-context.ts";
import { Secret } from "./secret.ts";
import type { YamlPath } from "./yaml-path.ts";

export type CertificateDraft = {
  /** Path of the `credential`. */
  readonly path: YamlPath;
  /** File with the certificate (chain), and the key unless `key` names another. */
  readonly certificate: string;
  readonly key: string | undefined;
  /** An expired certificate of a disabled source does no harm. */
  readonly enabled: boolean;
};

/** Reads certificate and key and makes sure that they belong together and are in date. */
export async function resolveCertificate(
  context: ResolveContext,
  draft: CertificateDraft,
): Promise<GraphCredential | undefined> {
  const { reporter } = context;
  const path = [...draft.path, "certificate"];
  const hasKeyFile = reporter.has([...draft.path, "key"]);
  const keyPath = hasKeyFile ? [...draft.path, "key"] : path;
  const certificateText = await readNamedFile(context, path, draft.certificate);
  const keyFile = hasKeyFile ? draft.key : draft.certificate;
  const keyText = keyFile === undefined ? undefined : await readNamedFile(context, keyPath, keyFile);

  const name = fileName(context, path, resolve(context.folder, draft.certificate));
  const chain = certificateText === undefined ? undefined : readChain(certificateText);
  if (chain?.length === 0) reporter.error(path, `the file ${name} holds no certificate in PEM form`);
  if (certificateText !== undefined && chain === undefined) {
    reporter.error(path, `a certificate in the file ${name} is damaged`);
  }
  const keyName = keyFile === undefined ? "" : fileName(context, keyPath, resolve(context.folder, keyFile));
  const key = keyText === undefined ? undefined : readKey(keyText);
  if (key?.kind === "bad") {
    const hint = hasKeyFile ? "" : "; add it, or name its file as key";
    reporter.error(keyPath, `the file ${keyName} holds ${key.reason}${key.absent ? hint : ""}`);
  }
  if (chain === undefined || key?.kind !== "key") return undefined;

  const leaf = chain.find((certificate) => certificate.checkPrivateKey(key.key));
  if (leaf === undefined) {
    if (chain.length > 0) reporter.error(keyPath, "the private key does not belong to the certificate");
    return undefined;
  }
  checkDates(context, path, leaf, draft.enabled);
  const ordered = [leaf, ...chain.filter((certificate) => certificate !== leaf)];
  return {
    kind: "certificate",
    certificate: ordered.map(String).join(""),
    privateKey: new Secret(key.key.export({ type: "pkcs8", format: "pem" }).toString(), keyName),
    expires: leaf.validToDate.toISOString(),
  };
}

function readChain(text: string): X509Certificate[] | undefined {
  try {
    return pemBlocks(text, "CERTIFICATE").map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

type KeyReading =
  | { readonly kind: "key"; readonly key: KeyObject }
  | { readonly kind: "bad"; readonly reason: string; readonly absent: boolean };

function bad(reason: string, absent = false): KeyReading {
  return { kind: "bad", reason, absent };
}

function readKey(text: string): KeyReading {
  const [block] = pemBlocks(text, "PRIVATE KEY");
  if (block === undefined) return bad("no private key in PEM form", true);
  if (block.includes("ENCRYPTED")) return bad("an encrypted private key: decrypt it (openssl pkey)");
  try {
    const key = createPrivateKey(block);
    // Entra takes RSA alone for signing in.
    return key.asymmetricKeyType === "rsa" ? { kind: "key", key } : bad("a key that is not RSA");
  } catch {
    return bad("a damaged private key");
  }
}

function checkDates(context: ResolveContext, path: YamlPath, leaf: X509Certificate, enabled: boolean): void {
  const days = daysUntil(leaf.validToDate, context.now);
  const date = leaf.validToDate.toISOString().slice(0, 10);
  if (days < 0) {
    const message = `the certificate expired on ${date}: make a new one and add it to the app registration`;
    if (enabled) context.reporter.error(path, message);
    else context.reporter.warning(path, message);
  } else if (days < expiryWarningDays) {
    context.reporter.warning(
      path,
      `the certificate expires on ${date}: add a new one to the app registration`,
    );
  }
}
