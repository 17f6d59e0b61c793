import { createHash } from "node:crypto";
import type { Challenge } from "./challenge.ts";

const hashes = new Map([
  ["md5", "md5"],
  ["md5-sess", "md5"],
  ["sha-256", "sha256"],
  ["sha-256-sess", "sha256"],
]);

/** A Digest challenge that we can answer. */
export type DigestChallenge = {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  /** As the server spelled it, null where it named none (then MD5). */
  readonly algorithm: string | null;
  /** `auth`, or null for servers of RFC 2069. */
  readonly qop: "auth" | null;
  readonly stale: boolean;
  readonly utf8: boolean;
};

export type DigestInput = {
  readonly challenge: DigestChallenge;
  readonly username: string;
  readonly password: string;
  readonly method: string;
  /** Path and query as sent. */
  readonly uri: string;
  /** How often the nonce has been used, this time included. */
  readonly count: number;
  readonly cnonce: string;
};

/** The best Digest challenge that we can answer: SHA-256 before MD5. Undefined where there is none. */
export function chooseDigest(challenges: readonly Challenge[]): DigestChallenge | undefined {
  const usable = challenges.map(readDigest).filter((challenge) => challenge !== undefined);
  return usable.find(({ algorithm }) => /^sha/i.test(algorithm ?? "")) ?? usable[0];
}

function readDigest({ scheme, parameters }: Challenge): DigestChallenge | undefined {
  const nonce = parameters.get("nonce");
  const algorithm = parameters.get("algorithm") ?? null;
  const offered = parameters
    .get("qop")
    ?.toLowerCase()
    .split(/[\s,]+/);
  if (scheme !== "digest" || nonce === undefined || !hashes.has((algorithm ?? "md5").toLowerCase())) {
    return undefined;
  }
  if (offered !== undefined && !offered.includes("auth")) return undefined; // auth-int alone
  return {
    realm: parameters.get("realm") ?? "",
    nonce,
    opaque: parameters.get("opaque") ?? null,
    algorithm,
    qop: offered === undefined ? null : "auth",
    stale: parameters.get("stale")?.toLowerCase() === "true",
    utf8: parameters.get("charset")?.toLowerCase() === "utf-8",
  };
}

/** The Authorization header (RFC 7616 section 3.4; without qop as in RFC 2617 section 3.2.2). */
export function digestAuthorization(input: DigestInput): string {
  const { challenge, username, password, method, uri, cnonce } = input;
  const algorithm = (challenge.algorithm ?? "md5").toLowerCase();
  const hash = (text: string): string =>
    createHash(hashes.get(algorithm) ?? "md5")
      .update(text)
      .digest("hex");
  const isSession = algorithm.endsWith("-sess");
  const secret = hash(`${username}:${challenge.realm}:${password}`);
  const a1 = isSession ? hash(`${secret}:${challenge.nonce}:${cnonce}`) : secret;
  const a2 = hash(`${method}:${uri}`);
  const nc = input.count.toString(16).padStart(8, "0");
  const response =
    challenge.qop === null
      ? hash(`${a1}:${challenge.nonce}:${a2}`)
      : hash(`${a1}:${challenge.nonce}:${nc}:${cnonce}:${challenge.qop}:${a2}`);
  const parts = [
    userParameter(username, challenge.utf8),
    `realm=${quote(challenge.realm)}`,
    `nonce=${quote(challenge.nonce)}`,
    `uri=${quote(uri)}`,
  ];
  if (challenge.algorithm !== null) parts.push(`algorithm=${challenge.algorithm}`);
  if (challenge.qop !== null) parts.push(`qop=${challenge.qop}`, `nc=${nc}`);
  if (challenge.qop !== null || isSession) parts.push(`cnonce=${quote(cnonce)}`);
  parts.push(`response=${quote(response)}`);
  if (challenge.opaque !== null) parts.push(`opaque=${quote(challenge.opaque)}`);
  return `Digest ${parts.join(", ")}`;
}

/** Names beyond ASCII: `username*` for servers that speak of UTF-8, else the raw UTF-8 bytes that sabre/dav reads. */
function userParameter(username: string, utf8: boolean): string {
  const isAscii = /^[\x20-\x7e]*$/.test(username);
  if (!isAscii && utf8)
    return `username*=UTF-8''${encodeURIComponent(username).replace(/['()*]/g, escapeByte)}`;
  return `username=${quote(username)}`;
}

function escapeByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function quote(text: string): string {
  const bytes = Buffer.from(text, "utf8").toString("latin1"); // headers are written byte by byte
  return `"${bytes.replace(/[\\"]/g, "\\$&")}"`;
}
