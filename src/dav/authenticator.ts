import { randomBytes } from "node:crypto";
import type { HttpResponse } from "../http/transport.ts";
import { parseChallenges, parseParameters } from "./challenge.ts";
import { chooseDigest, type DigestChallenge, digestAuthorization } from "./digest.ts";

/** Makes Authorization headers and learns from answers. State is kept per origin. Holds the password, never shows it. */
export interface Authenticator {
  /** The header for a request about to be sent; null where the server has to ask first. Counts Digest's `nc` up. */
  authorize(request: AuthenticatedRequest): string | null;
  /** Takes in `Authentication-Info` (nextnonce) of an answer that was not a 401. */
  accepted(request: AuthenticatedRequest, response: HttpResponse): void;
  /**
   * Takes in a 401. `sent` is the header that the refused request carried. True: authorize again and repeat the
   * request; false: the credentials are refused, or no offered scheme may be used.
   */
  challenged(request: AuthenticatedRequest, response: HttpResponse, sent: string | null): boolean;
  /**
   * Takes in that the server answered without asking who we are, as if to a stranger. True: authorize again and repeat
   * the request; false: it knew us, or there is no scheme that may be used unasked.
   */
  overlooked(request: AuthenticatedRequest): boolean;
}

type AuthenticatedRequest = { readonly method: string; readonly url: URL };

export type AuthenticatorOptions = {
  readonly username: string;
  readonly password: string;
  /** `auto`: ask first, then Digest where offered, else Basic; Basic also where a server never asks. */
  readonly scheme: "auto" | "basic" | "digest";
};

/** How one origin wants to be spoken to. */
type Agreement = { readonly kind: "basic" } | DigestAgreement;

type DigestAgreement = {
  readonly kind: "digest";
  challenge: DigestChallenge;
  /** Requests signed with this nonce so far. */
  count: number;
  /** One per nonce: the -sess algorithms bind the session key to it. */
  cnonce: string;
  /** Whether the server ever took our credentials with this nonce. */
  proven: boolean;
};

/** Basic (RFC 7617) and Digest (RFC 7616, with RFC 2069/2617 servers) for one pair of credentials. */
export function createAuthenticator({ username, password, scheme }: AuthenticatorOptions): Authenticator {
  const agreements = new Map<string, Agreement>();
  const basic = `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;

  return {
    authorize({ method, url }) {
      const agreement = agreements.get(url.origin) ?? (scheme === "basic" ? { kind: "basic" } : undefined);
      if (agreement === undefined) return null;
      if (agreement.kind === "basic") return basic;
      agreement.count += 1;
      const { challenge, count, cnonce } = agreement;
      return digestAuthorization({
        challenge,
        username,
        password,
        method,
        uri: `${url.pathname}${url.search}`,
        count,
        cnonce,
      });
    },

    accepted({ url }, response) {
      const agreement = agreements.get(url.origin);
      if (agreement?.kind !== "digest") return;
      agreement.proven = true;
      const next = parseParameters(response.headers.get("authentication-info") ?? "").get("nextnonce");
      if (next === undefined || next === agreement.challenge.nonce) return;
      agreement.challenge = { ...agreement.challenge, nonce: next };
      agreement.count = 0;
      agreement.cnonce = newCnonce();
    },

    challenged({ url }, response, sent) {
      const challenges = parseChallenges(response.headers.get("www-authenticate") ?? "");
      const before = agreements.get(url.origin);
      const digest = scheme === "basic" ? undefined : chooseDigest(challenges);
      if (digest !== undefined) {
        if (sent !== null && before?.kind === "digest" && !isNonceAtFault(sent, digest, before)) return false;
        agreements.set(url.origin, {
          kind: "digest",
          challenge: digest,
          count: 0,
          cnonce: newCnonce(),
          proven: false,
        });
        return true;
      }
      const offersBasic = challenges.some((challenge) => challenge.scheme === "basic");
      if (!offersBasic || scheme === "digest" || sent?.startsWith("Basic ") === true) return false;
      // Whoever sits on an unencrypted line must not talk us down to sending the password.
      if (before?.kind === "digest" && url.protocol !== "https:") return false;
      agreements.set(url.origin, { kind: "basic" });
      return true;
    },

    overlooked({ url }) {
      // Digest needs a nonce first, and nobody may overhear a password that was not asked for.
      if (scheme !== "auto" || agreements.has(url.origin) || !isPrivateLine(url)) return false;
      agreements.set(url.origin, { kind: "basic" });
      return true;
    },
  };
}

function isPrivateLine({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

/**
 * Whether a refused Digest answer failed for its nonce and not for the password: the server says `stale`; or it has
 * taken an answer of ours before and now wants another nonce (servers that forget theirs do not always say stale); or
 * a parallel request has moved on to another nonce meanwhile.
 */
function isNonceAtFault(sent: string, challenge: DigestChallenge, before: DigestAgreement): boolean {
  if (challenge.stale) return true;
  const used = parseChallenges(sent)[0]?.parameters.get("nonce");
  return used !== challenge.nonce && (before.proven || used !== before.challenge.nonce);
}

function newCnonce(): string {
  return randomBytes(16).toString("base64url");
}
