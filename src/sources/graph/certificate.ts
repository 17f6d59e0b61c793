import { createPrivateKey, X509Certificate } from "node:crypto";
import { RemoteError } from "../../http/remote-error.ts";
import type { Secret } from "../../config/secret.ts";

/** A certificate credential as msal-node takes it. */
export type ClientCertificate = {
  /** SHA-256 of the DER form, hexadecimal. */
  readonly thumbprintSha256: string;
  readonly privateKey: string;
  /** The chain as PEM, the certificate of the key first. */
  readonly x5c: string;
};

/**
 * Reads a PEM certificate (or chain, in any order) and finds the one that belongs to the private key.
 *
 * @throws RemoteError `auth` where they cannot be read, do not belong together, or the key is not RSA.
 */
export function clientCertificate(pem: string, privateKey: Secret): ClientCertificate {
  const unusable = (why: string): RemoteError =>
    new RemoteError("auth", `The certificate with the key from ${privateKey.origin} cannot be used: ${why}`, {
      remedy:
        "Give a PEM file with the certificate and its unencrypted RSA private key, and upload the certificate to the app registration.",
    });
  try {
    const key = createPrivateKey(privateKey.reveal());
    // The assertion is signed with PS256: an EC key fails only deep inside the token library.
    if (key.asymmetricKeyType !== "rsa") throw unusable("its private key is not an RSA key");
    const chain = (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
      (text) => new X509Certificate(text),
    );
    const leaf = chain.find((certificate) => certificate.checkPrivateKey(key));
    if (leaf === undefined) throw unusable("no certificate in it belongs to the private key");
    return {
      thumbprintSha256: leaf.fingerprint256.replaceAll(":", "").toLowerCase(),
      privateKey: key.export({ type: "pkcs8", format: "pem" }).toString(),
      x5c: [leaf, ...chain.filter((certificate) => certificate !== leaf)].map(String).join(""),
    };
  } catch (error) {
    if (error instanceof RemoteError) throw error;
    throw unusable("it is not readable as PEM");
  }
}
