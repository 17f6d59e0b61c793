/** Ways of saying how long to wait (RFC 9110 section 10.2.3), and of failing to. */
export type RetryAfter = "seconds" | "fraction" | "date" | "past" | "nonsense" | "enormous";

/** What of an answer is spoiled: its whole body, or only the calendar text in it. */
export type Part = "body" | "calendar";

/**
 * One thing that goes wrong between a client and a server. Everything that a proxy, a broken server or a
 * bad line is known to do, as a closed union.
 */
export type Fault =
  /** The connection is dropped, and nobody listens on the port until the fault is taken away. */
  | { readonly kind: "refused" }
  /** The connection is dropped, and so are the next ones, before a byte is read. */
  | { readonly kind: "dropped" }
  /** The connection is dropped, and the next ones fail while they are being secured. HTTPS only. */
  | {
      readonly kind: "tls";
      readonly flaw: "wrong-name" | "expired" | "self-signed" | "cut-off";
    }
  | {
      readonly kind: "reset";
      readonly stage: "before-forwarding" | "after-applied" | "in-headers" | "mid-body";
    }
  /** The whole body in so many pieces, with a pause before each. */
  | { readonly kind: "slow"; readonly pieces: number; readonly pauseMs: number }
  /** The body never ends. */
  | { readonly kind: "endless" }
  /** Nothing more comes, and the connection stays open. */
  | { readonly kind: "stalled"; readonly at: "headers" | "body" }
  /** Half the content. The announced length is that of the half, of the whole, or less than is sent. */
  | {
      readonly kind: "truncated";
      readonly part: Part;
      readonly length: "honest" | "too-long" | "too-short";
    }
  | {
      readonly kind: "corrupt";
      readonly how: "flipped" | "invalid-utf8" | "doctype" | "entity-bomb";
      readonly part: Part;
    }
  | { readonly kind: "gzip"; readonly how: "flipped" | "cut" | "absent" }
  | { readonly kind: "content-type"; readonly value: string }
  /** A page for people, with 200. */
  | { readonly kind: "html" }
  /** 200 and nothing. */
  | { readonly kind: "empty" }
  | { readonly kind: "empty-multistatus" }
  /** `{"value": []}`. */
  | { readonly kind: "empty-list" }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly retryAfter?: RetryAfter;
      /** The request was carried out all the same. */
      readonly applied?: true;
    }
  | {
      readonly kind: "redirect";
      readonly status: 301 | 302 | 307 | 308;
      readonly to: "elsewhere" | "sign-in" | "itself";
    }
  /** The same page twice, a later one first, or one left out; inside one page: its entries. */
  | { readonly kind: "page"; readonly how: "again" | "out-of-order" | "missing" }
  | { readonly kind: "etag"; readonly how: "stale" | "missing" };

/** What is known about a request when it is to be decided whether a fault meets it. */
export type Subject = {
  /** Name of the server that it was sent to. */
  readonly upstream: string;
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
};

/** Which requests a fault meets, and how often. */
export type FaultRule = {
  readonly upstream?: string;
  readonly method?: RegExp;
  /** On path and query. */
  readonly url?: RegExp;
  readonly headers?: Readonly<Record<string, RegExp>>;
  /** On the request's body: the kind of a REPORT, for example. */
  readonly body?: RegExp;
  /** On the body of the server's own answer: such a request has always been carried out. */
  readonly answer?: RegExp;
  /** The first matching request that is hit, from 1. */
  readonly nth?: number;
  /** How many are hit; without it all from there on. */
  readonly times?: number;
  readonly fault: Fault;
};
