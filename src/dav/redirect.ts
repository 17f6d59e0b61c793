import { describeRequest } from "../http/describe-request.ts";
import { RemoteError } from "../http/remote-error.ts";
import type { HttpResponse } from "../http/transport.ts";
import { decodePath, nameOfHref } from "./href.ts";

const followed = new Set([301, 302, 307, 308]);
const reads = new Set(["GET", "OPTIONS", "PROPFIND", "REPORT"]);

export type RedirectContext = {
  readonly account: string;
  readonly method: string;
  readonly url: URL;
  maySend(url: URL): boolean;
};

/**
 * Where an answer sends us, or null if it does not. The method and body are kept (RFC 4918 clients never turn a PROPFIND
 * into a GET); a write is only followed to the same object name, so that a login page is never taken for the calendar.
 *
 * @throws RemoteError `protocol` for a redirect that must not be followed, `transient` (code `upgrade-needed`) for
 *   Baikal's redirect to its installer, which is an outage until the owner opens it.
 */
export function redirectTarget(response: HttpResponse, context: RedirectContext): URL | null {
  if (response.status < 300 || response.status > 399) return null;
  const attempted = `${context.account}: ${describeRequest(context)}`;
  const target = locationOf(response, context.url);
  if (target !== null && /\/admin\/install\/?$/.test(target.pathname)) {
    throw new RemoteError("transient", `${attempted}: the server waits for its upgrade to be finished`, {
      status: response.status,
      code: "upgrade-needed",
      remedy: `Open ${target.origin}${target.pathname} in a browser and finish Baikal's upgrade; nothing is lost meanwhile.`,
    });
  }
  const refusal = refusalOf(response.status, target, context);
  if (target === null || refusal !== null) {
    throw new RemoteError(
      "protocol",
      `${attempted}: answered ${response.status}, ${refusal ?? "to nowhere"}`,
      {
        status: response.status,
        code: "redirect-refused",
        remedy: "Use the URL in the configuration that the server redirects to, if you trust it.",
      },
    );
  }
  return target;
}

function locationOf(response: HttpResponse, url: URL): URL | null {
  const location = response.headers.get("location");
  return location !== undefined && URL.canParse(location, url.href) ? new URL(location, url) : null;
}

function refusalOf(status: number, target: URL | null, context: RedirectContext): string | null {
  const { method, url } = context;
  if (target === null) return "without a usable Location";
  const to = `a redirect to ${target.origin}${target.pathname}`;
  if (!followed.has(status)) return `${to} that asks for another method`;
  if (url.protocol === "https:" && target.protocol !== "https:") return `${to} without encryption`;
  if (target.username !== "" || target.password !== "") return "a redirect with credentials in it";
  if (!context.maySend(target)) return `${to}, which is not a host of this account`;
  const sameName = nameOfHref(decodePath(target.pathname)) === nameOfHref(decodePath(url.pathname));
  if (!reads.has(method) && !sameName) return `${to} in place of a write`;
  return null;
}
