import { RemoteError } from "./remote-error.ts";

/** Node's and OpenSSL's names for a certificate that was refused, with what helps. */
const certificateRemedies = new Map<string, string>([
  ["CERT_HAS_EXPIRED", "Renew the server's certificate, and check this machine's clock."],
  ["CERT_NOT_YET_VALID", "Check this machine's clock."],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "Use the host name that the server's certificate was issued for."],
  ["HOSTNAME_MISMATCH", "Use the host name that the server's certificate was issued for."],
  ["CERT_REVOKED", "Replace the server's certificate: it was revoked."],
]);
const untrusted = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_UNTRUSTED",
  "CERT_REJECTED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_CHAIN_TOO_LONG",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
]);
const untrustedRemedy =
  "If the server uses a private certificate authority, name its certificate (PEM) in ca_file; " +
  "if it uses a public one, let the server send its whole chain.";

/** What a failed connection means. `attempted` begins the message ("GET https://host/path"). */
export function connectionError(error: unknown, attempted: string): RemoteError {
  if (error instanceof RemoteError) return error;
  const code = codeOf(error);
  const details = { code, cause: error };
  const certificateRemedy = untrusted.has(code) ? untrustedRemedy : certificateRemedies.get(code);
  if (certificateRemedy !== undefined) {
    return new RemoteError("protocol", `${attempted}: the server's certificate was refused (${code})`, {
      ...details,
      remedy: certificateRemedy,
    });
  }
  if (isPlainText(error, code)) {
    return new RemoteError("protocol", `${attempted}: the port does not speak TLS`, {
      ...details,
      remedy: "Check the scheme (https or http) and the port in the configured URL.",
    });
  }
  if (code.startsWith("HPE_")) {
    return new RemoteError("protocol", `${attempted}: the answer is not HTTP (${code})`, details);
  }
  const reason = reasons.get(code) ?? `the connection failed (${code === "" ? describe(error) : code})`;
  return new RemoteError("transient", `${attempted}: ${reason}`, details);
}

const reasons = new Map<string, string>([
  ["ECONNREFUSED", "the connection was refused"],
  ["ECONNRESET", "the connection was closed before the answer was complete"],
  ["EPIPE", "the connection was closed while the request was being sent"],
  ["ENOTFOUND", "the host name was not found"],
  ["EAI_AGAIN", "the name server did not answer"],
  ["ETIMEDOUT", "the connection timed out"],
]);

/** A server without TLS on the port. OpenSSL's reason is only in the message where the write found it out. */
function isPlainText(error: unknown, code: string): boolean {
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG") return true;
  return code === "EPROTO" && error instanceof Error && /wrong version number/.test(error.message);
}

function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  // With several addresses Node throws one AggregateError for all of them.
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return "";
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : "unknown reason";
}
