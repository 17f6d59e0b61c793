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

/** What a server certificate is for. Epoch milliseconds; from yesterday for ten years unless given. */
export type ServerCertificate = {
  /** DNS names and IP addresses. */
  readonly names: readonly string[];
  readonly from?: number;
  readonly until?: number;
};

/** A certificate authority: its own certificate (PEM), and what makes certificates of it. */
export type Authority = {
  readonly ca: string;
  issue(certificate: ServerCertificate): Promise<ServerIdentity>;
};

/** Makes a certificate authority. */
export async function createAuthority(): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(ecdsa, true, ["sign", "verify"]);
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...lifetimeOf({}),
    serialNumber: "01",
    name: `CN=Simulator CA ${crypto.randomUUID()}`,
    keys,
    signingAlgorithm: ecdsa,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const ca = `${authority.toString("pem")}\n`;
  let serial = 1;
  return {
    ca,
    async issue(certificate) {
      serial += 1;
      const serverKeys = await crypto.subtle.generateKey(ecdsa, true, ["sign", "verify"]);
      const server = await X509CertificateGenerator.create({
        ...lifetimeOf(certificate),
        serialNumber: serial.toString(16).padStart(2, "0"),
        subject: "CN=simulator",
        issuer: authority.subject,
        publicKey: serverKeys.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ecdsa,
        extensions: serverExtensions(certificate.names),
      });
      return {
        ca,
        key: await privateKeyPem(serverKeys.privateKey),
        cert: `${server.toString("pem")}\n`,
      };
    },
  };
}

/** Makes a certificate authority and one server certificate of it for DNS names and IP addresses. */
export async function createServerIdentity(names: readonly string[]): Promise<ServerIdentity> {
  return (await createAuthority()).issue({ names });
}

/** Makes a server certificate that nobody vouches for. */
export async function createSelfSigned(names: readonly string[]): Promise<ServerIdentity> {
  const keys = await crypto.subtle.generateKey(ecdsa, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...lifetimeOf({}),
    serialNumber: "01",
    name: "CN=simulator",
    keys,
    signingAlgorithm: ecdsa,
    extensions: serverExtensions(names),
  });
  const cert = `${certificate.toString("pem")}\n`;
  return { ca: cert, key: await privateKeyPem(keys.privateKey), cert };
}

function lifetimeOf({
  from = Date.now() - dayMs,
  until = Date.now() + 3650 * dayMs,
}: Partial<ServerCertificate>): {
  readonly notBefore: Date;
  readonly notAfter: Date;
} {
  return { notBefore: new Date(from), notAfter: new Date(until) };
}

function serverExtensions(names: readonly string[]) {
  return [
    new BasicConstraintsExtension(false),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(
      names.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value })),
    ),
  ];
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
