import type { Fault, RetryAfter } from "./fault.ts";

/** An HTTP answer in full, decoded. Header names are in lower case. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
};

const html = (title: string): Buffer =>
  Buffer.from(
    `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1><br></body></html>\n`,
  );

/** Path of the sign-in page that the proxy itself serves on every address. */
export const signInPath = "/sign-in";

/** A page for people where a machine was expected. */
export function signInPage(): Answer {
  return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: html("Sign in") };
}

export type Setting = {
  /** Of the address in front of the proxy that was asked. */
  readonly origin: string;
  /** Path and query. */
  readonly url: string;
  /** Epoch milliseconds. */
  readonly now: number;
};

/** The answer that comes in place of the server's; null for faults that need the server's own. */
export function answerInstead(fault: Fault, setting: Setting): Answer | null {
  switch (fault.kind) {
    case "html":
      return signInPage();
    case "empty":
      return { status: 200, headers: {}, body: Buffer.alloc(0) };
    case "empty-multistatus":
      return {
        status: 207,
        headers: { "content-type": "application/xml; charset=utf-8" },
        body: Buffer.from('<?xml version="1.0" encoding="utf-8"?>\n<d:multistatus xmlns:d="DAV:"/>\n'),
      };
    case "empty-list":
      return {
        status: 200,
        headers: { "content-type": "application/json; charset=utf-8" },
        body: Buffer.from('{"value":[]}'),
      };
    case "status":
      return statusAnswer(fault, setting.now);
    case "redirect":
      return {
        status: fault.status,
        headers: { location: locationOf(fault.to, setting) },
        body: html("Moved"),
      };
    case "refused":
    case "dropped":
    case "tls":
    case "reset":
    case "slow":
    case "endless":
    case "stalled":
    case "truncated":
    case "corrupt":
    case "gzip":
    case "content-type":
    case "page":
    case "etag":
      return null;
    default:
      return fault satisfies never;
  }
}

function statusAnswer({ status, retryAfter }: Extract<Fault, { kind: "status" }>, now: number): Answer {
  const wait = retryAfter === undefined ? {} : { "retry-after": retryAfterText(retryAfter, now) };
  const challenge = status === 401 ? { "www-authenticate": 'Basic realm="fault-proxy"' } : {};
  const bodiless = status === 204;
  return {
    status,
    headers: { ...wait, ...challenge, ...(bodiless ? {} : { "content-type": "text/html" }) },
    body: bodiless ? Buffer.alloc(0) : html(`${status}`),
  };
}

function retryAfterText(form: RetryAfter, now: number): string {
  switch (form) {
    case "seconds":
      return "45";
    case "fraction":
      return "2.128";
    case "date":
      return new Date(now + 90_000).toUTCString();
    case "past":
      return new Date(now - 86_400_000).toUTCString();
    case "nonsense":
      return "soon";
    case "enormous":
      return "99999999999";
    default:
      throw form satisfies never;
  }
}

function locationOf(to: "elsewhere" | "sign-in" | "itself", { origin, url }: Setting): string {
  switch (to) {
    case "elsewhere":
      return `https://elsewhere.invalid${url}`;
    case "sign-in":
      return `${origin}${signInPath}`;
    case "itself":
      return `${origin}${url}`;
    default:
      throw to satisfies never;
  }
}
