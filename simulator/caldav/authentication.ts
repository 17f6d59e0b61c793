import { createHash, randomBytes } from "node:crypto";
import { DavFault } from "./dav-fault.ts";
import type { DavRequest, ServerContext } from "./server-context.ts";
import type { Account } from "./state.ts";

const realms = { baikal: "BaikalDAV", icloud: "MMCalDav", plain: "CalDAV" } as const;

/**
 * Finds the account whose credentials the request carries.
 *
 * @throws DavFault 401 with the persona's challenge.
 */
export function authenticate(context: ServerContext, request: DavRequest): Account {
  const header = request.headers["authorization"] ?? "";
  const [scheme] = header.split(" ", 1);
  if (context.switches.auth === "digest") {
    if (scheme?.toLowerCase() !== "digest")
      throw unauthorized(context, false, "No 'Authorization: Digest' header found.");
    return byDigest(context, request, header.slice(7));
  }
  if (scheme?.toLowerCase() !== "basic")
    throw unauthorized(context, false, "No 'Authorization: Basic' header found.");
  const decoded = Buffer.from(header.slice(6).trim(), "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  const account = context.state.accounts.get(decoded.slice(0, colon));
  if (colon < 0 || account?.password !== decoded.slice(colon + 1)) throw wrongPassword(context);
  return account;
}

function byDigest(context: ServerContext, request: DavRequest, written: string): Account {
  const parts = new Map<string, string>();
  for (const found of written.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)) {
    parts.set(found[1] ?? "", found[2]?.replaceAll(/\\(.)/g, "$1") ?? found[3] ?? "");
  }
  const part = (name: string): string => parts.get(name) ?? "";
  for (const needed of ["username", "realm", "nonce", "uri", "response", "qop", "nc", "cnonce"]) {
    if (!parts.has(needed)) throw unauthorized(context, false, `the digest has no ${needed}`);
  }
  const account = context.state.accounts.get(part("username"));
  if (!account || part("realm") !== realms[context.persona]) throw wrongPassword(context);
  const ha1 = md5(`${account.name}:${realms[context.persona]}:${account.password}`);
  const ha2 = md5(`${request.method}:${part("uri")}`);
  const expected = md5([ha1, part("nonce"), part("nc"), part("cnonce"), part("qop"), ha2].join(":"));
  if (part("qop") !== "auth" || part("response") !== expected) throw wrongPassword(context);
  if (part("uri").split("?")[0] !== request.path)
    throw unauthorized(context, false, "the digest is for another uri");
  checkNonce(context, part("nonce"), part("nc"));
  return account;
}

/** RFC 7616 3.3: a nonce that is unknown, too old, or whose count was used already is stale, not wrong. */
function checkNonce(context: ServerContext, nonce: string, count: string): void {
  const known = context.nonces.get(nonce);
  const { digestNonceRequests, digestNonceSeconds } = context.switches;
  const tooOld =
    digestNonceSeconds !== null && known && context.now() - known.issued > digestNonceSeconds * 1000;
  const tooOften = digestNonceRequests !== null && known && known.used.size >= digestNonceRequests;
  if (!known || tooOld || tooOften || known.used.has(count))
    throw unauthorized(context, true, "the nonce is stale");
  known.used.add(count);
}

function wrongPassword(context: ServerContext): DavFault {
  return unauthorized(context, false, "Username or password was incorrect");
}

function unauthorized(context: ServerContext, stale: boolean, message: string): DavFault {
  const realm = realms[context.persona];
  const headers: Record<string, string> = {};
  if (context.switches.auth === "digest") {
    const nonce = randomBytes(12).toString("hex");
    context.nonces.set(nonce, { issued: context.now(), used: new Set() });
    headers["WWW-Authenticate"] =
      `Digest realm="${realm}",qop="auth",nonce="${nonce}",opaque="${md5(realm)}"${stale ? ",stale=true" : ""}`;
  } else {
    headers["WWW-Authenticate"] =
      `Basic realm="${realm}"${context.persona === "baikal" ? ', charset="UTF-8"' : ""}`;
  }
  if (context.persona === "icloud") {
    headers["X-MobileMe-AuthToken"] = `realm="mobileme-wt-authtoken"`;
    headers["x-apple-user-partition"] = "0";
  }
  return new DavFault(401, "NotAuthenticated", message, { headers });
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
