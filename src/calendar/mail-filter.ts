/** Microsoft's Safe Links: of the world, and of the clouds of the United States' government. */
const safeLinks = [".safelinks.protection.outlook.com", ".safelinks.protection.office365.us"];

/**
 * The address that a mail filter (Microsoft Safe Links, Proofpoint) wrapped, else the address itself; null for a
 * wrapping that cannot be taken off.
 */
export function withoutMailFilter(url: URL): string | null {
  if (safeLinks.some((host) => url.hostname.endsWith(host)))
    return URL.parse(url.searchParams.get("url") ?? "")?.href ?? null;
  if (url.hostname === "urldefense.com" || url.hostname === "urldefense.us") {
    const [, inner] = /^\/v3\/__(.+?)__;/.exec(url.href.slice(url.origin.length)) ?? [];
    // An asterisk stands for characters that are listed elsewhere.
    return inner === undefined || inner.includes("*") ? null : (URL.parse(inner)?.href ?? null);
  }
  return url.href;
}
