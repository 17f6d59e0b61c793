import type { ResolveContext } from "./resolve-context.ts";
import type { YamlPath } from "./yaml-path.ts";

export type UrlDraft = {
  readonly path: YamlPath;
  readonly value: string | undefined;
  /** Only scheme, host and port are allowed. */
  readonly originOnly: boolean;
};

/** An http(s) address without credentials, query or fragment. Plain http beyond this machine is a warning. */
export function resolveUrl(context: ResolveContext, draft: UrlDraft): URL | undefined {
  const { path, value, originOnly } = draft;
  if (value === undefined) return undefined;
  const { reporter } = context;
  const allowed = originOnly
    ? "an address such as https://graph.example.com"
    : "an address such as https://host/path/";
  const url = URL.parse(value);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    // user:password@host with a slip in it must not be shown.
    reporter.error(path, "not an http(s) address", { found: !value.includes("@"), allowed });
    return undefined;
  }
  if (url.username !== "" || url.password !== "") {
    reporter.error(path, "user name and password do not belong into the address", {
      allowed: "an address without user:password@; use username and password",
    });
    return undefined;
  }
  if (url.search !== "" || url.hash !== "") {
    reporter.error(path, "the address must not have a ?query or #fragment", { allowed });
    return undefined;
  }
  if (originOnly && url.pathname !== "/") {
    reporter.error(path, "the address must not have a path", { found: true, allowed });
    return undefined;
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    reporter.warning(path, "credentials and calendars travel unencrypted over http", {
      found: true,
      allowed: "https, or http to a server on this machine",
    });
  }
  return url;
}

/** Whether a URL's host name is this machine by its name or address. */
export function isLoopback(host: string): boolean {
  return (
    host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(\.\d+){3}$/.test(host)
  );
}
