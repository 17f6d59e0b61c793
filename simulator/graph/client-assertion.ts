import { constants, createVerify, X509Certificate } from "node:crypto";
import { LoginRefusal } from "./login-refusal.ts";
import type { AppRegistration } from "./model.ts";

const skewMs = 300_000;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks a client_assertion: signed with the registered certificate (PS256 or RS256), meant for this
 * authority, made by this app, in force. @throws LoginRefusal
 */
export function checkClientAssertion(
  assertion: string,
  app: AppRegistration,
  expected: { readonly audiences: readonly string[]; readonly now: number },
): void {
  const [head = "", claim = "", signature = ""] = assertion.split(".");
  const header = decode(head);
  const claims = decode(claim);
  if (app.certificate === null) throw badKey("The key was not found");
  const certificate = new X509Certificate(app.certificate);
  const names = thumbprints(certificate);
  const isNamed =
    header["x5t#S256"] === names.sha256 || (header["x5t#S256"] === undefined && header["x5t"] === names.sha1);
  if (!isNamed) throw badKey("The key was not found");
  if (Date.parse(certificate.validTo) < expected.now) throw badKey("The key used is expired");
  if (!isSigned(`${head}.${claim}`, signature, header["alg"], certificate)) throw badKey("Invalid signature");
  if (typeof claims["aud"] !== "string" || !expected.audiences.includes(claims["aud"])) {
    throw new LoginRefusal(
      401,
      "invalid_client",
      700023,
      "Client assertion audience claim does not match Realm issuer.",
    );
  }
  if (claims["iss"] !== app.clientId || claims["sub"] !== app.clientId || typeof claims["jti"] !== "string") {
    throw new LoginRefusal(
      401,
      "invalid_client",
      700021,
      "Client assertion application identifier doesn't match 'client_id' parameter.",
    );
  }
  const exp = Number(claims["exp"]) * 1000;
  const nbf = claims["nbf"] === undefined ? 0 : Number(claims["nbf"]) * 1000;
  if (!(exp > expected.now - skewMs && nbf < expected.now + skewMs)) {
    throw new LoginRefusal(
      401,
      "invalid_client",
      700024,
      "Client assertion is not within its valid time range.",
    );
  }
}

function isSigned(content: string, signature: string, alg: unknown, certificate: X509Certificate): boolean {
  if (alg !== "PS256" && alg !== "RS256") return false;
  const verify = createVerify("sha256").update(content);
  const key = certificate.publicKey;
  const bytes = Buffer.from(signature, "base64url");
  if (alg === "RS256") return verify.verify(key, bytes);
  return verify.verify({ key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, bytes);
}

function thumbprints(certificate: X509Certificate): { readonly sha1: string; readonly sha256: string } {
  return { sha1: encode(certificate.fingerprint), sha256: encode(certificate.fingerprint256) };
}

/** Hexadecimal with colons as Base64url. */
function encode(colons: string): string {
  return Buffer.from(colons.replaceAll(":", ""), "hex").toString("base64url");
}

function decode(part: string): Fields {
  try {
    const value: Fields | null = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    if (value !== null && typeof value === "object") return value;
  } catch {
    // Not JSON: refused below like any other assertion that is none.
  }
  throw new LoginRefusal(401, "invalid_client", 50027, "JWT token is invalid or malformed.");
}

function badKey(reason: string): LoginRefusal {
  return new LoginRefusal(
    401,
    "invalid_client",
    700027,
    `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - ${reason}.]`,
  );
}
