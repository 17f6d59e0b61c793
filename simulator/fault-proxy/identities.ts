import { createAuthority, createSelfSigned, type ServerIdentity } from "../certificates.ts";

const dayMs = 86_400_000;

/** TLS material of a proxy: what clients trust, and what they must not accept. */
export type ProxyIdentities = {
  /** PEM of the authority that clients are to trust. */
  readonly ca: string;
  readonly good: ServerIdentity;
  readonly "wrong-name": ServerIdentity;
  readonly expired: ServerIdentity;
  readonly "self-signed": ServerIdentity;
};

/** Makes an authority and its certificates for DNS names and IP addresses, good and bad. */
export async function createProxyIdentities(names: readonly string[]): Promise<ProxyIdentities> {
  const authority = await createAuthority();
  const now = Date.now();
  return {
    ca: authority.ca,
    good: await authority.issue({ names }),
    "wrong-name": await authority.issue({ names: ["elsewhere.invalid"] }),
    expired: await authority.issue({ names, from: now - 90 * dayMs, until: now - dayMs }),
    "self-signed": await createSelfSigned(names),
  };
}
