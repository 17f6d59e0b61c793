/**
 * Session cookies by origin. Baikal opens a PHP session for every request: without the cookie it leaves one file behind
 * for each. Path, domain and lifetime are ignored but for deletion: the cookies never leave their origin.
 */
export class SessionCookies {
  readonly #byOrigin = new Map<string, Map<string, string>>();

  /** The `Cookie` header for a request, or null. */
  headerFor(url: URL): string | null {
    const cookies = this.#byOrigin.get(url.origin);
    if (cookies === undefined || cookies.size === 0) return null;
    return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** Takes in the `Set-Cookie` lines of an answer (joined by newlines). */
  learn(url: URL, setCookie: string | undefined, now: number): void {
    for (const line of setCookie?.split("\n") ?? []) {
      const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
      const separator = pair.indexOf("=");
      if (separator < 1) continue;
      const name = pair.slice(0, separator);
      const cookies = this.#byOrigin.get(url.origin) ?? new Map<string, string>();
      if (isDeletion(attributes, now)) cookies.delete(name);
      else cookies.set(name, pair.slice(separator + 1));
      this.#byOrigin.set(url.origin, cookies);
    }
  }

  /** Forgets an origin's session, which a 401 has ended. */
  forget(url: URL): void {
    this.#byOrigin.delete(url.origin);
  }
}

function isDeletion(attributes: readonly string[], now: number): boolean {
  return attributes.some((attribute) => {
    const [name = "", value = ""] = attribute.split("=");
    if (/^max-age$/i.test(name)) return Number(value) <= 0;
    return /^expires$/i.test(name) && Date.parse(value) <= now;
  });
}
