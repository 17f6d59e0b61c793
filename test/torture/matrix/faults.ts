import type { Fault } from "../../../simulator/fault-proxy/fault.ts";

/** What an answer must be made of for a fault to make sense. */
export type Needs = "json" | "xml" | "calendar" | "any";

export type NamedFault = {
  readonly name: string;
  readonly fault: Fault;
  readonly needs: Needs;
  /** Somebody has to do something about it, and is to be told what. */
  readonly remedy?: true;
  /**
   * A well-formed answer that is not true, such as a list without some of its entries: nothing in it shows that,
   * so what it left out comes with the next complete reading.
   */
  readonly silent?: true;
};

const any = (name: string, fault: Fault, more: Partial<NamedFault> = {}): NamedFault => ({
  name,
  fault,
  needs: "any",
  ...more,
});
const status = (code: number, more: Partial<NamedFault> = {}): NamedFault =>
  any(`${code}`, { kind: "status", status: code }, more);

/** Every fault of the matrix, by rows. */
export const matrixFaults: readonly NamedFault[] = [
  any("connection refused", { kind: "refused" }),
  any("connection dropped", { kind: "dropped" }),
  any("certificate of another name", { kind: "tls", flaw: "wrong-name" }, { remedy: true }),
  any("certificate expired", { kind: "tls", flaw: "expired" }, { remedy: true }),
  any("certificate self-signed", { kind: "tls", flaw: "self-signed" }, { remedy: true }),
  any("handshake cut off", { kind: "tls", flaw: "cut-off" }),
  any("reset before the request arrives", { kind: "reset", stage: "before-forwarding" }),
  any("reset after the request was carried out", { kind: "reset", stage: "after-applied" }),
  any("reset in the headers", { kind: "reset", stage: "in-headers" }),
  any("reset in the body", { kind: "reset", stage: "mid-body" }),
  any("slow body", { kind: "slow", pieces: 8, pauseMs: 5 }),
  any("endless body", { kind: "endless" }),
  any("no answer", { kind: "stalled", at: "headers" }),
  any("stalled body", { kind: "stalled", at: "body" }),
  any("half the body", { kind: "truncated", part: "body", length: "honest" }),
  any("half the body, length of the whole", { kind: "truncated", part: "body", length: "too-long" }),
  any("length of half the body", { kind: "truncated", part: "body", length: "too-short" }),
  {
    name: "half of each iCalendar object",
    fault: { kind: "truncated", part: "calendar", length: "honest" },
    needs: "calendar",
  },
  any("a flipped bit", { kind: "corrupt", how: "flipped", part: "body" }),
  {
    name: "a flipped bit in each iCalendar object",
    fault: { kind: "corrupt", how: "flipped", part: "calendar" },
    // May give another object that is one: nothing shows it.
    silent: true,
    needs: "calendar",
  },
  any("invalid UTF-8", { kind: "corrupt", how: "invalid-utf8", part: "body" }),
  {
    name: "invalid UTF-8 in each iCalendar object",
    fault: { kind: "corrupt", how: "invalid-utf8", part: "calendar" },
    needs: "calendar",
  },
  { name: "document type", fault: { kind: "corrupt", how: "doctype", part: "body" }, needs: "xml" },
  { name: "entity bomb", fault: { kind: "corrupt", how: "entity-bomb", part: "body" }, needs: "xml" },
  any("gzip, flipped", { kind: "gzip", how: "flipped" }),
  any("gzip, cut", { kind: "gzip", how: "cut" }),
  any("gzip that is none", { kind: "gzip", how: "absent" }),
  any("content type text/plain", { kind: "content-type", value: "text/plain" }),
  any("content type text/html", { kind: "content-type", value: "text/html" }),
  any("a page with 200", { kind: "html" }),
  any("200 and nothing", { kind: "empty" }),
  { name: "an empty multistatus", fault: { kind: "empty-multistatus" }, needs: "xml" },
  { name: "an empty list", fault: { kind: "empty-list" }, needs: "json", silent: true },
  status(204),
  status(400),
  status(401, { remedy: true }),
  status(403, { remedy: true }),
  status(404),
  status(409),
  status(410),
  status(412),
  status(415, { remedy: true }),
  status(421),
  status(423),
  status(429),
  ...(["seconds", "fraction", "date", "past", "nonsense", "enormous"] as const).map((retryAfter) =>
    any(`429, Retry-After ${retryAfter}`, { kind: "status", status: 429, retryAfter }),
  ),
  status(500),
  status(502),
  status(503),
  any("503, Retry-After seconds", { kind: "status", status: 503, retryAfter: "seconds" }),
  status(504),
  any("504 after the request was carried out", { kind: "status", status: 504, applied: true }),
  status(507),
  ...([301, 302, 307, 308] as const).map((code) =>
    any(`${code} to elsewhere`, { kind: "redirect", status: code, to: "elsewhere" }),
  ),
  any("302 to a sign-in page", { kind: "redirect", status: 302, to: "sign-in" }),
  any("307 to a sign-in page", { kind: "redirect", status: 307, to: "sign-in" }),
  any("302 to itself", { kind: "redirect", status: 302, to: "itself" }),
  any("308 to itself", { kind: "redirect", status: 308, to: "itself" }),
  any("the same page again", { kind: "page", how: "again" }),
  any("pages out of order", { kind: "page", how: "out-of-order" }),
  any("a page missing from the middle", { kind: "page", how: "missing" }, { silent: true }),
  any("stale ETag", { kind: "etag", how: "stale" }),
  any("no ETag", { kind: "etag", how: "missing" }),
];
