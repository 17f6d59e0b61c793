import type { webcrypto } from "node:crypto";
import { isIP } from "node:net";
// The dependency container under @peculiar/x509 needs the Reflect metadata API before it is loaded.
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

const dayMs = 86_400_000;
const ecdsa = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const rsa = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};

/** A server's TLS material, all PEM. Clients trust `ca`. */
export type ServerIdentity = { readonly ca: string; readonly key: string; readonly cert: string };

/** Makes a certificate authority and one server certificate of it for DNS names and IP addresses. */
export async function createServerIdentity(names: readonly string[]): Promise<ServerIdentity> {
  const authorityKeys = await crypto.subtle.generateKey(ecdsa, true, ["sign", "verify"]);
  const serverKeys = await crypto.subtle.generateKey(ecdsa, true, ["sign", "verify"]);
  const validity = { notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + 3650 * dayMs) };
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: "01",
    name: `CN=Simulator CA ${crypto.randomUUID()}`,
    keys: authorityKeys,
    signingAlgorithm: ecdsa,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const server = await X509CertificateGenerator.create({
    ...validity,
    serialNumber: "02",
    subject: "CN=simulator",
    issuer: authority.subject,
    publicKey: serverKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: ecdsa,
    extensions: [
      new BasicConstraintsExtension(false),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value })),
      ),
    ],
  });
  return {
    ca: `${authority.toString("pem")}\n`,
    key: await privateKeyPem(serverKeys.privateKey),
    cert: `${server.toString("pem")}\n`,
  };
}

/** Makes the self-signed RSA certificate of an app registration, valid from one instant to another (epoch ms). */
export async function createAppCertificate(validity: {
  readonly from: number;
  readonly until: number;
}): Promise<{ readonly certificate: string; readonly privateKey: string }> {
  const keys = await crypto.subtle.generateKey(rsa, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: "03",
    name: "CN=app registration",
    notBefore: new Date(validity.from),
    notAfter: new Date(validity.until),
    keys,
    signingAlgorithm: rsa,
  });
  return {
    certificate: `${certificate.toString("pem")}\n`,
    privateKey: await privateKeyPem(keys.privateKey),
  };
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return `${PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}
