/** An XML element name: namespace URI and local name. */
export type Name = readonly [namespace: string, local: string];

export const DAV = "DAV:";
export const CALDAV = "urn:ietf:params:xml:ns:caldav";
export const CALENDARSERVER = "http://calendarserver.org/ns/";
export const APPLE_ICAL = "http://apple.com/ns/ical/";

/** A parsed element, namespaces resolved. `text` is the direct character data, verbatim. */
export type Element = {
  readonly namespace: string;
  readonly local: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  readonly text: string;
};

/** One `DAV:response` of a 207 (RFC 4918 section 14.24). */
export type DavResponse = {
  /** Decoded path, resolved against the request URL. A collection keeps its trailing slash as sent. */
  readonly href: string;
  /** Response-level status (RFC 6578 tombstones, 507), or null where propstats carry it. */
  readonly status: number | null;
  /** Properties of 2xx propstats only, keyed `{namespace}local`. */
  readonly properties: ReadonlyMap<string, Element>;
  /** Property keys of other propstats with their status. */
  readonly missing: ReadonlyMap<string, number>;
  /** `DAV:error` preconditions, keyed `{namespace}local`. */
  readonly errors: readonly string[];
};

export type Multistatus = {
  readonly responses: readonly DavResponse[];
  /** `DAV:sync-token` of a sync-collection answer. */
  readonly syncToken: string | null;
};

/**
 * CalDAV requests to one account. Credentials go only to hosts that `mayReceiveCredentials` accepts;
 * redirects are followed by hand, at most 5, with the method and body kept.
 *
 * Reads throw RemoteError for every answer that is not the expected one (207, or 200, with a multistatus body):
 * `auth` 401, `forbidden` 403, `missing` 404/410, `checkpoint` for a `valid-sync-token` precondition with
 * any status, `throttled` 429 and 503 with Retry-After, `transient` 5xx, `protocol` for HTML, a redirect to
 * a login or install page, or XML that is not a multistatus.
 */
export interface DavClient extends AsyncDisposable {
  propfind(url: URL, depth: "0" | "1", properties: readonly Name[], signal: AbortSignal): Promise<DavAnswer>;
  /** `body` is the whole XML document. */
  report(url: URL, depth: "0" | "1", body: string, signal: AbortSignal): Promise<DavAnswer>;
  proppatch(url: URL, body: string, signal: AbortSignal): Promise<DavAnswer>;
  /**
   * PUT, DELETE, GET, POST, MKCALENDAR: returns every answer of 2xx and 4xx, and a 500, as it is; 401, 429,
   * other 5xx, and redirects that could not be followed throw.
   */
  exchange(request: DavRequest, signal: AbortSignal): Promise<DavExchange>;
}

/** `url` is where the answer came from after redirects. */
export type DavAnswer = { readonly url: URL; readonly multistatus: Multistatus };

export type DavRequest = {
  readonly method: "GET" | "PUT" | "DELETE" | "POST" | "MKCALENDAR" | "OPTIONS";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type DavExchange = {
  readonly url: URL;
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  /** The body is no UTF-8; `text` has replacement characters in it. */
  readonly damaged?: true;
  /** Precondition elements of a `DAV:error` body, keyed `{namespace}local`. */
  readonly errors: readonly string[];
};
