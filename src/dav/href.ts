/** The escapes of one UTF-8 character, or else of one byte. */
const escaped =
  /%[0-7][0-9a-f]|%[cd][0-9a-f]%[89ab][0-9a-f]|%e[0-9a-f](?:%[89ab][0-9a-f]){2}|%f[0-7](?:%[89ab][0-9a-f]){3}|%[0-9a-f]{2}/gi;

/**
 * A decoded path is percent-decoded except for `%25`, `%2F` and bytes that are no UTF-8: so two spellings of one
 * resource compare equal, and it can be encoded again without loss.
 */
export function decodePath(path: string): string {
  return path.replace(/%(?![0-9a-f]{2})/gi, "%25").replace(escaped, (escapes) => {
    if (/^%(?:25|2f)$/i.test(escapes)) return escapes.toUpperCase();
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes.toUpperCase();
    }
  });
}

/** The decoded path of a `DAV:href` (absolute path or URL), resolved against the request URL. @throws TypeError */
export function resolveHref(href: string, base: URL): string {
  return decodePath(new URL(href.trim(), base).pathname);
}

/** The path to send for a decoded path. */
export function encodePath(decoded: string): string {
  return decoded.split("/").map(encodeSegment).join("/");
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/%25([0-9A-F]{2})/g, "%$1");
}

/** The URL of a decoded path on the origin of `base`. */
export function urlOfHref(href: string, base: URL): URL {
  const url = new URL(base.origin);
  url.pathname = encodePath(href);
  return url;
}

/** The last segment of a decoded path, without a trailing slash: the object's name in its collection. */
export function nameOfHref(href: string): string {
  return withoutTrailingSlash(href).split("/").at(-1) ?? "";
}

/** The decoded path of an object in a collection. `name` is a decoded segment as `nameOfHref` returns it. */
export function hrefOfName(collectionHref: string, name: string): string {
  return `${withoutTrailingSlash(collectionHref)}/${name}`;
}

/** True for two spellings of one resource: a collection's trailing slash does not count. */
export function isSameHref(a: string, b: string): boolean {
  return withoutTrailingSlash(a) === withoutTrailingSlash(b);
}

function withoutTrailingSlash(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : path;
}
